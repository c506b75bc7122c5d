"""Findings and comparisons as plain JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import orjson

from meshc.reports.changes import Change, Report
from meshc.reports.finding import Checked, Finding
from meshc.yamlio import Json


def write_findings(findings: Sequence[Finding], run: Checked) -> str:
    """`{"checked": n, "findings": [...]}`."""
    return _dumped({"checked": run.workloads, "findings": [asdict(f) for f in findings]})


def write_report(report: Report, *, colour: bool = False) -> str:
    """`{"title", "compared", "differs", "verdicts", "changes", "noise"}`; a change carries its values whole."""
    del colour  # JSON has none
    return _dumped(tree(report))


def tree(report: Report) -> dict[str, Json]:
    """The report as a tree of plain values."""
    return {
        "title": report.title,
        "compared": report.compared,
        "differs": report.differs,
        "summary": report.summary,
        "verdicts": [asdict(v) for v in report.verdicts],
        "changes": [_change(c) for c in report.changes],
        "noise": [_change(c) for c in report.noise],
    }


def _change(change: Change) -> dict[str, Json]:
    return {key: value for key, value in asdict(change).items() if value not in (None, "", ())}


def _dumped(value: dict[str, Json]) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"
