"""The type of a row, and the doors that rows look through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from meshc.catalog import Release
from meshc.errors import ErrorGroup, MeshcError
from meshc.injection.api import inject
from meshc.settings import Settings
from meshc.trees import merge
from meshc.yamlio import Json

Observe = Callable[[Release], Json]


@dataclass(frozen=True)
class Row:
    """A switch or fact, something it decides, and how that comes out in releases before and after each change."""

    name: str
    observe: Observe
    outcomes: Mapping[str, Json]


@dataclass(frozen=True)
class At:
    """Settings of nothing but a release."""

    release: Release


def settings(release: Release, **given: Any) -> Settings:
    """Settings of the default profile as the webhook sees them; keywords as of `Settings.load`."""
    return Settings.load(release=release, **{"lenient": True, "mode": "webhook", **given})


def resolved(release: Release, **values: Any) -> Settings:
    """Settings of a cluster whose values are the default profile's under these."""
    return settings(release, resolved_values=merge(settings(release).values.document, values), resolved_mesh_config={})


def pod(annotations: Mapping[str, str] | None = None, *, labels: Mapping[str, str] | None = None, **spec: Any) -> Json:
    """A pod with one container `web`."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop", "labels": labels or {}, "annotations": annotations or {}},
        "spec": {"containers": [{"name": "web", "image": "registry.example/web:1"}], **spec},
    }


def injected(document: Json, known: Settings) -> Json:
    """The document with its proxy."""
    return inject(document, known, mode=known.mode).manifest


def proxy(document: Json) -> Json:
    """The container `istio-proxy` of a pod, wherever it is."""
    spec = document["spec"]
    spec = spec["template"]["spec"] if "template" in spec else spec
    return next(c for c in [*spec["containers"], *(spec.get("initContainers") or [])] if c["name"] == "istio-proxy")


def environment(document: Json) -> dict[str, Json]:
    """The proxy's environment: name to value, None for references."""
    return {entry["name"]: entry.get("value") for entry in proxy(document)["env"]}


def refusal(action: Callable[[], Any]) -> str:
    """The message an action is refused with; empty where it succeeds."""
    try:
        action()
    except ErrorGroup as group:
        return "; ".join(error.message for error in group.errors)
    except MeshcError as error:
        return error.message
    return ""
