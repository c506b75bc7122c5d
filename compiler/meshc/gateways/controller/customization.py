"""Patches of classes and Gateways, merged over the objects the controller writes (docs/istio/other-templates.md § 7.7, since 1.26)."""

from __future__ import annotations

from collections.abc import Mapping

from meshc import yamlio
from meshc.errors import InputError, SettingsError, nearest
from meshc.gateways.controller.gateway_classes import GatewayClass, metadata
from meshc.kubernetes import strategic
from meshc.settings import Settings
from meshc.yamlio import Json

KINDS = {
    "deployment": "Deployment",
    "service": "Service",
    "serviceAccount": "ServiceAccount",
    "horizontalPodAutoscaler": "HorizontalPodAutoscaler",
    "podDisruptionBudget": "PodDisruptionBudget",
}
OPTIONAL = ("HorizontalPodAutoscaler", "PodDisruptionBudget")
"""Kinds that are written only where a patch asks for them."""

_CLASS_LABEL = "gateway.istio.io/defaults-for-class"
_FIXED = (
    "name",
    "generateName",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "ownerReferences",
    "finalizers",
    "managedFields",
)


class IllegalChange(SettingsError):
    """A patch that changes what identifies an object: the controller then writes nothing but its version."""


def patches(gateway: Json, chosen: GatewayClass, settings: Settings) -> dict[str, list[Json]]:
    """Patches per kind, in the order they are laid over: those of the class, then the Gateway's own.

    Raises SettingsError for a reference that leads nowhere and InputError for data that cannot be read.
    """
    found: dict[str, list[Json]] = {}
    if settings.release.has("gateways.customization"):
        for source in (_of_class(chosen, settings), _of_gateway(gateway, settings)):
            for kind, patch in source.items():
                found.setdefault(kind, []).append(patch)
    return found


def customize(document: Json, changes: list[Json]) -> Json:
    """Lay patches over one object; raises IllegalChange for changes of its identity."""
    result = document
    for patch in changes:
        result = strategic.merge(result, patch, schema=document["kind"])
        before, after = metadata(document), metadata(result)
        for key in _FIXED:
            if before.get(key) != after.get(key):
                raise IllegalChange(
                    f"illegal metadata change: a patch may not set {key}",
                    path=("metadata", key),
                    value=after.get(key),
                    hint=f"take metadata.{key} out of the {document['kind']} patch",
                )
    return result


def _of_class(chosen: GatewayClass, settings: Settings) -> dict[str, Json]:
    system = settings.values.global_.istio_namespace or "istio-system"
    candidates = [
        c
        for c in settings.of_kind("ConfigMap")
        if metadata(c).get("namespace") == system and (metadata(c).get("labels") or {}).get(_CLASS_LABEL) == chosen.name
    ]
    if candidates:
        # Istio reads one ConfigMap per class: the oldest, then the first by name.
        oldest = min(
            candidates, key=lambda c: (str(metadata(c).get("creationTimestamp") or ""), str(metadata(c).get("name")))
        )
        return _read(oldest)
    installed = (settings.chart_values.gateway_classes or {}).get(chosen.name) or {}
    return {KINDS[_known(key, "gatewayClasses")]: patch for key, patch in installed.items() if patch}


def _of_gateway(gateway: Json, settings: Settings) -> dict[str, Json]:
    reference = ((gateway.get("spec") or {}).get("infrastructure") or {}).get("parametersRef")
    if not reference:
        return {}
    path = "spec.infrastructure.parametersRef"
    if reference.get("group") or reference.get("kind") != "ConfigMap":
        wrong = f"{reference.get('group') or ''}/{reference.get('kind')}"
        raise SettingsError(
            "only a ConfigMap can be referenced here", path=path, value=wrong, hint='group: "", kind: ConfigMap'
        )
    name, namespace = reference.get("name"), metadata(gateway).get("namespace")
    for candidate in settings.of_kind("ConfigMap"):
        if metadata(candidate).get("name") == name and metadata(candidate).get("namespace") == namespace:
            return _read(candidate)
    raise SettingsError(
        f"there is no ConfigMap {namespace}/{name}",
        path=f"{path}.name",
        value=name,
        hint="put it among the input files",
    )


def _read(config_map: Json) -> dict[str, Json]:
    data: Mapping[str, str] = config_map.get("data") or {}
    return {KINDS[_known(key, "data")]: _patch(key, text) for key, text in data.items()}


def _known(key: str, where: str) -> str:
    if key not in KINDS:
        guess = nearest(key, KINDS)
        hint = f"did you mean {guess}?" if guess else f"write one of {', '.join(KINDS)}"
        raise SettingsError(
            "not a kind of object that a Gateway can customize", path=(where, key), value=key, hint=hint
        )
    return key


def _patch(key: str, text: str) -> Json:
    patch = yamlio.load(text, file=f"data.{key}")
    if patch is None:
        return {}
    if not isinstance(patch, dict):
        raise InputError(
            "a patch must be a map", path=("data", key), value=patch, hint="write the part of the object to change"
        )
    return patch
