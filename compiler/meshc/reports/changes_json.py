"""A comparison as plain JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from meshc.reports.changes import Change, Report


def write(report: Report) -> str:
    """`{"title", "compared", "differs", "verdicts", "changes", "noise"}`; a change carries its values whole."""
    return orjson.dumps(tree(report), option=orjson.OPT_INDENT_2).decode() + "\n"


def tree(report: Report) -> dict[str, Any]:
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


def _change(change: Change) -> dict[str, Any]:
    return {key: value for key, value in asdict(change).items() if value not in (None, "", ())}
