"""Findings about a cluster's own Go templates: `meshc check` (docs/go-templates.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from meshc.errors import MeshcError
from meshc.injection.api import inject
from meshc.injection.go_templates.cluster_templates import ClusterTemplates
from meshc.injection.go_templates.inspection import Note, static_notes, structure_notes
from meshc.injection.injector import injector_of
from meshc.rendering.units import Unit
from meshc.reports.finding import Finding, Rule
from meshc.settings import Settings
from meshc.yamlio import Document

TEMPLATE_STRUCTURE = Rule(
    "template-structure",
    "warning",
    "A value of the pod that a Go template writes without quotes, and that YAML reads as keys or items of the overlay.",
    "write the value with quote, toJson or toYaml in the template",
)
TEMPLATE_DEAD = Rule(
    "template-dead",
    "warning",
    "A field that a Go template reads and the release's injector does not have: pods that get there are refused.",
    "remove it, or pick the template's text for this release",
)
TEMPLATE_ERROR = Rule(
    "template-error",
    "warning",
    "A function in a Go template that meshc refuses: its result is another one every time, or needs the network.",
    "give the value through an annotation or the values instead",
)
RULES = (TEMPLATE_STRUCTURE, TEMPLATE_DEAD, TEMPLATE_ERROR)
_BY_KIND = {"structure": TEMPLATE_STRUCTURE, "dead": TEMPLATE_DEAD, "error": TEMPLATE_ERROR}


def of_templates(settings: Settings, units: Sequence[Unit]) -> list[Finding]:
    """Findings on the Go templates of the settings, and on what they make of workloads."""
    if not settings.injection_config.go_templates:
        return []
    injector = injector_of(settings, settings.mode)
    cluster = injector.templates.cluster
    found = [_finding(cluster, note, "") for note in static_notes(cluster)]
    for unit in units:
        cluster.last.clear()
        try:
            inject(unit.document or Document(unit.manifest), settings, mode=settings.mode)
        except MeshcError:
            continue  # the compilation has reported it
        notes = (note for name, given in dict(cluster.last).items() for note in structure_notes(cluster, name, given))
        found += _distinct(_finding(cluster, note, unit.source) for note in notes)
    return found


def _finding(cluster: ClusterTemplates, note: Note, where: str) -> Finding:
    rule = _BY_KIND[note.kind]
    file, line = cluster.position(note.template, note.line)
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        message=f"template {note.template}: {note.message}",
        where=where,
        path="",
        hint=rule.hint,
        file=file,
        line=line,
    )


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))
