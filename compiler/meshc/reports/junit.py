"""Findings as JUnit XML, one test case a document and rule."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as xml

from meshc.reports.finding import Finding


def write(findings: Sequence[Finding], checked: int) -> str:
    """A `testsuites` document; without findings it holds one case that passed."""
    root = xml.Element("testsuites", name="meshc", tests=str(max(len(findings), 1)), failures=str(len(findings)))
    suite = xml.SubElement(
        root, "testsuite", name="meshc", tests=str(max(len(findings), 1)), failures=str(len(findings))
    )
    for finding in sorted(findings, key=lambda f: f.sort_key):
        case = xml.SubElement(
            suite, "testcase", classname=_clean(finding.where or finding.file or "meshc"), name=finding.rule
        )
        failure = xml.SubElement(case, "failure", type=finding.severity, message=_clean(finding.message))
        failure.text = _clean(
            "\n".join(str(p) for p in (_place(finding), finding.path, finding.message, finding.hint) if p)
        )
    if not findings:
        xml.SubElement(suite, "testcase", classname="meshc", name=f"{checked} workloads without findings")
    xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def _place(finding: Finding) -> str:
    return f"{finding.file}:{finding.line}" if finding.line else finding.file or ""


def _clean(text: str) -> str:
    """Without the characters XML 1.0 has no way to write."""
    return "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "\ufffd"
        for c in text
    )
