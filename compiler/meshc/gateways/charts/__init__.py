"""Istio's gateway charts: accepted values, defaults, what their templates need."""
