"""Gateway classes: which controller runs a Gateway, with which template (docs/istio/other-templates.md § 7.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from meshc.gotext.parsing import parse_bool
from meshc.settings import Settings
from meshc.yamlio import Json

GATEWAY = "istio.io/gateway-controller"
MESH = "istio.io/mesh-controller"
EAST_WEST = "istio.io/eastwest-controller"
AGENT = "istio.io/agentgateway-controller"
AGENT_WAYPOINT = "istio.io/agentgateway-waypoint-controller"


@dataclass(frozen=True)
class GatewayClass:
    """How Gateways of one controller are deployed.

    `name` is the Gateway's class name, `listener_sets` whether ListenerSets may add listeners, `suffix` whether
    objects are called `<gateway>-<class>`, `label` what the templates know as the controller's label.
    """

    name: str
    controller: str
    template: str
    service_type: str
    suffix: bool
    label: str
    listener_sets: bool = True


def flag(settings: Settings, name: str) -> bool:
    """A boolean of istiod's environment: as given, else (also when it does not read) its default."""
    # Go's environment parsing falls back to the default on a value it cannot read.
    default = bool(settings.release.fact("gateways.features")[name])
    given = parse_bool(settings.features.get(name, ""))
    return default if given is None else given


def waypoints_enabled(settings: Settings) -> bool:
    """Whether istiod runs waypoints: the ambient switches of the release."""
    if not settings.release.has("gateways.ambient_waypoint_flags"):
        return flag(settings, "PILOT_ENABLE_AMBIENT_CONTROLLERS")
    return flag(settings, "PILOT_ENABLE_AMBIENT") and flag(settings, "PILOT_ENABLE_AMBIENT_WAYPOINTS")


def resolve(name: str, settings: Settings) -> GatewayClass | None:
    """The class of a Gateway: by the GatewayClass object of that name, else by the built-in names.

    None where no controller of this istiod runs it: nothing is written then.
    """
    built_in = _built_in(settings)
    controller = _named_controller(name, settings, built_in) or built_in.get(name)
    if controller is None:
        return None
    known = {c.controller: c for c in _known(name, settings)}
    return known.get(controller) if controller in built_in.values() else None


def _named_controller(name: str, settings: Settings, built_in: Mapping[str, str]) -> str | None:
    """What the class object says; in 1.18 it has to have a built-in name as well."""
    found = next((c for c in settings.of_kind("GatewayClass") if (c.get("metadata") or {}).get("name") == name), None)
    if found is None:
        return None
    controller = str((found.get("spec") or {}).get("controllerName") or "")
    release = settings.release
    if release.has("gateways.class_by_controller") or release.has("gateways.built_in_deployment"):
        return controller or "unknown"
    return built_in.get(name, "unknown") if controller in built_in.values() else "unknown"


def _built_in(settings: Settings) -> dict[str, str]:
    """Class name → controller, for the classes this istiod has."""
    release = settings.release
    classes = {"istio": GATEWAY}
    if release.has("gateways.class_from_environment"):
        name = settings.features.get("PILOT_GATEWAY_API_DEFAULT_GATEWAYCLASS_NAME") or "istio"
        classes = {name: _gateway_controller(settings)}
    if release.has("gateways.built_in_deployment"):
        return classes
    if waypoints_enabled(settings):
        classes["istio-waypoint"] = MESH
    ambient = flag(settings, "PILOT_ENABLE_AMBIENT")
    if release.has("gateways.east_west_class") and ambient and flag(settings, "AMBIENT_ENABLE_MULTI_NETWORK"):
        classes["istio-east-west"] = EAST_WEST
    if release.has("gateways.agentgateway_class") and flag(settings, "PILOT_ENABLE_AGENTGATEWAY"):
        classes["istio-agentgateway"] = AGENT
        if release.has("gateways.agentgateway_waypoint_class") and waypoints_enabled(settings):
            classes["istio-agentgateway-waypoint"] = AGENT_WAYPOINT
    return classes


def _gateway_controller(settings: Settings) -> str:
    if not settings.release.has("gateways.class_from_environment"):
        return GATEWAY
    return settings.features.get("PILOT_GATEWAY_API_CONTROLLER_NAME") or GATEWAY


def _known(name: str, settings: Settings) -> list[GatewayClass]:
    has = settings.release.has
    gateway = _gateway_controller(settings)
    return [
        GatewayClass(name, gateway, "kube-gateway", "LoadBalancer", True, _label(gateway)),
        GatewayClass(name, MESH, "waypoint", "ClusterIP", has("gateways.waypoint_class_suffix"), _label(MESH)),
        GatewayClass(name, EAST_WEST, "waypoint", "LoadBalancer", False, _label(EAST_WEST)),
        GatewayClass(name, AGENT, "agentgateway", "LoadBalancer", has("gateways.agentgateway_suffix"), _label(GATEWAY)),
        GatewayClass(
            name,
            AGENT_WAYPOINT,
            "agentgateway-waypoint",
            "ClusterIP",
            False,
            _label(AGENT_WAYPOINT),
            listener_sets=False,
        ),
    ]


def managed_label(controller: str) -> str:
    """Value of the label `gateway.istio.io/managed` for a controller."""
    return _label(controller)


def _label(controller: str) -> str:
    return controller.replace("/", "-")


def metadata(document: Json) -> Mapping[str, Json]:
    """An object's metadata, empty when it has none."""
    found = document.get("metadata")
    return found if isinstance(found, dict) else {}
