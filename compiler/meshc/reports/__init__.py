"""Findings and comparisons in the formats that people and machines read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING

from meshc.errors import require_known
from meshc.late import late
from meshc.reports import comparison_formats, formats
from meshc.reports.finding import Checked, Finding, Rule

if TYPE_CHECKING:
    from meshc.reports import changes
    from meshc.reports.changes import Report
else:
    changes = late("meshc.reports.changes")

DEFAULT = "text"


@cache
def finding_formats() -> tuple[str, ...]:
    """Formats of findings, the default first."""
    return _names(formats)


@cache
def report_formats() -> tuple[str, ...]:
    """Formats of comparisons, the default first."""
    return (*_names(formats), *_names(comparison_formats))


def write(findings: Sequence[Finding], *, format: str, checked: int, rules: Iterable[Rule] = ()) -> str:
    """Findings as a string; `checked` is the number of workloads, `rules` describes the rules they may name.

    Raises UsageError for an unknown format.
    """
    require_known("report format", format, finding_formats(), path="--format")
    ordered = sorted(findings, key=lambda f: f.sort_key)
    return str(_module(format).write_findings(ordered, Checked(checked, {rule.id: rule for rule in rules})))


def write_report(report: Report, *, format: str, colour: bool = False) -> str:
    """A comparison as a string.  Raises UsageError for an unknown format."""
    require_known("report format", format, report_formats(), path="--format")
    module = _module(format)
    if hasattr(module, "write_report"):
        return str(module.write_report(report, colour=colour))
    found = changes.findings_of(report)
    return write(found, format=format, checked=report.compared, rules=changes.DIFFERENCE_RULES)


def _names(package: ModuleType) -> tuple[str, ...]:
    return tuple(sorted((m.name for m in iter_modules(package.__path__)), key=lambda name: (name != DEFAULT, name)))


def _module(format: str) -> ModuleType:
    package = formats if format in finding_formats() else comparison_formats
    return import_module(f"{package.__name__}.{format}")
