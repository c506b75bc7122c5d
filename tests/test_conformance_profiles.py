"""Conformance: the table `profiles`."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.items import params, run_row


@params("profiles")
def test_conformance_profiles(row: Row) -> None:
    run_row(row)
