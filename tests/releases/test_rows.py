"""Every row comes out as written, in releases before and after its change."""

from __future__ import annotations

import pytest

from meshc import catalog
from tests.releases.all_rows import ROWS
from tests.releases.rows import Row


@pytest.mark.parametrize(
    ("row", "release"),
    [pytest.param(row, release, id=f"{row.name}-{release}") for row in ROWS for release in row.outcomes],
)
def test_a_release_behaves_as_its_row_says(row: Row, release: str) -> None:
    assert row.observe(catalog.release(release)) == row.outcomes[release]
