"""`meshc diff --templates A B [FILES]`: what two sources of templates do differently to workloads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from meshc import catalog, load, resources, yamlio
from meshc.cli.diff import DiffOptions
from meshc.cli.inputs import pod_template_paths, project_file, read_stdin, settings_keywords
from meshc.cli.options import SettingsOptions
from meshc.comparison.documents import Side, compare_all
from meshc.comparison.grouping import changes
from meshc.errors import MeshcError, PathPart, SettingsError, UsageError
from meshc.injection.api import inject
from meshc.injection.go_templates.cluster_templates import ClusterTemplates
from meshc.injection.injector import injector_of
from meshc.injection.workloads import place_of
from meshc.reports.changes import Change, Report
from meshc.settings import Settings, injector
from meshc.settings.model import InjectionConfig
from meshc.yamlio import Document, Json

_SUFFIXES = (".yaml.j2", ".yaml", ".yml", ".tpl", ".tmpl")


@dataclass(frozen=True)
class Source:
    """One source of templates: its name, and settings that have its templates."""

    name: str
    settings: Settings

    @property
    def cluster(self) -> ClusterTemplates:
        """Its templates in Go's language."""
        return injector_of(self.settings, self.settings.mode).templates.cluster


def report(options: DiffOptions, settings_options: SettingsOptions) -> Report:
    """The comparison; raises UsageError without two sources, and what reading them raises."""
    if not options.files:
        hint = "name two sources: meshc diff --templates A B, each a ConfigMap's file, a release or a directory"
        raise UsageError("--templates compares two sources", value=settings_options.templates, hint=hint)
    names, files = (str(settings_options.templates), options.files[0]), options.files[1:]
    project = project_file(settings_options)
    keywords = settings_keywords(replace(settings_options, templates=None), project)
    keywords["mode"] = keywords.get("mode") or "webhook"
    documents = load.documents(files, stdin=read_stdin) if files else _telling()
    old, new = (_source(name, keywords, load.context(documents)) for name in names)
    places = pod_template_paths(options.pod_template_paths)
    wanted = [d for d in documents if place_of(str(_kind(d)), keywords["mode"], elsewhere=places) is not None]
    found = compare_all(list(_sides(old, wanted, places)), list(_sides(new, wanted, places)))
    shown = tuple(_lined(change, old, new, wanted, places) for change in changes(found))
    return Report(f"templates {old.name} → {new.name}", len(wanted), shown, noun="workload")


def _telling() -> list[Document]:
    name = "schemas/samples/template-workloads.yaml"
    return list(yamlio.load_all(resources.text("schemas", "samples", "template-workloads.yaml"), file=name))


def _kind(document: Document) -> Json:
    return document.value.get("kind") if isinstance(document.value, dict) else None


def _source(name: str, keywords: Mapping[str, Any], context: Sequence[Json]) -> Source:
    if not Path(name).exists():
        try:
            release = None if name == "shipped" else catalog.release(name)
        except SettingsError:
            hint = "write a file with the injector's ConfigMap, a directory of templates, a release, or shipped"
            raise UsageError("no such source of templates", value=name, hint=hint) from None
        given = {**keywords, **({"release": release} if release else {}), "templates": "shipped"}
        return Source(name if release is None else f"Istio {release}", Settings.load(**given, resources=context))
    settings = Settings.load(**keywords, resources=context)
    document = _directory(Path(name)) if Path(name).is_dir() else _config(name)
    config = injector.from_document(document, settings.values, settings.release)
    return Source(name, replace(settings, injection_config=_with_templates(settings.injection_config, config)))


def _with_templates(base: InjectionConfig, config: InjectionConfig) -> InjectionConfig:
    """The base with the templates of another configuration, shipped ones beneath."""
    templates = {**base.templates, **config.templates}
    return replace(
        base,
        templates=templates,
        go_templates=config.go_templates | (base.go_templates - config.templates.keys()),
        default_templates=config.default_templates,
        aliases=config.aliases or base.aliases,
        document=config.document,
    )


