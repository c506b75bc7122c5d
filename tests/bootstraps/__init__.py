"""Tests of the bootstrap compilers."""
