"""`meshc check`: findings on inputs, on the injected result and on goldens."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from meshc import yamlio
from tests.cli.running import Run
from tests.cli.test_golden import GOLDEN
from tests.comparison.running_pods import WORKLOAD


@pytest.fixture
def workload(tmp_path: Path) -> Path:
    """A workload without anything to find."""
    file = tmp_path / "web.yaml"
    file.write_text(yamlio.dump(WORKLOAD))
    return file


@pytest.fixture
def clashing(workload: Path) -> Path:
    """A workload that listens where the proxy does."""
    workload.write_text(workload.read_text().replace("containerPort: 8080", "containerPort: 15001"))
    return workload


def test_a_clash_with_the_proxy_is_found_with_its_place(meshc: Run, clashing: Path) -> None:
    done = meshc("check", str(clashing), "--format", "json")
    findings = json.loads(done.out)["findings"]
    assert done.code == 1
    assert any("15001" in f["message"] and f["file"].endswith("web.yaml") and f["line"] for f in findings)


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github"])
def test_every_form_ends_alike(meshc: Run, clashing: Path, form: str) -> None:
    done = meshc("check", str(clashing), "--format", form)
    assert done.code == 1
    if form in ("json", "sarif"):
        assert json.loads(done.out)
    elif form == "junit":
        assert int(ElementTree.fromstring(done.out).attrib["failures"]) >= 1
    else:
        assert "15001" in done.out


def test_a_stale_golden_is_a_finding(meshc: Run, tmp_path: Path) -> None:
    case = tmp_path / "cases" / "web"
    shutil.copytree(GOLDEN / "sidecar-1.30", case)
    (tmp_path / "meshc.yaml").write_text("goldens: [cases]\n")
    assert meshc("check").code == 0
    (case / "meshc.yaml").write_text("release: '1.29'\nworkloads: [workloads/]\n")
    done = meshc("check")
    assert done.code == 1
    assert "[golden-stale]" in done.out
    assert "meshc diff --golden cases/web" in done.out


def test_invalid_input_is_an_error_not_a_finding(meshc: Run, workload: Path) -> None:
    workload.write_text(workload.read_text().replace("image: registry.example/web:1", "image: [1]"))
    done = meshc("check", str(workload))
    assert (done.code, done.out) == (2, "")
    assert "web.yaml:" in done.err


@pytest.mark.parametrize(("words", "said"), [((), "no files named"), (("--format", "xml"), "unknown report form")])
def test_what_cannot_be_checked_is_refused(meshc: Run, words: tuple[str, ...], said: str) -> None:
    done = meshc("check", *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
