"""Comparisons in each form; the page is opened in a real browser where there is one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from meshc import reports
from meshc.errors import UsageError
from meshc.reports.changes import Cause, Change, Report, Verdict

NATIVE = Cause("injection.native_sidecars_auto", "1.27", "native sidecars are the default")
MANY = tuple(f"shop/deployment.web-{n}" for n in range(200))
HOSTILE = "</script><script>document.title='taken'</script>|`x`\n\u2028"
UPGRADE = Report(
    "Istio 1.26.8 → 1.27.9",
    200,
    (
        Change("", "spec.initContainers[name=istio-proxy]", "moved", "containers", "initContainers", MANY, (NATIVE,)),
        Change("envoy-rev.json", "node.x", "changed", 1, {"a": [1]}, (MANY[0],), (NATIVE,), file="a/envoy-rev.json"),
        Change("", "metadata.labels.team", "added", None, HOSTILE, (MANY[1],)),
        Change("", "spec.containers", "order", ["[name=a]", "[name=b]"], ["[name=b]", "[name=a]"], (MANY[2],)),
    ),
    noun="workload",
)
DRIFT = Report(
    "wanted → running",
    2,
    (Change("", "spec.x", "removed", "old", None, ("shop/pod.a",)),),
    (Verdict("shop/pod.a", "foreign", "wanted is 1.30"), Verdict("shop/pod.b", "current", "Istio 1.30.3")),
    (Change("", "spec.nodeName", "added", None, "n1", ("shop/pod.b",), note="the scheduler chooses the node"),),
    noun="pod",
)
EMPTY = Report("a → b", 3)


def test_text_puts_the_path_first_and_the_reason_beside_the_value() -> None:
    text = reports.write_report(UPGRADE, format="text")
    assert "shop/deployment.web-0, shop/deployment.web-1, shop/deployment.web-2 and 197 more (200):\n" in text
    assert (
        "  > spec.initContainers[name=istio-proxy]: containers → initContainers\n"
        "      since 1.27: native sidecars are the default\n"
    ) in text
    assert "  % spec.containers: a b → b a\n" in text
    assert text.endswith("4 changes in 200 workloads\n")
    assert "\033" not in text
    assert "\033[" in reports.write_report(UPGRADE, format="text", colour=True)


def test_text_of_drift_gives_each_pod_its_verdict_and_noise_its_reason() -> None:
    text = reports.write_report(DRIFT, format="text")
    assert 'shop/pod.a: foreign (wanted is 1.30)\n  - spec.x: "old"\n' in text
    assert "      the scheduler chooses the node\n" in text
    assert text.endswith("2 pods: 1 current, 1 foreign\n")


def test_nothing_found_says_so() -> None:
    assert not EMPTY.differs
    assert reports.write_report(EMPTY, format="text") == "a → b\nno differences in 3 documents\n"


def test_json_holds_values_causes_and_subjects_whole() -> None:
    data = json.loads(reports.write_report(UPGRADE, format="json"))
    assert data["differs"] is True
    assert data["changes"][0]["causes"] == [
        {"name": "injection.native_sidecars_auto", "since": "1.27", "text": "native sidecars are the default"}
    ]
    assert len(data["changes"][0]["subjects"]) == 200
    assert data["changes"][2]["new"] == HOSTILE


def test_machine_forms_have_one_finding_for_each_subject() -> None:
    sarif = json.loads(reports.write_report(UPGRADE, format="sarif"))
    assert len(sarif["runs"][0]["results"]) == 203
    junit = ElementTree.fromstring(reports.write_report(UPGRADE, format="junit"))
    assert len(junit.findall(".//failure")) == 203
    lines = reports.write_report(DRIFT, format="github").splitlines()
    assert lines[0] == '::error title=meshc drift-foreign::shop/pod.a spec.x: removed: "old"'


def test_markdown_survives_what_values_hold() -> None:
    text = reports.write_report(UPGRADE, format="markdown")
    assert text.startswith("### Istio 1.26.8 → 1.27.9\n\n**4 changes in 200 workloads**\n")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 6 for row in rows)
    assert "| `shop/pod.a` | 🔴 foreign | wanted is 1.30 |" in reports.write_report(DRIFT, format="markdown")


def test_an_unknown_form_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="markdown"):
        reports.write_report(EMPTY, format="markdwn")


def test_the_page_loads_nothing_and_cannot_be_broken_out_of() -> None:
    page = reports.write_report(UPGRADE, format="html")
    assert not re.search(r"(?:src|href)\s*=|url\(|@import|https?:", page)
    assert "default-src 'none'" in page
    assert page.count("<script") == page.count("</script>") == 2
    data = page.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    assert json.loads(data)["changes"][2]["new"] == HOSTILE


@pytest.mark.parametrize(
    ("report", "words", "shown", "count"),
    [
        (UPGRADE, "", 4, "4 of 4"),
        (UPGRADE, "native%20moved", 1, "1 of 4"),
        (UPGRADE, "nowhere", 0, "0 of 4"),
        (DRIFT, "", 3, "3 of 3"),
        (EMPTY, "", 0, ""),
    ],
)
def test_the_page_works_in_a_browser(report: Report, words: str, shown: int, count: str, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(reports.write_report(report, format="html"), encoding="utf-8")
    dom = _opened(f"{file.as_uri()}#{words}", tmp_path)
    cards = re.findall(r'<section class="card"( hidden="")?>', dom)
    assert sum(not hidden for hidden in cards) == shown
    assert f'id="count" role="status">{count}<' in dom
    assert "<title>meshc diff: " in dom


def _opened(url: str, folder: Path) -> Any:
    browser = next((b for b in ("chromium", "chromium-browser", "google-chrome") if shutil.which(b)), None)
    if browser is None:
        pytest.skip("no browser: install chromium")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    done = subprocess.run(
        [browser, *flags, f"--user-data-dir={folder / 'browser'}", "--dump-dom", url],
        capture_output=True,
        timeout=120,
        check=True,
    )
    return done.stdout.decode()
