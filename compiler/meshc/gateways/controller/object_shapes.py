"""Shapes of the objects that a deployment depends on, checked before anything reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from meshc.errors import InputError, PathPart
from meshc.yamlio import Json

Shape = Any
"""`string`, `number` or `strings` (a map of strings); a map of shapes; a list with the shape of its items."""

_METADATA = {
    "name": "string",
    "namespace": "string",
    "uid": "string",
    "labels": "strings",
    "annotations": "strings",
}
_LISTENERS = [{"name": "string", "port": "number", "protocol": "string"}]
SHAPES: Mapping[str, Shape] = {
    "Gateway": {
        "metadata": _METADATA,
        "spec": {
            "gatewayClassName": "string",
            "addresses": [{"type": "string", "value": "string"}],
            "listeners": _LISTENERS,
            "infrastructure": {
                "labels": "strings",
                "annotations": "strings",
                "parametersRef": {"group": "string", "kind": "string", "name": "string"},
            },
            "allowedListeners": {
                "namespaces": {"from": "string", "selector": {"matchLabels": "strings", "matchExpressions": [{}]}}
            },
        },
    },
    "GatewayClass": {"metadata": _METADATA, "spec": {"controllerName": "string"}},
    "ConfigMap": {"metadata": _METADATA, "data": "strings"},
    "Namespace": {"metadata": _METADATA},
    "Deployment": {
        "metadata": _METADATA,
        "spec": {"selector": {"matchLabels": "strings"}, "template": {"metadata": {"labels": "strings"}}},
    },
    "ListenerSet": {
        "metadata": _METADATA,
        "spec": {"parentRef": {"name": "string", "namespace": "string", "kind": "string"}, "listeners": _LISTENERS},
        "status": {"conditions": [{"type": "string", "status": "string"}]},
    },
}
_KINDS = {"XListenerSet": "ListenerSet"}
_WANTED = {"string": "a string", "number": "a number", "strings": "a map of strings"}


def check(documents: Iterable[Json]) -> None:
    """Raise InputError for a document of a known kind with a field of the wrong type."""
    for document in documents:
        if not isinstance(document, dict):
            raise InputError("not a Kubernetes object", value=document, hint="a map with apiVersion, kind and metadata")
        kind = str(document.get("kind"))
        shape = SHAPES.get(_KINDS.get(kind, kind))
        if shape is not None:
            name = document.get("metadata")
            where = f"{kind}/{name.get('name')}" if isinstance(name, dict) else kind
            _check(document, shape, (), where)


def _check(value: Json, shape: Shape, path: tuple[PathPart, ...], where: str) -> None:
    if value is None:
        return
    if isinstance(shape, dict):
        _expect(isinstance(value, dict), "a map", value, path, where)
        for key, inner in shape.items():
            _check(value.get(key), inner, (*path, key), where)
    elif isinstance(shape, list):
        _expect(isinstance(value, list), "a list", value, path, where)
        for index, item in enumerate(value):
            _expect(isinstance(item, dict), "a map", item, (*path, index), where)
            _check(item, shape[0], (*path, index), where)
    else:
        _expect(_fits(value, shape), _WANTED[shape], value, path, where)


def _fits(value: object, kind: str) -> bool:
    match kind:
        case "strings":
            return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case _:
            return isinstance(value, str)


def _expect(fine: bool, wanted: str, value: object, path: tuple[PathPart, ...], where: str) -> None:
    if not fine:
        raise InputError(f"{where}: must be {wanted}", path=path, value=value, hint=f"write {wanted} here")
