"""Conformance: the table `gateway_deployment`."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.items import params, run_row


@params("gateway_deployment")
def test_conformance_gateway_deployment(row: Row) -> None:
    run_row(row)
