"""Explains one field of an injected workload, or of the bootstrap its proxy gets (`envoy:` before the path)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from meshc.cli.explain.dependencies import Cause, Watch, causes
from meshc.cli.explain.explanations import Explanation
from meshc.cli.explain.field_layers import Layer, layers, located
from meshc.cli.explain.field_paths import find, steps, value
from meshc.cli.inject.outcome_report import workload_name
from meshc.engine.line_tracing import TracingEngine
from meshc.errors import InputError, PathPart, format_path
from meshc.injection.api import inject
from meshc.injection.injector import injector_of
from meshc.injection.workloads import place_of
from meshc.late import late
from meshc.settings import Settings
from meshc.trees import ABSENT
from meshc.yamlio import Document, Json

if TYPE_CHECKING:
    from meshc.bootstraps import compiler
else:
    compiler = late("meshc.bootstraps.compiler")

_BOOTSTRAPS = ("envoy", "grpc")


def explain_field(document: Document, settings: Settings, field: str, *, places: Mapping[str, str]) -> Explanation:
    """Every layer that set a field, the one that won, and what its value depends on.

    Raises InputError for a field that does not exist, and what injection itself raises.
    """
    kind, colon, rest = field.partition(":")
    if colon and kind in _BOOTSTRAPS:
        return _bootstrap(document, settings, (kind, rest), places)
    traced = replace(settings)
    injector, engine = injector_of(traced, settings.mode), TracingEngine(settings.release)
    vars(injector)["templates"] = replace(injector.templates, engine=engine)
    result = inject(document, traced, mode=settings.mode, pod_template_paths=places)
    where = place_of(str(document.value.get("kind")), settings.mode, elsewhere=places)
    assert where is not None
    below = ((), where.spec[:-1], where.metadata[:-1])
    path = find(result.manifest, field, below=below)
    way = steps(result.manifest, path)
    cluster = injector.templates.cluster
    found = [
        located(layer, engine, (result.manifest, where), path, cluster) for layer in layers(result, path, document)
    ]

    def watch(other: Settings, workload: Json) -> Json:
        changed = inject(workload, other, mode=settings.mode, pod_template_paths=places)
        return value(changed.manifest, way)

    return {
        **_head(document, settings),
        "field": format_path(path),
        "value": value(result.manifest, way),
        "layers": [_layer(layer, wins=layer is found[-1]) for layer in found],
        "causes": _causes(settings, document, watch, path),
    }


def _bootstrap(
    document: Document, settings: Settings, asked: tuple[str, str], places: Mapping[str, str]
) -> Explanation:
    """A field of a bootstrap: its value, and what it depends on, fields of the injected pod included."""
    name, field = asked

    def built(other: Settings, workload: Json) -> Json:
        pod = inject(workload, other, mode=settings.mode, pod_template_paths=places).manifest
        made = compiler.bootstrap(pod, other, {}).document(name)
        if made is None:
            hint = "ask for a workload whose proxy runs Envoy" if name == "envoy" else "ask for one with a gRPC agent"
            raise InputError(f"this workload gets no {name} bootstrap", hint=hint)
        return made

    found = built(settings, document.value)
    path = find(found, field)
    way = steps(found, path)
    return {
        **_head(document, settings),
        "field": f"{name}:{format_path(path)}",
        "value": value(found, way),
        "layers": [],
        "causes": _causes(settings, document, lambda other, workload: value(built(other, workload), way), None),
    }


def _head(document: Document, settings: Settings) -> Explanation:
    return {
        "workload": workload_name(document.value),
        "file": document.file,
        "line": document.first_line,
        "release": str(settings.release),
        "mode": settings.mode,
    }


def _layer(layer: Layer, *, wins: bool) -> Explanation:
    told = {"layer": layer.name, "wins": wins, "removed": layer.value is ABSENT}
    known = {"file": layer.file, "line": layer.line, "source": layer.source}
    decided = {} if layer.function is None else {"function": asdict(layer.function)}
    return {**told, **_valued("value", layer.value), **{k: v for k, v in known.items() if v is not None}, **decided}


def _causes(settings: Settings, document: Document, watch: Watch, path: Sequence[PathPart] | None) -> list[Explanation]:
    own = format_path(path) if path is not None else None
    found = causes(settings, document.value, watch)
    return [_cause(cause) for cause in found if cause.kind != "workload" or cause.name != own]


def _cause(cause: Cause) -> Explanation:
    return {
        "kind": cause.kind,
        "name": cause.name,
        **_valued("value", cause.value),
        **_valued("otherwise", cause.otherwise),
        **({"doc": cause.doc} if cause.doc else {}),
        **({"origins": [origin._asdict() for origin in cause.origins]} if cause.origins else {}),
    }


def _valued(key: str, given: Json) -> Explanation:
    return {} if given is ABSENT else {key: given}
