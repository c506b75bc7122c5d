"""`inject-random/cases.json`: random workloads and settings, as istioctl prints them."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.tables import inject


def run(row: Row) -> None:
    """As in `inject`, kube-inject mode; the rows give the native switch in `env` and some a revision."""
    assert row["modes"] == ["kube-inject"]
    inject.run(row)
