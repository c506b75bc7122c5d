"""Findings on a workload and on its injected result: ports, capture, annotations, names, limits, Pod Security."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from meshc.errors import format_path
from meshc.lint import rules as families
from meshc.lint.subject import HasSettings, Problem, Subject, subject_of
from meshc.reports.finding import Finding, Rule
from meshc.yamlio import Document, Json

__all__ = ["findings", "rules"]


def findings(
    document: Document,
    injected: Json,
    settings: HasSettings,
    *,
    bootstrap: Mapping[str, Json] | None = None,
    services: Sequence[Json] = (),
) -> list[Finding]:
    """Lint one workload.

    `document` is what the user wrote, `injected` the injected workload (None where it is not injected), `bootstrap` its
    compiled envoy-rev.json as a dict, `services` the Services among the inputs.  A document that is no pod or workload has
    no findings.  Paths and lines are those of the user's document where the place exists there.
    """
    subject = subject_of(document, injected, settings, bootstrap=bootstrap, services=services)
    if subject is None:
        return []
    problems: Iterator[Problem] = (p for family in _families() for p in family.check(subject))
    return sorted((_finding(subject, p) for p in problems), key=lambda f: f.sort_key)


@cache
def rules() -> tuple[Rule, ...]:
    """Every lint rule, sorted by id."""
    found = [value for family in _families() for value in vars(family).values() if isinstance(value, Rule)]
    return tuple(sorted(found, key=lambda rule: rule.id))


@cache
def _families() -> tuple[ModuleType, ...]:
    """The modules of `meshc.lint.rules`, sorted by name."""
    names = sorted(module.name for module in iter_modules(families.__path__))
    return tuple(import_module(f"{families.__name__}.{name}") for name in names)


def _finding(subject: Subject, problem: Problem) -> Finding:
    position = subject.document.position(problem.path)
    line = position[0] if position else subject.document.first_line
    return Finding(
        rule=problem.rule.id,
        severity=problem.severity,
        message=problem.message,
        where=subject.where,
        path=format_path(problem.path),
        hint=problem.hint,
        file=subject.document.file,
        line=line if subject.document.file else None,
    )
