"""Conformance: injection with templates in Go's language."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.items import params, run_row


@params("inject_go")
def test_conformance_inject_go(row: Row) -> None:
    run_row(row)
