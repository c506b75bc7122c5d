"""Labels and annotations a Gateway passes on to its objects (docs/istio/other-templates.md §§ 7.5, 8.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from meshc.gateways.controller.gateway_classes import GatewayClass, flag, metadata, waypoints_enabled
from meshc.settings import Settings
from meshc.yamlio import Json

NETWORK = "topology.istio.io/network"
NAME = "gateway.networking.k8s.io/gateway-name"
OLD_NAME = "istio.io/gateway-name"
CLASS = "gateway.networking.k8s.io/gateway-class-name"
_MODE = "istio.io/dataplane-mode"
_RESERVED = "gateway.networking.k8s.io/"
_NAME_OVERRIDE = "gateway.istio.io/name-override"
_SERVICE_ACCOUNT = "gateway.istio.io/service-account"
_OMITTED = (
    "kubectl.kubernetes.io/last-applied-configuration",
    _NAME_OVERRIDE,
    _SERVICE_ACCOUNT,
    "gateway.istio.io/controller-version",
)


@dataclass(frozen=True)
class Names:
    """What identifies a Gateway, and the names of its objects."""

    gateway: str
    namespace: str
    uid: str
    deployment: str
    service_account: str

    @classmethod
    def of(cls, gateway: Json, chosen: GatewayClass) -> Names:
        """Names of a Gateway's objects: `<gateway>-<class>` or `<gateway>`, unless annotations name others."""
        found = metadata(gateway)
        annotations: Mapping[str, str] = found.get("annotations") or {}
        name = str(found.get("name") or "")
        default = f"{name}-{chosen.name}" if chosen.suffix else name
        return cls(
            name,
            str(found["namespace"]),
            str(found.get("uid") or ""),
            deployment=annotations.get(_NAME_OVERRIDE) or default,
            service_account=annotations.get(_SERVICE_ACCOUNT) or default,
        )


def passed_on(gateway: Json, chosen: GatewayClass, settings: Settings) -> tuple[dict[str, str], dict[str, str]]:
    """Labels and annotations for the Gateway's objects; annotations that only steer the controller are left out."""
    own_labels: dict[str, str] = dict(metadata(gateway).get("labels") or {})
    annotations: Mapping[str, str] = metadata(gateway).get("annotations") or {}
    if not settings.release.has("gateways.infrastructure"):
        return own_labels, without_steering(annotations, settings)
    given = (gateway.get("spec") or {}).get("infrastructure") or {}
    copies = not settings.release.has("gateways.copy_labels_flag") or flag(
        settings, "PILOT_ENABLE_GATEWAY_API_COPY_LABELS_ANNOTATIONS"
    )
    labels = _fresh(given.get("labels"), own_labels if copies else {})
    labels |= _network(own_labels, labels, given, chosen=chosen, settings=settings)
    labels |= _dataplane_mode(own_labels, labels, given, chosen=chosen, settings=settings)
    return labels, without_steering(_fresh(given.get("annotations"), annotations if copies else {}), settings)


def without_steering(annotations: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """Annotations without those that only kubectl and the controller read."""
    omitted = _OMITTED if settings.release.has("gateways.controller_version") else _OMITTED[:3]
    return {key: value for key, value in annotations.items() if key not in omitted}


def name_labels(gateway: Json, chosen: GatewayClass, settings: Settings) -> dict[str, str]:
    """The labels that name the Gateway and its class on every object of the release."""
    name = str(metadata(gateway).get("name") or "")
    has = settings.release.has
    labels = {NAME: name} if has("gateways.gateway_name_label") else {}
    if has("gateways.old_gateway_name_label"):
        labels[OLD_NAME] = name
    if has("gateways.gateway_class_label"):
        labels[CLASS] = chosen.name
    return labels


def _fresh(given: Mapping[str, str] | None, fallback: Mapping[str, str]) -> dict[str, str]:
    # An empty map in `infrastructure` is an answer too: then nothing of the Gateway is copied.
    if given is None:
        return dict(fallback)
    return {key: value for key, value in given.items() if not key.startswith(_RESERVED)}


def _network(
    own: Mapping[str, str], labels: Mapping[str, str], given: Json, *, chosen: GatewayClass, settings: Settings
) -> dict[str, str]:
    """The network label of waypoints, with the quirks of 1.21.0 to 1.22.0."""
    has = settings.release.has
    if not has("gateways.network_label") or not _inside_mesh(chosen, settings):
        return {}
    network = settings.values.global_.network or ""
    if not network and not has("gateways.network_label_empty"):
        return {}
    if has("gateways.network_label_overwrites"):
        return {} if NETWORK in own else {NETWORK: network}
    reached = labels if given.get("labels") is not None else own
    return {} if NETWORK in reached else {NETWORK: network}


def _dataplane_mode(
    own: Mapping[str, str], labels: Mapping[str, str], given: Json, *, chosen: GatewayClass, settings: Settings
) -> dict[str, str]:
    has = settings.release.has
    if not has("gateways.dataplane_mode_label") or not waypoints_enabled(settings) or _inside_mesh(chosen, settings):
        return {}
    if has("gateways.dataplane_mode_on_gateway") and given.get("labels") is not None:
        return {}
    return {} if _MODE in own or _MODE in labels else {_MODE: "none"}


def _inside_mesh(chosen: GatewayClass, settings: Settings) -> bool:
    """Whether the class name says waypoint, or since 1.27 east-west."""
    return "waypoint" in chosen.name or (
        settings.release.has("gateways.east_west_class") and "east-west" in chosen.name
    )
