"""Follows one packet through the rules."""
