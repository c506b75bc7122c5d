"""Conformance: the table `webhook`."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.items import params, run_row


@params("webhook")
def test_conformance_webhook(row: Row) -> None:
    run_row(row)