def _config(name: str) -> Document:
    """The injector's `config` of a file: of its ConfigMap, or the file itself."""
    documents = load.file(name)
    for document in documents:
        for value in load.opened(document.value):
            text = (value.get("data") or {}).get("config") if isinstance(value, dict) else None
            if isinstance(text, str):
                return Document(yamlio.load(text, file=name) or {}, f"{name}#config", text=text)
    found = next((d for d in documents if isinstance(d.value, dict) and "templates" in d.value), None)
    if found is None:
        hint = "give the ConfigMap istio-sidecar-injector, or its key config"
        raise UsageError("no injection templates in this file", file=name, hint=hint)
    return found


def _directory(directory: Path) -> Document:
    texts = {}
    for file in sorted(directory.iterdir()):
        suffix = next((one for one in _SUFFIXES if file.name.endswith(one)), None)
        if suffix and file.is_file():
            texts[file.name.removesuffix(suffix)] = file.read_text(encoding="utf-8")
    if not texts:
        raise UsageError("no templates in this directory", file=str(directory), hint="name them NAME.yaml or NAME.tpl")
    return Document({"templates": texts}, str(directory))


def _sides(source: Source, documents: Sequence[Document], places: Mapping[str, str]) -> Iterator[Side]:
    for document in documents:
        try:
            made = inject(document, source.settings, mode=source.settings.mode, pod_template_paths=places).manifest
        except MeshcError as error:
            value = document.value
            made = {key: value[key] for key in ("apiVersion", "kind", "metadata")} | {"refused": error.message}
        yield Side(made, document.file or "", "")


def _lined(
    change: Change, old: Source, new: Source, documents: Sequence[Document], places: Mapping[str, str]
) -> Change:
    """The change with the lines of the templates' text behind it."""
    lines = [text for source in (old, new) if (text := _line(change, source, documents, places))]
    return replace(change, note="; ".join([*([change.note] if change.note else []), *lines]))


def _line(change: Change, source: Source, documents: Sequence[Document], places: Mapping[str, str]) -> str:
    cluster = source.cluster
    document = next((d for d in documents if _subject(d) in change.subjects), None)
    if document is None or not cluster.texts:
        return ""
    cluster.last.clear()
    try:
        inject(document, source.settings, mode=source.settings.mode, pod_template_paths=places)
    except MeshcError:
        return ""
    for name, given in dict(cluster.last).items():
        path = _in_overlay(change.path, cluster.render(name, given).overlay)
        line = cluster.line(name, given, path) if path else None
        if line is not None:
            file, place = cluster.position(name, line)
            return f"{file}:{place} `{cluster.source(name, line)}`"
    return ""


def _subject(document: Document) -> str:
    return Side(document.value).subject


_STEP = re.compile(r'\["([^"]*)"\]|\[(\w+)=([^\]]*)\]|\[(\d+)\]|([^.\[]+)')


def _in_overlay(path: str, overlay: Json) -> list[PathPart]:
    """The longest part of a path of the workload that the overlay has, from `metadata` or `spec` of the pod on."""
    steps = list(_STEP.finditer(path.rpartition("template.")[2]))
    found: list[PathPart] = []
    node = overlay
    for step in steps:
        key = step.group(1) or step.group(5)
        if isinstance(node, list):
            place = _place(node, step)
            if place is None:
                break
            node = node[place]
            found.append(place)
        elif isinstance(node, dict) and key in node:
            node = node[key]
            found.append(key)
        else:
            break
    return found if len(found) > 1 else []


def _place(items: list[Json], step: re.Match[str]) -> int | None:
    """The index of the item that a step names."""
    if step.group(4) is not None:
        return int(step.group(4)) if int(step.group(4)) < len(items) else None
    name, value = step.group(2), step.group(3)
    return next((at for at, one in enumerate(items) if isinstance(one, dict) and str(one.get(name)) == value), None)
