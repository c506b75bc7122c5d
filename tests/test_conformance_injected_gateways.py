"""Conformance: the table `injected_gateways`."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.items import params, run_row


@params("injected_gateways")
def test_conformance_injected_gateways(row: Row) -> None:
    run_row(row)
