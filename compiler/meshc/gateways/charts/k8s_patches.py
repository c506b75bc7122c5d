"""Changes of a component's `k8s` block to the objects of a classic gateway (docs/istio/profiles.md § 5.6)."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from meshc.catalog import Release
from meshc.errors import PathPart, SettingsError
from meshc.gateways.charts.chart_defaults import section
from meshc.kubernetes import strategic
from meshc.profiles import setflags
from meshc.settings import Gateway
from meshc.yamlio import Json

_CONTAINER = ("env", "imagePullPolicy", "readinessProbe", "resources")
_POD = ("affinity", "nodeSelector", "priorityClassName", "securityContext", "tolerations")


def patched(documents: list[Json], gateway: Gateway, release: Release) -> list[Json]:
    """Lay the block over the objects named like the gateway, then its free `overlays`.

    Raises SettingsError for an overlay whose path does not exist.
    """
    k8s = dict(gateway.k8s)
    unified = release.has("profiles.unified_installer")
    if not unified:
        # The older installer reads the block into a message whose zero fields count as unset.
        k8s = {key: value for key, value in k8s.items() if value not in ("", 0)}
        if _scales(gateway):
            k8s.pop("replicaCount", None)
    changes = {kind: patch for kind, patch in _patches(k8s).items() if patch}
    found = [_laid(document, changes, gateway, release=release) for document in documents]
    for index, overlay in enumerate(k8s.get("overlays") or ()):
        found = _overlaid(found, overlay, ("k8s", "overlays", index))
    return found


def _scales(gateway: Gateway) -> bool:
    own = (gateway.values.get("gateways") or {}).get(section(gateway.chart)) or {}
    return bool(own.get("autoscaleEnabled"))


def _patches(k8s: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "Deployment": _deployment(k8s),
        "HorizontalPodAutoscaler": {"spec": k8s["hpaSpec"]} if k8s.get("hpaSpec") else {},
        "PodDisruptionBudget": {"spec": k8s["podDisruptionBudget"]} if k8s.get("podDisruptionBudget") else {},
        "Service": _members(
            {"metadata": _members({"annotations": k8s.get("serviceAnnotations")}), "spec": k8s.get("service")}
        ),
    }


def _deployment(k8s: Mapping[str, Json]) -> Json:
    container = {key: k8s[key] for key in _CONTAINER if key in k8s}
    pod = {key: k8s[key] for key in _POD if key in k8s}
    if container:
        pod["containers"] = [{"name": "istio-proxy", **container}]
    annotations = _members({"annotations": k8s.get("podAnnotations")})
    return _members(
        {
            "spec": _members(
                {
                    "replicas": k8s.get("replicaCount"),
                    "strategy": k8s.get("strategy"),
                    "template": _members({"metadata": annotations, "spec": pod}),
                }
            )
        }
    )


def _members(tree: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tree.items() if value not in (None, {})}


def _laid(document: Json, changes: Mapping[str, Json], gateway: Gateway, *, release: Release) -> Json:
    patch = changes.get(document["kind"])
    if not patch or document["metadata"]["name"] != gateway.name:
        return document
    result = strategic.merge(document, patch, schema=document["kind"])
    drops = release.has("gateways.budget_maximum_replaces_minimum") and document["kind"] == "PodDisruptionBudget"
    if drops and patch["spec"].get("maxUnavailable") is not None and "minAvailable" not in patch["spec"]:
        result["spec"] = {key: value for key, value in result["spec"].items() if key != "minAvailable"}
    return result


def _overlaid(documents: list[Json], overlay: Mapping[str, Json], path: tuple[str | int, ...]) -> list[Json]:
    found = []
    for document in documents:
        if (document["kind"], document["metadata"]["name"]) == (overlay.get("kind"), overlay.get("name")):
            document = deepcopy(document)
            for index, patch in enumerate(overlay.get("patches") or ()):
                _write(document, patch, (*path, "patches", index))
        found.append(document)
    return found


def _write(document: Json, patch: Mapping[str, Json], path: tuple[str | int, ...]) -> None:
    text = str(patch.get("path") or "")
    try:
        parts = setflags.split(text)
        if patch.get("value") is None:
            _delete(document, parts)
        else:
            _check(document, parts)
            setflags.write(document, parts, deepcopy(patch["value"]), flag=text)
    except SettingsError as error:
        raise SettingsError(error.message, path=(*path, "path"), value=text, hint="spec.template.spec.…") from None


def _check(node: Json, parts: list[PathPart | setflags.Key]) -> None:
    """Refuse a path that asks for an item of a map, or for a key of a list."""
    for part in parts:
        if isinstance(node, dict | list) and isinstance(node, dict) is not isinstance(part, str):
            raise SettingsError("the path leads through a list as if it were a map, or the other way round")
        place = _place(node, part)
        if place is None:
            return
        node = node[place]


def _delete(document: Json, parts: list[PathPart | setflags.Key]) -> None:
    node = document
    for part in parts[:-1]:
        place = _place(node, part)
        if place is None:
            return
        node = node[place]
    place = _place(node, parts[-1])
    if place is not None:
        del node[place]


def _place(node: Json, part: PathPart | setflags.Key) -> str | int | None:
    """The key or index a part of a path leads to, None where there is nothing."""
    match node, part:
        case dict(), str():
            return part if part in node else None
        case list(), int():
            return part if -len(node) <= part < len(node) else None
        case list(), (key, wanted):
            return next(
                (n for n, item in enumerate(node) if isinstance(item, dict) and str(item.get(key)) == wanted), None
            )
    return None
