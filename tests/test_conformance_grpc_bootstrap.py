"""Conformance: the table `grpc_bootstrap`."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.items import params, run_row


@params("grpc_bootstrap")
def test_conformance_grpc_bootstrap(row: Row) -> None:
    run_row(row)
