"""Who notices a change: rows first, as they are quick, then golden cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from meshc import catalog
from tests.releases import all_rows
from tests.releases.rows import Row
from tests.undo.changes import Change, changes
from tests.undo.goldens import BREAKS, Case, cases


class Witnesses:
    """Every row and golden case, asked about one change after the other."""

    def __init__(self, corpus: Sequence[Case] | None = None, rows: Iterable[Row] | None = None) -> None:
        self.cases = cases() if corpus is None else corpus
        self._rows: dict[str, list[Row]] = {}
        for row in all_rows.ROWS if rows is None else rows:
            self._rows.setdefault(row.name, []).append(row)

    def unnoticed(self) -> list[Change]:
        """The changes that can be undone without anyone noticing."""
        return [change for change in changes() if next(self.of(change), None) is None]

    def of(self, change: Change) -> Iterator[str]:
        """Names of the rows and cases that notice a change."""
        yield from (f"row {row.name}" for row in self._rows.get(change.name, ()) if notices(row, change))
        yield from (f"golden {case.name}" for case in self.cases if case.notices(change))


def notices(row: Row, change: Change) -> bool:
    """Whether a row comes out otherwise with the change undone."""
    for text, outcome in row.outcomes.items():
        release = catalog.release(text)
        instead = change.instead(release)
        if instead is None:
            continue
        try:
            if row.observe(release.imagined({change.name: instead})) != outcome:
                return True
        except BREAKS:
            return True
    return False
