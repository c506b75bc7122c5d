"""Conformance: the table `charts`."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.items import params, run_row


@params("charts")
def test_conformance_charts(row: Row) -> None:
    run_row(row)
