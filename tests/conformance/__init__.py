"""Reads a folder in the conformance format and runs its rows; see `data` and `__main__`."""
