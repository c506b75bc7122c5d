"""Findings on a workload and on its injected result: ports, capture, annotations, names, limits, Pod Security."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from meshc.errors import format_path
from meshc.lint import capture, limits, mesh, metadata, names, ports, probes, security
from meshc.lint.subject import HasSettings, Problem, Subject, subject_of
from meshc.reports.finding import Finding
from meshc.yamlio import Document, Json

_CHECKS = (
    metadata.check,
    ports.check,
    mesh.check,
    capture.check,
    probes.check,
    names.check,
    limits.check,
    security.check,
)

__all__ = ["findings"]


def findings(
    document: Document,
    injected: Json,
    settings: HasSettings,
    *,
    bootstrap: Mapping[str, Json] | None = None,
    services: Sequence[Json] = (),
) -> list[Finding]:
    """Judge one workload.

    `document` is what the user wrote, `injected` what injection made of it (None where it is not injected), `bootstrap` its
    compiled envoy-rev.json as a dict, `services` the Services among the inputs. A document that is no pod or workload has
    no findings. Paths and lines are the user's document's where the place exists there.
    """
    subject = subject_of(document, injected, settings, bootstrap=bootstrap, services=services)
    if subject is None:
        return []
    return sorted((_finding(subject, p) for check in _CHECKS for p in check(subject)), key=lambda f: f.sort_key)


def _finding(subject: Subject, problem: Problem) -> Finding:
    position = subject.document.position(problem.path)
    line = position[0] if position else subject.document.first_line
    return Finding(
        rule=problem.rule,
        severity=problem.severity,
        message=problem.message,
        where=subject.where,
        path=format_path(problem.path),
        hint=problem.hint,
        file=subject.document.file,
        line=line if subject.document.file else None,
    )
