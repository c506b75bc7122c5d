"""Findings and comparisons in the forms that people and machines read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from meshc.errors import UsageError, nearest
from meshc.reports.changes import Report
from meshc.reports.finding import Finding

FORMATS = ("text", "json", "sarif", "junit", "github")
REPORT_FORMATS = (*FORMATS, "markdown", "html")


def write(findings: Sequence[Finding], *, form: str, checked: int) -> str:
    """The report as text; `checked` is how many workloads were looked at.  Raises UsageError for an unknown form."""
    from meshc.reports import github, junit, sarif, text

    writers: dict[str, Callable[[Sequence[Finding], int], str]] = {
        "text": text.write,
        "json": text.write_json,
        "sarif": sarif.write,
        "junit": junit.write,
        "github": github.write,
    }
    known_form(form, FORMATS)
    return writers[form](findings, checked)


def write_report(report: Report, *, form: str, colour: bool = False) -> str:
    """A comparison as text in one of REPORT_FORMATS.  Raises UsageError for an unknown form."""
    known_form(form, REPORT_FORMATS)
    if form in ("sarif", "junit", "github"):
        from meshc.reports.changes import findings

        return write(findings(report), form=form, checked=report.compared)
    if form == "html":
        from meshc.reports import changes_html

        return changes_html.write(report)
    from meshc.reports import changes_json, changes_markdown, changes_text

    if form == "text":
        return changes_text.write(report, colour=colour)
    return changes_json.write(report) if form == "json" else changes_markdown.write(report)


def known_form(form: str, forms: Sequence[str]) -> None:
    """Raise UsageError unless the form is one of those."""
    if form not in forms:
        close = nearest(form, forms)
        raise UsageError("unknown report form", path="--format", value=form, hint=f"write {close or ', '.join(forms)}")
