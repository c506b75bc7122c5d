"""`meshc diff --from R1 --to R2`: the same workloads under two releases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from meshc import catalog, load
from meshc.catalog import Release
from meshc.cli.diff import DiffOptions
from meshc.cli.inputs import Inputs, pod_template_paths, project_file, read_stdin, settings_keywords, warn
from meshc.cli.options import SettingsOptions
from meshc.cli.parallel import each, with_progress
from meshc.cli.workload_units import units_of
from meshc.comparison.causes import Causes
from meshc.comparison.trials import Found, Workload
from meshc.comparison.upgrade import Between, preview
from meshc.errors import MeshcError, UsageError, raise_all
from meshc.rendering import tree
from meshc.rendering.units import Unit, is_gateway, plan
from meshc.reports.changes import Report
from meshc.settings import Settings
from meshc.yamlio import Document


@dataclass(frozen=True)
class SettingsAt:
    """The user's settings under any release."""

    keywords: dict[str, Any]
    resources: list[Any]

    def __call__(self, release: Release) -> Settings:
        return Settings.load(**{**self.keywords, "release": release}, resources=self.resources)


@dataclass(frozen=True)
class _Remade:
    """Renders the units of a Gateway, or of the profile, again under other settings."""

    inputs: Inputs
    document: Document | None
    places: dict[str, str]

    def __call__(self, settings: Settings) -> Sequence[Unit]:
        if self.document is not None:
            return plan([self.document], settings, places=self.places)
        return units_of(replace(self.inputs, settings=settings), places=self.places)


def report(options: DiffOptions, settings_options: SettingsOptions) -> Report:
    """The upgrade preview.  Raises UsageError for releases that are missing, SettingsError for unknown ones."""
    old, new = _releases(options, settings_options)
    inputs, settings_at = _inputs(options, settings_options, new)
    places = pod_template_paths(options.pod_template_paths)
    between = Between(settings_at(old), inputs.settings, places)
    workloads = _sharded(_workloads(inputs, between, places), options.shard)
    outcomes = each(_Differences(between, workloads), len(workloads), jobs=options.jobs, noun="workloads")
    errors = [o for o in outcomes if isinstance(o, MeshcError)]
    raise_all(errors)
    found = [(w, o) for w, o in zip(workloads, outcomes, strict=True) if not isinstance(o, MeshcError)]
    causes = Causes(old, new, settings_at, places)
    return preview(between, found, causes, watch=lambda changes, n: with_progress(changes, n, "changes explained"))


@dataclass(frozen=True)
class _Differences:
    between: Between
    workloads: Sequence[Workload]

    def __call__(self, number: int) -> list[Found] | MeshcError:
        try:
            return self.between.differences(self.workloads[number])
        except MeshcError as error:
            return error


def _releases(options: DiffOptions, settings_options: SettingsOptions) -> tuple[Release, Release]:
    old, new = options.old_release, options.new_release or settings_options.release
    if not old:
        raise UsageError("--to without --from", hint="name the release that runs now, e.g. --from 1.27")
    if options.new_release and settings_options.release:
        raise UsageError("--release beside --from and --to", value=settings_options.release, hint="leave it out")
    return catalog.release(old), catalog.release(new) if new else catalog.newest()


def _inputs(options: DiffOptions, settings_options: SettingsOptions, release: Release) -> tuple[Inputs, SettingsAt]:
    project = project_file(settings_options)
    named = tuple(options.files) or tuple(project.workloads if project else ())
    documents = tuple(load.documents(named, stdin=read_stdin)) if named else ()
    keywords = settings_keywords(settings_options, project)
    keywords["mode"] = keywords.get("mode") or "webhook"
    settings_at = SettingsAt(keywords, load.context(documents))
    settings = settings_at(release)
    warn([*settings.warnings])
    return Inputs(named, documents, settings), settings_at


def _workloads(inputs: Inputs, between: Between, places: dict[str, str]) -> list[Workload]:
    """Every workload that one of the two releases has, sorted by directory."""
    found: dict[str, Workload] = {}
    for settings in (between.old, between.new):
        units = units_of(replace(inputs, settings=settings), places=places)
        tree.refuse_doubles((u.folder, u.source) for u in units)
        for unit in units:
            found.setdefault(unit.folder, _workload(unit, inputs, places))
    return [found[directory] for directory in sorted(found)]


def _workload(unit: Unit, inputs: Inputs, places: dict[str, str]) -> Workload:
    if unit.document is not None and not is_gateway(unit.document.value):
        return Workload(unit.folder, unit)
    return Workload(unit.folder, unit, _Remade(inputs, unit.document, places))


def _sharded(workloads: list[Workload], shard: str | None) -> list[Workload]:
    wanted = tree.shard_of([w.folder for w in workloads], shard)
    return [w for w in workloads if w.folder in wanted]
