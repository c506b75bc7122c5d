"""Every switch and dated fact of the catalogue is held by a golden case or a row."""

from __future__ import annotations

from meshc import catalog
from tests.undo.changes import Change, changes, versions
from tests.undo.goldens import asked, cases
from tests.undo.witnesses import Witnesses


def test_no_change_of_the_catalogue_can_be_undone_unnoticed() -> None:
    unnoticed = Witnesses().unnoticed()
    assert unnoticed == [], "add a golden case or a row (CONTRIBUTING.md, Add a switch)"


def test_a_change_nothing_asks_for_would_be_found() -> None:
    without_rows = Witnesses([], [])
    assert without_rows.unnoticed() == list(changes())


def test_what_an_undone_change_answers() -> None:
    since, fact = Change("sidecar.startup_probe"), Change("kubernetes.minor", 2)
    release = catalog.release("1.20")
    assert since.instead(release) == versions()[0]
    assert since.instead(catalog.release("1.19")) is None
    assert release.fact("kubernetes.minor") == 28
    undone = fact.instead(release)
    assert undone is not None
    assert release.imagined({fact.name: undone}).fact(fact.name) == 27


def test_a_case_records_what_it_asks_for() -> None:
    case = next(c for c in cases() if c.name == "sidecar-1.30")
    assert "sidecar.startup_probe" in frozenset().union(*case.now.asked)
    with asked() as names:
        catalog.release("1.30").has("ports.ztunnel")
    assert names == {"ports.ztunnel"}


def test_a_case_asks_anew_however_often_it_was_rendered() -> None:
    first, second = (next(c for c in cases() if c.name == "sidecar-1.30").now for _ in range(2))
    assert (first.asked_first, first.asked) == (second.asked_first, second.asked)
