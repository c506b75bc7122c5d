"""Conformance: the language of Go's templates."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.items import params, run_row


@params("go_templates")
def test_conformance_go_templates(row: Row) -> None:
    run_row(row)
