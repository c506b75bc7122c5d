"""`meshc check`: inputs are valid, goldens are current, the injected result has no findings."""

from __future__ import annotations

from collections.abc import Sequence

from meshc import lint, load, reports
from meshc.cli import golden_cases, output
from meshc.cli.check import CheckOptions, template_findings
from meshc.cli.check.rule_list import listed
from meshc.cli.inputs import Inputs, gather, pod_template_paths, project_file
from meshc.cli.options import SettingsOptions
from meshc.cli.parallel import Compiling, compile_all
from meshc.cli.workload_units import units_of
from meshc.errors import UsageError, require_known
from meshc.rendering import tree
from meshc.rendering.compiling import Parts, compile_parts
from meshc.rendering.units import Unit
from meshc.reports.finding import Finding, Rule
from meshc.yamlio import Document, Json

GOLDEN_STALE = Rule(
    "golden-stale",
    "error",
    "A golden case whose expected files are not what its inputs render to.",
    "look at `meshc diff --golden DIR`, then add --update",
)
RULES = tuple(sorted((*lint.rules(), GOLDEN_STALE, *template_findings.RULES), key=lambda rule: rule.id))


def check(options: CheckOptions, settings_options: SettingsOptions) -> int:
    """Print the findings; 1 when there are any but notes, else 0.  Raises MeshcError for input that is not valid."""
    to = output.destination(options.output)
    if options.list_rules:
        output.write(listed(RULES, options.format), to)
        return 0
    require_known("report format", options.format, reports.finding_formats(), path="--format")
    project = project_file(settings_options, quiet=True)
    goldens = options.goldens or (project.goldens if project else ())
    inputs = gather(options.files, settings_options, needed=not goldens)
    if not inputs.named and not goldens:
        raise UsageError("nothing to check", hint="name files, or `workloads` and `goldens` in meshc.yaml")
    findings, checked = _of_workloads(inputs, options) if inputs.named else ([], 0)
    findings += _of_goldens(goldens, options.jobs)
    output.write(reports.write(findings, format=options.format, checked=checked, rules=RULES), to)
    return 1 if any(f.severity != "note" for f in findings) else 0


def _of_workloads(inputs: Inputs, options: CheckOptions) -> tuple[list[Finding], int]:
    places = pod_template_paths(options.pod_template_paths)
    units = units_of(inputs, places=places)
    tree.refuse_doubles((u.folder, u.source) for u in units)
    wanted = tree.shard_of([u.folder for u in units], options.shard)
    chosen = [u for u in units if u.folder in wanted]
    compiled = compile_all(chosen, Compiling(inputs.settings, {}, places), compile_parts, jobs=options.jobs)
    services = _services(inputs.documents)
    found: list[Finding] = []
    for unit, result in zip(chosen, compiled, strict=True):
        found += _of_unit(unit, result, inputs, services)
    found += template_findings.of_templates(inputs.settings, chosen)
    return found, len(chosen)


def _of_unit(unit: Unit, parts: Parts, inputs: Inputs, services: Sequence[Json]) -> list[Finding]:
    injected = parts.manifest if parts.decision != "skipped" else None
    document = unit.document or Document(unit.manifest)
    return lint.findings(
        document, injected, inputs.settings, bootstrap=parts.bootstraps.envoy_document, services=services
    )


def _of_goldens(directories: Sequence[str], jobs: int) -> list[Finding]:
    if not directories:
        return []
    return [_stale(change) for _, _, changed in golden_cases.stale(directories, jobs=jobs) for change in changed]


def _stale(change: golden_cases.FileChange) -> Finding:
    first = change.differences[0] if change.differences else None
    what = {
        "added": "is rendered, but not expected",
        "removed": "is expected, but not rendered any more",
        "changed": f"is not current: {len(change.differences)} differences"
        if first
        else "is not current: only its formatting differs",
    }[change.kind]
    return Finding(
        rule=GOLDEN_STALE.id,
        severity=GOLDEN_STALE.severity,
        message=f"{change.name} {what}",
        path=first.where if first else "",
        hint=f"look at `meshc diff --golden {change.case}`, then add --update",
        file=change.file,
    )


def _services(documents: Sequence[Document]) -> list[Json]:
    objects = (value for document in documents for value in load.opened(document.value))
    return [value for value in objects if isinstance(value, dict) and value.get("kind") == "Service"]
