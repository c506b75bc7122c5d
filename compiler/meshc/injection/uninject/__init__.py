"""Removes injection from workloads and pods, from the records that injection left in them."""

from __future__ import annotations
