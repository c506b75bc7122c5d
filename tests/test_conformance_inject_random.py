"""Conformance: the table `inject_random`."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.items import params, run_row


@params("inject_random")
def test_conformance_inject_random(row: Row) -> None:
    run_row(row)
