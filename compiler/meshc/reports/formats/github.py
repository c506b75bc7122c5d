"""Findings as GitHub workflow commands, which annotate the lines of a change."""

from __future__ import annotations

from collections.abc import Sequence

from meshc.reports.finding import Checked, Finding

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def write_findings(findings: Sequence[Finding], run: Checked) -> str:
    """One `::error file=…,line=…,title=…::message` a finding, then the count."""
    lines = [_command(f) for f in findings]
    return "".join(f"{line}\n" for line in [*lines, run.summary(findings)])


def _command(finding: Finding) -> str:
    properties = {"file": finding.file, "line": finding.line, "title": f"meshc {finding.rule}"}
    given = ",".join(f"{k}={_property(str(v))}" for k, v in properties.items() if v is not None)
    inside = " ".join(p for p in (finding.where, finding.path) if p)
    message = ": ".join(p for p in (inside, finding.message) if p) + (f" - {finding.hint}" if finding.hint else "")
    return f"::{_COMMANDS[finding.severity]} {given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
