"""Golden cases: our own are current, and others are compared, reported and rewritten."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from meshc.cli import golden_cases
from tests.cli.running import Run

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
CASES = sorted(p.parent.relative_to(GOLDEN).as_posix() for p in GOLDEN.rglob("meshc.yaml"))


@pytest.mark.parametrize("case", CASES)
def test_our_own_case_is_current(case: str) -> None:
    rendered = golden_cases.render_case(GOLDEN / case)
    assert [c.file for c in golden_cases.changes(GOLDEN / case, rendered)] == []
    assert golden_cases.render_case(GOLDEN / case) == rendered


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A copy of one of our cases."""
    shutil.copytree(GOLDEN / "sidecar-1.30", tmp_path / "cases" / "web")
    return tmp_path / "cases" / "web"


def test_a_current_case_has_no_differences(meshc: Run, case: Path) -> None:
    assert meshc("diff", "--golden", "cases") == type(meshc("--version"))(0, "no differences in 1 golden case\n", "")


def test_a_stale_case_is_reported_by_meaning_and_left_alone(meshc: Run, case: Path) -> None:
    (case / "meshc.yaml").write_text("release: '1.29'\nworkloads: [workloads/]\n")
    before = {p: p.read_bytes() for p in case.rglob("*") if p.is_file()}
    done = meshc("diff", "--golden", "cases", "--format", "json")
    assert done.code == 1
    changes = json.loads(done.out)["changes"]
    assert {"envoy-rev.json", "manifest.yaml"} <= {c["part"].rpartition("/")[2] for c in changes}
    assert {c["file"].partition("/expected/")[0] for c in changes} == {"cases/web"}
    assert {p: p.read_bytes() for p in case.rglob("*") if p.is_file()} == before


def test_update_rewrites_says_what_changed_and_ends_well(meshc: Run, case: Path) -> None:
    (case / "meshc.yaml").write_text("release: '1.29'\nworkloads: [workloads/]\n")
    done = meshc("diff", "--golden", "cases", "--update")
    assert done.code == 0
    assert "changed: cases/web/expected/shop/deployment.web/manifest.yaml (" in done.out
    assert done.out.endswith("1 of 1 golden case rewritten\n")
    assert meshc("diff", "--golden", "cases").code == 0
    assert meshc("diff", "--golden", "cases", "--update").out == "0 of 1 golden case rewritten\n"


def test_text_that_only_reads_otherwise_is_told_apart(meshc: Run, case: Path) -> None:
    file = case / "expected" / "shop" / "deployment.web" / "envoy-rev.json"
    file.write_text(json.dumps(json.loads(file.read_text())))
    done = meshc("diff", "--golden", "cases")
    assert done.code == 1
    assert "only the formatting differs" in done.out


def test_files_too_many_and_too_few_are_found(meshc: Run, case: Path) -> None:
    place = case / "expected" / "shop" / "deployment.web"
    (place / "envoy-rev.json").unlink()
    (place / "other.json").write_text("{}")
    out = meshc("diff", "--golden", "cases").out
    assert "rendered, but not expected" in out
    assert "expected, but not rendered any more" in out
    done = meshc("diff", "--golden", "cases", "--update")
    assert (done.code, done.out) == (2, "")
    assert "holds a file that meshc did not write" in done.err


def test_another_version_of_meshc_alone_makes_no_case_stale(meshc: Run, case: Path) -> None:
    index = case / "expected" / "index.json"
    index.write_text(index.read_text().replace('"meshc": "', '"meshc": "9'))
    assert meshc("diff", "--golden", "cases").code == 0


def test_goldens_of_the_project_file_are_meant_without_a_folder(meshc: Run, case: Path, tmp_path: Path) -> None:
    (tmp_path / "meshc.yaml").write_text("goldens: [cases]\n")
    (case / "meshc.yaml").write_text("release: '1.29'\nworkloads: [workloads/]\n")
    assert meshc("diff", "--update").out.endswith("1 of 1 golden case rewritten\n")


def test_a_case_with_bad_input_is_an_error_and_nothing_is_written(meshc: Run, case: Path) -> None:
    (case / "meshc.yaml").write_text("release: '1.5'\nworkloads: [workloads/]\n")
    done = meshc("diff", "--golden", "cases", "--update")
    assert (done.code, done.out) == (2, "")
    assert "unknown Istio release" in done.err


def test_cases_are_split_into_shards(meshc: Run, case: Path) -> None:
    shutil.copytree(case, case.with_name("other"))
    assert meshc("diff", "--golden", "cases", "--shard", "1/2").out == "no differences in 1 golden case\n"
