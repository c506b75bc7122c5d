"""Table `inject-go`: workloads injected with templates in Go's language (README-go-templates.md)."""

from __future__ import annotations

from tests.conformance.data import Row
from tests.conformance.tables import inject


def run(row: Row) -> None:
    """As a row of `inject`; the settings' file names the texts that the cluster's config adds to the shipped ones."""
    inject.run(row)
