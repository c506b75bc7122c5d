"""What can be counted of the compiler's source: `scripts/numbers` prints it, `test_limits.py` holds its limits."""
