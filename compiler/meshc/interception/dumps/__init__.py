"""Reads dumps of packet rules and compares them with the computed ones."""
