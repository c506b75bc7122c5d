"""`injected-gateways/cases.json`: gateway Deployments → injected ones, offline with revision `default`."""

from __future__ import annotations

from meshc.injection.api import inject_stream
from tests.conformance.data import Row
from tests.conformance.tables.inject import settings


def run(row: Row) -> None:
    """Equal text after trimming both ends; rows with `injected: false` are only normalised."""
    stream = inject_stream(row.text(row["input"]), settings(row, "kube-inject"))
    assert [result.decision.inject for result in stream.results] == [row["injected"]] * len(stream.results)
    assert stream.text.strip() == row.text(row["golden"]).strip()
