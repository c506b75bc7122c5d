"""The lint rules, one module for each family.

A module declares its rules as `Rule` constants and has a function `check(subject)` that yields their problems.  Every
module of this package is found by itself: a new family is one file here and its test in `tests/lint`.
"""
