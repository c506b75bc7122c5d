"""Builds the layers that tell where each setting comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meshc import profiles
from meshc.catalog import Release
from meshc.errors import MeshcError
from meshc.models import mesh
from meshc.profiles import data, overlays
from meshc.settings import layers
from meshc.settings.request import Request
from meshc.settings.resolved_documents import ResolvedDocuments
from meshc.settings.trail import Origins
from meshc.trees import get, merge, put
from meshc.yamlio import Json


def origins(request: Request, release: Release, found: ResolvedDocuments) -> Origins:
    """The origins of a request's settings; the layers are only built when someone asks."""
    return Origins(
        lambda: list(_value_layers(request, release, found)),
        lambda: list(_mesh_layers(request, release, found)),
    )


def _value_layers(request: Request, release: Release, found: ResolvedDocuments) -> Iterator[tuple[str, Json]]:
    if request.resolved_values is not None:
        yield request.resolved_values.file or "--resolved-values", request.resolved_values.value or {}
    else:
        yield from _installed(request, release, found)
    for name, spec in _user(request, release):
        yield name, _as_values(spec)
    if request.resolved_values is None and request.installer == "istioctl" and found.installed:
        yield "istioctl's component switches", {"pilot": get(found.installed.user_values, "pilot", {})}


def _mesh_layers(request: Request, release: Release, found: ResolvedDocuments) -> Iterator[tuple[str, Json]]:
    yield f"built-in default of Istio {release}", mesh.defaults(release).document
    if request.resolved_mesh_config is not None:
        yield request.resolved_mesh_config.file or "--resolved-mesh-config", request.resolved_mesh_config.value or {}
    else:
        yield f"istiod chart of Istio {release}", _computed(found)
        for name, tree in _installed(request, release, found):
            yield name, tree.get("meshConfig") or {}
    for name, spec in _user(request, release):
        yield name, _as_values(spec).get("meshConfig") or {}


def _installed(request: Request, release: Release, found: ResolvedDocuments) -> Iterator[tuple[str, Json]]:
    yield f"istiod chart of Istio {release}", _rooted(release, overlays.defaults(release))
    for overlay in found.installed.overlays if found.installed else ():
        yield f"{overlay.kind} overlay {overlay.name}", overlay.tree
    yield "image of the release", {"global": profiles.released(release)}
    if request.installer == "istioctl":
        for name in dict.fromkeys(("default", found.profile or "default")):
            yield f"profile {name}", _as_values(data.install(release, name) or {})


def _rooted(release: Release, defaults: Json) -> Json:
    """Chart defaults as values are written: istiod's own under `pilot`, also since charts are descoped."""
    return merge(defaults, {"pilot": defaults}) if release.has("profiles.descoped_charts") else defaults


def _computed(found: ResolvedDocuments) -> Json:
    """What the chart works out itself: the mesh document without what `meshConfig` said."""
    own = get(found.installed.chart_values if found.installed else {}, "meshConfig", {})
    return _without(found.mesh or {}, own)


def _without(tree: Json, other: Json) -> Json:
    kept: dict[str, Any] = {}
    for key, value in tree.items():
        if key not in other:
            kept[key] = value
        elif isinstance(value, dict) and isinstance(other[key], dict):
            kept[key] = _without(value, other[key])
    return kept


def _user(request: Request, release: Release) -> Iterator[tuple[str, Json]]:
    for layer in layers.layers(request, release):
        yield layer.label, layer.spec
    for flag in request.set:
        spec: dict[str, Any] = {}
        try:
            layers.write_flag(request, release, spec, flag)
        except MeshcError:
            continue  # an item of a list that another layer holds
        yield f"--set {flag}", spec
    if request.revision is not None:
        yield "--revision", {"revision": request.revision}


def _as_values(spec: Json) -> Json:
    """A spec as values: hub, tag, revision and mesh where istioctl puts them."""
    found = merge(spec.get("values") or {}, spec.get("unvalidatedValues") or {})
    for key, path in {"hub": "global.hub", "tag": "global.tag", "revision": "revision"}.items():
        if key in spec:
            put(found, path, spec[key])
    if "meshConfig" in spec:
        put(found, "meshConfig", merge(found.get("meshConfig") or {}, spec["meshConfig"]))
    return found
