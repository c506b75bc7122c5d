"""Makes pytest items out of conformance rows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.data import ABSENT, Row, find
from tests.conformance.run import run


def params(*tables: str) -> pytest.MarkDecorator:
    """A parametrize mark with one item per row, id = the row's id; one skipped item where there is no data."""
    data = find()
    if data is None:
        return pytest.mark.parametrize("row", [pytest.param(None, id="no-data", marks=pytest.mark.skip(reason=ABSENT))])
    rows = [row for table in tables for row in data.rows(table)]
    return pytest.mark.parametrize("row", [_param(row) for row in rows])


def run_row(row: Row) -> None:
    """What every conformance test does with its row."""
    run(row)


def _param(row: Row) -> Any:
    marks = [pytest.mark.skip(reason=f"needs {row.left_out}")] if row.left_out else []
    return pytest.param(row, id=row.id, marks=marks)
