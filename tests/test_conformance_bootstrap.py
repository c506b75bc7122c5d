"""Conformance: the table `bootstrap`."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.items import params, run_row


@params("bootstrap")
def test_conformance_bootstrap(row: Row) -> None:
    run_row(row)
