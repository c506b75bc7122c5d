"""The formats an injected stream is written in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import orjson

from meshc import yamlio
from meshc.errors import InputError, MeshcError
from meshc.late import late
from meshc.yamlio import Json

if TYPE_CHECKING:
    from meshc.cli.inject.inject_verb import Injection
    from meshc.injection.api import Result
    from meshc.kubernetes import strategic_diff
else:
    strategic_diff = late("meshc.kubernetes.strategic_diff")


def written(injections: Sequence[Injection], format: str) -> str:
    """All injections in one format, as text."""
    return FORMATS[format](injections)


def _yaml(injections: Sequence[Injection]) -> str:
    return "".join(injection.stream.text for injection in injections)


def _json(injections: Sequence[Injection]) -> str:
    """One object, or a List of all, foreign documents included."""
    written = [one for injection in injections for one in injection.stream.documents]
    documents = [one.value if one.copied else yamlio.arranged(one.value) for one in written]
    return _dump(documents[0] if len(documents) == 1 else {"apiVersion": "v1", "kind": "List", "items": documents})


def _json_patch(injections: Sequence[Injection]) -> str:
    """RFC 6902: the operations of the one workload, else a list of `{target, patch}`."""
    results = [result for injection in injections for result in injection.stream.results]
    if len(results) == 1:
        return _dump(results[0].patch)
    return _dump([{"target": target(r.manifest), "patch": r.patch} for r in _injected(injections)])


def _strategic_patch(injections: Sequence[Injection]) -> str:
    """One strategic merge patch a workload, each with what names its object, as a YAML stream."""
    patches = []
    for result in _injected(injections):
        manifest = result.manifest
        try:
            patch = strategic_diff.diff(result.edited.base, manifest, schema=str(manifest.get("kind")))
        except MeshcError as error:
            raise error.at(_file_of(result, injections)) from None
        own = manifest.get("metadata") or {}
        named = {key: own[key] for key in ("name", "namespace") if own.get(key)}
        head = {"apiVersion": manifest.get("apiVersion"), "kind": manifest.get("kind")}
        patches.append({**patch, **head, "metadata": {**(patch.get("metadata") or {}), **named}})
    return yamlio.dump_all(patches)


def _kustomize(injections: Sequence[Injection]) -> str:
    """A kustomize Component: one JSON 6902 patch a workload."""
    patches = []
    for result in _injected(injections):
        found = target(result.manifest)
        if "name" not in found:
            hint = "kustomize finds what to patch by its name: give the workload metadata.name"
            raise InputError("a workload without a name", file=_file_of(result, injections), hint=hint)
        patches.append({"target": found, "patch": yamlio.dump(result.patch)})
    head = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
    return yamlio.dump({**head, "patches": patches})


def _injected(injections: Sequence[Injection]) -> list[Result]:
    return [result for i in injections for result in i.stream.results if result.decision.inject]


def _file_of(result: Result, injections: Sequence[Injection]) -> str | None:
    return next((i.file.name for i in injections if any(result is one for one in i.stream.results)), None)


def target(manifest: Json) -> dict[str, str]:
    """What kustomize calls a patch's target."""
    metadata = manifest.get("metadata") or {}
    group, _, version = str(manifest.get("apiVersion", "")).rpartition("/")
    named = {
        "group": group,
        "version": version,
        "kind": str(manifest.get("kind")),
        "name": metadata.get("name"),
        "namespace": metadata.get("namespace"),
    }
    return {key: value for key, value in named.items() if value}


def _dump(value: Json) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"


FORMATS: dict[str, Callable[[Sequence[Injection]], str]] = {
    "yaml": _yaml,
    "json": _json,
    "json-patch": _json_patch,
    "strategic-patch": _strategic_patch,
    "kustomize": _kustomize,
}
