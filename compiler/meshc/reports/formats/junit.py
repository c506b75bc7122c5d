"""Findings as JUnit XML, one test case a document and rule."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as xml

from meshc.reports.finding import Checked, Finding


def write_findings(findings: Sequence[Finding], run: Checked) -> str:
    """A `testsuites` document; a note is a case that passed, and so is having no findings."""
    failed = sum(f.severity != "note" for f in findings)
    counts: dict[str, str] = {"name": "meshc", "tests": str(max(len(findings), 1)), "failures": str(failed)}
    root = xml.Element("testsuites", counts)
    suite = xml.SubElement(root, "testsuite", counts)
    for finding in findings:
        _case(suite, finding)
    if not findings:
        xml.SubElement(suite, "testcase", classname="meshc", name=f"{run.workloads} workloads without findings")
    xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def _case(suite: xml.Element, finding: Finding) -> None:
    name = _clean(finding.where or finding.file or "meshc")
    case = xml.SubElement(suite, "testcase", classname=name, name=finding.rule)
    text = _clean("\n".join(str(p) for p in (_place(finding), finding.path, finding.message, finding.hint) if p))
    if finding.severity == "note":
        xml.SubElement(case, "system-out").text = text
    else:
        xml.SubElement(case, "failure", type=finding.severity, message=_clean(finding.message)).text = text


def _place(finding: Finding) -> str:
    return f"{finding.file}:{finding.line}" if finding.line else finding.file or ""


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 cannot represent."""
    return "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "\ufffd"
        for c in text
    )
