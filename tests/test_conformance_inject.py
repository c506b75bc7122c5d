"""Conformance: the table `inject`."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.items import params, run_row


@params("inject")
def test_conformance_inject(row: Row) -> None:
    run_row(row)
