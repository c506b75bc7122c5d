"""Conformance: the tables below `config`."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.items import params, run_row


@params("config", "config_defaults")
def test_conformance_config(row: Row) -> None:
    run_row(row)
