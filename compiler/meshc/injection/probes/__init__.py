"""Rewriting of the application's probes and lifecycle handlers, so that the agent answers them."""

from __future__ import annotations
