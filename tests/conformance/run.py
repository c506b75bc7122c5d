"""Runs one row by its table's rule."""

from __future__ import annotations

import importlib

from tests.conformance.data import Row
from tests.conformance.decisions import check

_DECIDED = {"webhook", "config", "iptables_tables"}


def run(row: Row) -> None:
    """Raise AssertionError (or whatever went wrong) when the row fails."""
    if row.table in _DECIDED:
        check(row)
    else:
        importlib.import_module(f"tests.conformance.tables.{row.table}").run(row)
