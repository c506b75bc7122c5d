"""Findings for people at a terminal, and as plain JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

import orjson

from meshc.reports.finding import Finding


def write(findings: Sequence[Finding], checked: int) -> str:
    """One finding a paragraph, place first; the last line counts."""
    lines = [_paragraph(f) for f in sorted(findings, key=lambda f: f.sort_key)]
    return "".join(lines) + summary(findings, checked) + "\n"


def summary(findings: Sequence[Finding], checked: int) -> str:
    """`3 findings (1 error, 2 warnings) in 12 workloads`."""
    counts = Counter(f.severity for f in findings)
    kinds = ", ".join(_count(counts[s], s) for s in ("error", "warning", "note") if counts[s])
    found = f"{_count(len(findings), 'finding')} ({kinds})" if findings else "no findings"
    return f"{found} in {_count(checked, 'workload')}"


def write_json(findings: Sequence[Finding], checked: int) -> str:
    """`{"checked": n, "findings": [...]}`."""
    ordered = sorted(findings, key=lambda f: f.sort_key)
    data = {"checked": checked, "findings": [asdict(f) for f in ordered]}
    return orjson.dumps(data, option=orjson.OPT_INDENT_2).decode() + "\n"


def _paragraph(finding: Finding) -> str:
    place = (
        f"{finding.file}:{finding.line}: "
        if finding.file and finding.line
        else f"{finding.file}: "
        if finding.file
        else ""
    )
    inside = " ".join(p for p in (finding.where, finding.path) if p)
    text = f"{place}{finding.severity}: {inside + ': ' if inside else ''}{finding.message} [{finding.rule}]\n"
    return text + (f"  hint: {finding.hint}\n" if finding.hint else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
