"""Findings in each form."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from meshc import reports
from meshc.errors import UsageError
from meshc.reports.finding import Finding, Rule

FOUND = [
    Finding(
        "port-clash", "error", "port 15001 is Envoy's", "default/deployment.a", "spec.x", "use another", "a.yaml", 7
    ),
    Finding("no-limits", "warning", "no\nlimits: 100%, \x01", "default/deployment.b"),
]


def test_text_says_place_message_rule_and_remedy_and_counts() -> None:
    text = reports.write(FOUND, format="text", checked=2)
    assert (
        "a.yaml:7: error: default/deployment.a spec.x: port 15001 is Envoy's [port-clash]\n  hint: use another\n"
        in text
    )
    assert text.endswith("2 findings (1 error, 1 warning) in 2 workloads\n")
    assert reports.write([], format="text", checked=1) == "no findings in 1 workload\n"


def test_json_holds_every_field() -> None:
    data = json.loads(reports.write(FOUND, format="json", checked=2))
    assert data["checked"] == 2
    assert data["findings"][1]["line"] == 7


def test_github_escapes_what_would_end_a_command() -> None:
    lines = reports.write(FOUND, format="github", checked=2).splitlines()
    assert lines[0] == "::warning title=meshc no-limits::default/deployment.b: no%0Alimits: 100%25, \x01"
    assert lines[1].startswith("::error file=a.yaml,line=7,title=meshc port-clash::default/deployment.a spec.x: port")


def test_junit_is_xml_with_one_failure_a_finding() -> None:
    root = ElementTree.fromstring(reports.write(FOUND, format="junit", checked=2))
    assert [f.get("type") for f in root.iter("failure")] == ["warning", "error"]
    assert len(list(ElementTree.fromstring(reports.write([], format="junit", checked=3)).iter("testcase"))) == 1


def test_a_note_fails_nothing_in_junit() -> None:
    root = ElementTree.fromstring(reports.write([Finding("r", "note", "m")], format="junit", checked=1))
    assert root.get("failures") == "0"
    assert [e.text for e in root.iter("system-out")] == ["m"]


def test_sarif_names_rules_and_places() -> None:
    run = json.loads(reports.write(FOUND, format="sarif", checked=2))["runs"][0]
    assert [r["id"] for r in run["tool"]["driver"]["rules"]] == ["no-limits", "port-clash"]
    assert run["results"][1]["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}


def test_sarif_describes_the_rules_it_is_given() -> None:
    rule = Rule("port-clash", "error", "Two listeners with one port.", "move one of them")
    run = json.loads(reports.write(FOUND, format="sarif", checked=2, rules=[rule]))["runs"][0]
    assert run["tool"]["driver"]["rules"][1] == {
        "id": "port-clash",
        "shortDescription": {"text": "Two listeners with one port."},
        "help": {"text": "move one of them"},
        "defaultConfiguration": {"level": "error"},
    }


def test_every_module_is_a_format() -> None:
    directory = Path(reports.__file__).parent
    known = {p.stem for d in ("formats", "comparison_formats") for p in (directory / d).glob("*.py")} - {"__init__"}
    assert set(reports.report_formats()) == known
    assert reports.finding_formats()[0] == "text"
    assert "html" not in reports.finding_formats()


def test_an_unknown_format_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="write sarif"):
        reports.write([], format="sariff", checked=0)
