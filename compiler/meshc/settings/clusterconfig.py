"""Captured ConfigMaps `istio` and `istio-sidecar-injector` read as the three resolved documents."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from meshc import yamlio
from meshc.errors import InputError, MeshcError, UsageError
from meshc.settings.captured import FEATURES
from meshc.settings.request import Request
from meshc.trees import section
from meshc.yamlio import Document, Json

_INJECTOR = "istio-sidecar-injector"
_MESH = "istio"
_KEYS = {
    (_INJECTOR, "values"): "resolved_values",
    (_INJECTOR, "config"): "injector_config",
    (_MESH, "mesh"): "resolved_mesh_config",
}


def unpacked(request: Request) -> Request:
    """The request with `cluster_config` taken apart into resolved values, injector config, mesh and revision.

    Raises InputError for objects that are no such ConfigMap, UsageError where an option says the same twice.
    """
    found: dict[str, Any] = {}
    revisions: dict[str, str] = {}
    for document in request.cluster_config:
        for item, path in _objects(document):
            name, revision = _identity(document, item, path)
            revisions[name] = revision
            for key, option in _KEYS.items():
                if key[0] == name:
                    _add(found, option, _part(document, item, key=key[1], path=path))
            if name == _INJECTOR:
                found["environment"] = _environment(document, item, path)
    _refuse_twice(request, found)
    if len(set(revisions.values())) > 1:
        raise UsageError(
            "the ConfigMaps are of different revisions",
            path="--cluster-config",
            value=", ".join(f"{name}: {revision or 'default'}" for name, revision in revisions.items()),
            hint="capture the pair of one revision",
        )
    if request.revision is None and any(revisions.values()):
        found["revision"] = next(iter(revisions.values()))
    return dataclasses.replace(request, **found)


def _objects(document: Document) -> Iterator[tuple[Json, tuple[str | int, ...]]]:
    value = document.value
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        for index, item in enumerate(value["items"]):
            yield item, ("items", index)
    else:
        yield value, ()


def _identity(document: Document, item: Json, path: tuple[str | int, ...]) -> tuple[str, str]:
    if not isinstance(item, dict) or item.get("kind") != "ConfigMap":
        kind = item.get("kind") if isinstance(item, dict) else item
        raise document.error("not a ConfigMap", path=(*path, "kind"), value=kind, hint="kubectl get cm NAME -o yaml")
    name = section(item, "metadata").get("name")
    for known in (_INJECTOR, _MESH):
        if isinstance(name, str) and (name == known or name.startswith(known + "-")):
            return known, name[len(known) + 1 :]
    raise document.error(
        "not a ConfigMap that Istio injects from",
        path=(*path, "metadata", "name"),
        value=name,
        hint="capture istio and istio-sidecar-injector, or those of a revision",
    )


def _part(document: Document, item: Json, *, key: str, path: tuple[str | int, ...]) -> Document:
    text = section(item, "data").get(key)
    where = (*path, "data", key)
    if not isinstance(text, str):
        message = f'missing ConfigMap {"config" if key != "mesh" else "mesh"} key "{key}"'
        hint = "give the ConfigMap whole, as `kubectl get cm NAME -o yaml` prints it"
        raise document.error(message, path=where, value=text, hint=hint)
    try:
        value = yamlio.load(text, file=document.file)
    except MeshcError as error:
        line = (document.position(where) or (1, 1))[0]
        raise InputError(f"{key}: {error.message}", file=document.file, line=line, hint=error.hint) from None
    return Document({} if value is None else value, f"{document.file}#{key}", text=text)


def _environment(document: Document, item: Json, path: tuple[str | int, ...]) -> Json:
    """istiod's environment, where meshc itself wrote the ConfigMap."""
    text = section(item, "metadata.annotations").get(FEATURES)
    if text is None:
        return {}
    found = yamlio.load(text) if isinstance(text, str) else None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise document.error("not an environment", path=(*path, "metadata", "annotations", FEATURES), value=text)
    return found


def _add(found: dict[str, Any], option: str, document: Document) -> None:
    if option in found:
        raise UsageError(
            "two ConfigMaps give the same part", path="--cluster-config", value=document.file, hint="keep one of them"
        )
    found[option] = document


def _refuse_twice(request: Request, found: dict[str, Any]) -> None:
    for option in _KEYS.values():
        if option in found and getattr(request, option) is not None:
            flag = "--" + option.replace("_", "-")
            raise UsageError(f"{flag} and --cluster-config give the same part", path=flag, hint="keep one of them")
