"""Findings and comparisons for people at a terminal: the place first, the reason beside the value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from meshc.reports.changes import Change, Report, Verdict, subjects, values
from meshc.reports.finding import Checked, Finding

_SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": ">", "order": "%"}
_COLOURS = {"+": "32", "-": "31", "~": "33", ">": "36", "%": "36"}
_STATES = {"current": "32", "stale": "33", "foreign": "31", "not-injected": "31", "unexpected": "31"}


def write_findings(findings: Sequence[Finding], run: Checked) -> str:
    """One finding a paragraph, place first; the last line counts."""
    return "".join(_paragraph(f) for f in findings) + run.summary(findings) + "\n"


def write_report(report: Report, *, colour: bool = False) -> str:
    """The whole report; its last line counts."""
    paint = _paint if colour else _plain
    lines = [paint("1", report.title)] if report.title else []
    lines += _verdicts(report, paint) if report.verdicts else list(_by_subjects(report.changes, paint))
    if report.noise:
        lines += [paint("2", "noise (what a cluster adds by itself):"), *_by_subjects(report.noise, paint)]
    return "".join(f"{line}\n" for line in [*lines, report.summary])


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


def _verdicts(report: Report, paint: _Paint) -> list[str]:
    lines = []
    for verdict in report.verdicts:
        lines.append(_verdict(verdict, paint))
        mine = [c for c in report.changes if verdict.subject in c.subjects]
        lines += [line for change in mine for line in _change(change, paint)]
    return lines


def _verdict(verdict: Verdict, paint: _Paint) -> str:
    status = paint(_STATES[verdict.status], verdict.status)
    return f"{paint('1', verdict.subject)}: {status}" + (f" ({verdict.reason})" if verdict.reason else "")


def _by_subjects(changes: Iterable[Change], paint: _Paint) -> Iterator[str]:
    shown = None
    for change in changes:
        if change.subjects != shown:
            shown = change.subjects
            number = f" ({len(shown)})" if len(shown) > 1 else ""
            yield paint("1", f"{subjects(change)}{number}:")
        yield from _change(change, paint)


def _change(change: Change, paint: _Paint) -> Iterator[str]:
    sign = _SIGNS[change.kind]
    yield f"  {paint(_COLOURS[sign], sign)} {change.where}: {paint(_COLOURS[sign], values(change))}"
    for reason in [*(str(c) for c in change.causes), *([change.note] if change.note else [])]:
        yield paint("2", f"      {reason}")


class _Paint:
    """Colours a string, or returns it as it is."""

    def __init__(self, *, on: bool) -> None:
        self.on = on

    def __call__(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.on and text else text


_paint, _plain = _Paint(on=True), _Paint(on=False)
