"""Undoes every change of the release catalogue, one at a time, and finds the golden cases and rows that notice.

`python -m tests.undo` prints the changes that nothing notices; `test_undo.py` holds that list empty.
"""
