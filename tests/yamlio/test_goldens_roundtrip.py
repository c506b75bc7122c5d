"""Every golden that went through Kubernetes' writer comes out of ours as the same text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from meshc import catalog, yamlio
from meshc.kubernetes import typed
from tests.conformance.data import ABSENT, Row, find


def _goldens() -> Iterator[Row]:
    data = find()
    seen = set()
    for table in ("inject", "inject_random"):
        for row in data.rows(table) if data else ():
            if "kube-inject" in row["modes"] and row.get("golden") and (row["release"], row["golden"]) not in seen:
                seen.add((row["release"], row["golden"]))
                yield row


_ROWS: dict[str, list[Row]] = {}
for _row in _goldens():
    _ROWS.setdefault(_row["tag"], []).append(_row)


@pytest.mark.skipif(not _ROWS, reason=ABSENT)
@pytest.mark.parametrize("tag", _ROWS)
def test_goldens_come_out_as_they_went_in(tag: str) -> None:
    release = catalog.release(tag)
    different = []
    for row in _ROWS[tag]:
        for text in yamlio.split(row.text(row["golden"])):
            value = yamlio.load(text, file=row["golden"])
            if typed.is_handled(value):
                written = yamlio.dump(typed.normalize(value, release=release, courtesy=True))
                if written.strip() != text.removeprefix("---\n").strip():
                    different.append(row.id)
    assert different == []
