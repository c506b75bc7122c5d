"""`meshc inject -` as a KRM function: a ResourceList in, the same list with injected workloads out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from meshc import load, yamlio
from meshc.cli.inject import InjectOptions
from meshc.cli.inject.in_place import patched
from meshc.cli.inject.outcome_report import report
from meshc.cli.inputs import pod_template_paths, resolve, warn
from meshc.cli.options import SettingsOptions
from meshc.errors import MeshcError, raise_all
from meshc.injection.api import Result, inject
from meshc.injection.workloads import place_of
from meshc.load import Project
from meshc.rendering.units import require_containers
from meshc.yamlio import Document, Json

_STRUCTURED = ("set", "feature", "lenient", *("values", "mesh-config", "iop", "cluster-config", "proxy-config"))


def transform(
    lists: list[Document], options: InjectOptions, settings_options: SettingsOptions, project: Project | None
) -> str:
    """The list after injection, as YAML; items meshc does not handle and all other fields as they are.

    `functionConfig` carries settings by the names of the long options, beneath those of the command line and over
    meshc.yaml: in a ConfigMap's `data`, else in `spec` (or beside `metadata`).  Raises MeshcError, all of a run.
    """
    document = lists[0]
    value = document.value
    beneath = _function_settings(document, project)
    settings = resolve(settings_options, [document], mode="kube-inject", project=beneath)
    places = pod_template_paths(options.pod_template_paths)
    items: list[Json] = []
    results: list[Result] = []
    errors: list[MeshcError] = []
    for item in value.get("items") or []:
        one = replace(document, value=item)
        if not isinstance(item, dict) or not place_of(str(item.get("kind")), settings.mode, elsewhere=places):
            items.append(item)
            continue
        try:
            require_containers(one, places)
            results.append(inject(one, settings, mode=settings.mode, pod_template_paths=places))
            items.append(patched(item, results[-1].patch))
        except MeshcError as error:
            errors.append(error.at(document.file, document.first_line))
    raise_all(errors)
    _tell(results, settings.warnings, options.report)
    return yamlio.dump({**value, "items": items})


def _function_settings(document: Document, project: Project | None) -> Project | None:
    config = document.value.get("functionConfig")
    if config is None:
        return project
    if not isinstance(config, dict):
        hint = "write a ConfigMap whose data are settings"
        raise document.error("not an object", path=("functionConfig",), value=config, hint=hint)
    content = dict(_settings(config))
    name = f"{document.file or '<stdin>'}#functionConfig"
    found = load.project_of(Document(content, name), Path())
    return replace(found, settings=project.under(found.settings)) if project else found


def _settings(config: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """The settings in a function's configuration; a ConfigMap's strings are read as YAML where a setting is not a string."""
    if config.get("kind") == "ConfigMap":
        for key, text in (config.get("data") or {}).items():
            structured = key in _STRUCTURED and isinstance(text, str)
            yield key, yamlio.load(text, file=f"functionConfig.data.{key}") if structured else text
    elif isinstance(config.get("spec"), dict):
        yield from config["spec"].items()
    else:
        yield from ((k, v) for k, v in config.items() if k not in ("apiVersion", "kind", "metadata", "status"))


def _tell(results: list[Result], warnings: tuple[str, ...], format: str | None) -> None:

    warn((*warnings, *(warning for result in results for warning in result.warnings)))
    if format:
        sys.stderr.write(report(results, format))
