"""Release notes and the list of the catalogue's tables."""

from __future__ import annotations

import json
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from meshc import catalog, resources
from meshc.cli import releases
from meshc.comparison.release_tables import Table, review, tables

RELEASES = catalog.releases()
PAIRS = list(pairwise(RELEASES))
ROOT = Path(__file__).resolve().parents[2]


def _by_name(old: str, new: str) -> dict[str, Table]:
    return {table.name: table for table in tables(catalog.release(old), catalog.release(new))}


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=lambda release: release.minor)
def test_every_release_changes_something_and_no_table_is_there_twice(
    old: catalog.Release, new: catalog.Release
) -> None:
    found = tables(old, new)
    assert len({table.name for table in found}) == len(found)
    assert any(table.entries for table in found)
    assert not any(table.entries for table in tables(new, new))


def test_every_data_file_of_the_product_is_a_table() -> None:
    names = {table.name for table in tables(*PAIRS[-1])}
    folder = resources.path("schemas", "releases", "switches").parents[1]
    listed = subprocess.run(["git", "ls-files", str(folder)], cwd=ROOT, capture_output=True, text=True, check=True)
    stems = {Path(line).relative_to("schemas").with_suffix("").as_posix() for line in listed.stdout.splitlines()}
    made_from = ("releases/releases", "releases/reviews", "json/", "samples/", "mesh/")
    for stem in sorted(stems):
        if stem.startswith(made_from):
            continue
        table = stem.removeprefix("releases/").replace("charts/classic", "charts/istio-ingress")
        table = table.replace("profiles/overlays", "overlays/platform")
        assert table in names or any(name.startswith(f"{table}.") for name in names), stem


def test_no_table_of_the_newest_release_is_carried_on_unmentioned() -> None:
    old, new = PAIRS[-1]
    reviewed = review(new)
    assert reviewed.source
    unmentioned = [t.name for t in tables(old, new) if not t.entries and not reviewed.of(t)]
    assert unmentioned == [], "compare them with Istio's sources and say so in schemas/releases/reviews.yaml"
    assert releases.check(new, to="/dev/null") == 0


def test_a_release_without_review_is_not_silent(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert releases.check(catalog.release("1.20")) == 1
    assert b"NOT REVIEWED" in capsysbinary.readouterr().out


def test_reviews_name_tables_that_exist() -> None:
    names = {table.name for table in tables(*PAIRS[-1])}
    assert set(review(PAIRS[-1][1]).not_looked_at) <= names


def test_what_came_with_1_31() -> None:
    found = _by_name("1.30", "1.31")
    assert found["facts/injection.reserved_scrape_ports"].state == "new"
    assert found["switches/injection"].state == "changed"
    assert found["overlays/compatibility"].entries[-1].sign == "+"
    assert "MeshConfig.zoneAwareLbSetting" in {e.name for e in found["fields/MeshConfig"].entries}
    assert "values.global.readerServiceAccount" in {e.name for e in found["fields/values"].entries}
    assert {e.name: e.sign for e in found["kubernetes/types"].entries}["PodSpec.workloadRef"] == "-"
    assert found["profiles/installs"].state == "carried on"


def test_the_notes_begin_with_what_fails_now(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    releases.show("1.31")
    sections = capsysbinary.readouterr().out.decode().split("\n\n")
    assert sections[1].startswith("fails now:\n  + injection.scrape_ports_checked: ")
    assert [s.partition(":")[0] for s in sections[1:4]] == ["fails now", "pods", "bootstraps"]
    releases.show("1.31", format="json")
    document = json.loads(capsysbinary.readouterr().out)
    assert [c["switch"] for c in document["changes"] if c["refuses"]] == ["injection.scrape_ports_checked"]


def test_a_patch_beyond_the_catalogue_is_told_by_the_notes_too(capfd: pytest.CaptureFixture[str]) -> None:
    newest = catalog.newest()
    releases.show(f"{newest.minor}.{newest.version.patch + 7}")
    assert "newer than the catalogue" in capfd.readouterr().err
