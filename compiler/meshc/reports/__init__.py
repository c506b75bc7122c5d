"""Findings in the forms that people and machines read: text, json, sarif, junit, github."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from meshc.errors import UsageError, nearest
from meshc.reports.finding import Finding

FORMATS = ("text", "json", "sarif", "junit", "github")


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
    if form not in writers:
        close = nearest(form, FORMATS)
        raise UsageError(
            "unknown report form", path="--format", value=form, hint=f"write {close or ', '.join(FORMATS)}"
        )
    return writers[form](findings, checked)
