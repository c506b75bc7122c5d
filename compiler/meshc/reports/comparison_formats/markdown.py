"""A comparison as a comment on a merge request."""

from __future__ import annotations

from collections.abc import Iterable

from meshc.reports.changes import Change, Report, subjects, values

_MOST = 200
_SIGNS = {"added": "added", "removed": "removed", "changed": "changed", "moved": "moved", "order": "reordered"}
_MARKS = {"current": "🟢", "stale": "🟡", "foreign": "🔴", "not-injected": "🔴", "unexpected": "🔴"}


def write_report(report: Report, *, colour: bool = False) -> str:
    """Tables that GitHub and GitLab draw; long lists are cut and say so."""
    del colour  # Markdown has none
    lines = [f"### {_text(report.title or 'meshc diff')}", "", f"**{_text(report.summary)}**", ""]
    if report.verdicts:
        lines += ["| pod | status | why |", "|---|---|---|"]
        lines += [
            f"| `{v.subject}` | {_MARKS[v.status]} {v.status} | {_text(v.reason)} |" for v in report.verdicts[:_MOST]
        ]
        lines += [*_cut(len(report.verdicts), "pods"), ""]
    if report.changes:
        lines += [*_table(report.changes[:_MOST]), *_cut(len(report.changes), "changes"), ""]
    if report.noise:
        lines += ["<details><summary>noise</summary>", "", *_table(report.noise[:_MOST]), "", "</details>", ""]
    return "\n".join(lines)


def _table(changes: Iterable[Change]) -> list[str]:
    rows = ["| where | what | value | in | why |", "|---|---|---|---|---|"]
    for change in changes:
        cells = (_code(change.where), _SIGNS[change.kind], _code(values(change, limit=100)), _subjects(change))
        rows.append(f"| {' | '.join(cells)} | {_text(change.reason)} |")
    return rows


def _subjects(change: Change) -> str:
    number = f"{len(change.subjects)} × " if len(change.subjects) > 1 else ""
    return number + _text(subjects(change))


def _cut(number: int, noun: str) -> list[str]:
    return ["", f"… and {number - _MOST} more {noun}."] if number > _MOST else []


def _code(text: str) -> str:
    ticks = "``" if "`" in text else "`"
    return f"{ticks}{_cell(text)}{ticks}"


def _text(text: str) -> str:
    # Backticks in the catalogue's sentences stay Markdown; `<` could open HTML.
    return _cell(text.replace("<", "&lt;"))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
