"""Conformance: the tables below `iptables`."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.items import params, run_row


@params("iptables", "iptables_tables")
def test_conformance_iptables(row: Row) -> None:
    run_row(row)
