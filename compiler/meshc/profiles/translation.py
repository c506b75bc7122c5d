"""An IstioOperator spec turned into the values istioctl hands to the charts (docs/istio/profiles.md § 5.4)."""

from __future__ import annotations

import copy
from typing import Any

from meshc.catalog import Release
from meshc.kubernetes import quantity
from meshc.profiles.installation import GATEWAY_KINDS, Installation
from meshc.trees import ABSENT, HELM, get, merge, put, section
from meshc.yamlio import Json

_GLOBAL = {"hub": "global.hub", "tag": "global.tag", "revision": "revision"}
_NAMESPACES = {"pilot": "pilot", "cni": "cni", "ztunnel": "ztunnel", "base": "global"}
_ENABLED = {
    "pilot": "pilot.enabled",
    "cni": "istio_cni.enabled",
    "base": "global.enabled",
    "ztunnel": "ztunnel.enabled",
}


def chart_values(install: Installation) -> Json:
    """User values for the charts, common to all components."""
    return _unified(install) if install.release.has("profiles.unified_installer") else _legacy(install)


def gateway_values(install: Installation, values: Json, kind: str, component: Json) -> Json:
    """User values for the chart of one gateway: the common ones with the gateway's own name, labels and ports."""
    found = copy.deepcopy(values)
    standard = GATEWAY_KINDS[kind]
    own: dict[str, Any] = {"name": component.get("name") or ""}
    if component.get("label"):
        own["labels"] = component["label"]
    ports = get(component, "k8s.service.ports")
    if ports is not None:
        own["ports"] = ports
    if install.release.has("profiles.unified_installer"):
        own |= {key: component[key] for key in ("hub", "tag") if component.get(key)}
    own |= _from_k8s(section(component, "k8s"), install.release)
    put(found, ["gateways", standard], merge(get(found, ["gateways", standard]) or {}, own))
    return found


def _legacy(install: Installation) -> Json:
    spec, release = install.spec, install.release
    found: dict[str, Any] = {}
    for key, path in _GLOBAL.items():
        if spec.get(key) not in (None, ""):
            put(found, path, spec[key])
    if release.has("profiles.compatibility_version") and spec.get("compatibilityVersion"):
        found["compatibilityVersion"] = spec["compatibilityVersion"]
    if "meshConfig" in spec:
        found["meshConfig"] = copy.deepcopy(spec["meshConfig"])
    _switches(install, found)
    for name in ("istiodRemote", *_NAMESPACES):
        component = section(spec, f"components.{name}")
        target = "global" if name == "istiodRemote" else name
        for key in ("hub", "tag"):
            if component.get(key):
                put(found, f"{target}.{key}", component[key])
    found = merge(found, spec.get("values") or {}, HELM)
    return merge(found, spec.get("unvalidatedValues") or {}, HELM)


def _switches(install: Installation, found: dict[str, Any]) -> None:
    components = section(install.spec, "components")
    own = [name for name in _NAMESPACES if name != "ztunnel" or install.release.has("profiles.ztunnel_component")]
    if "enabled" in section(components, "istiodRemote"):
        put(found, "global.enabled", components["istiodRemote"]["enabled"])
    for name in own:
        put(found, _ENABLED[name], install.on(name))
        if name in components:
            put(found, f"{_NAMESPACES[name]}.namespace", install.namespace(components[name]))
    if "pilot" in components:
        put(found, "global.istioNamespace", install.namespace(components["pilot"]))


def _unified(install: Installation) -> Json:
    spec, user = install.spec, section(install.user, "values")
    found = copy.deepcopy(spec.get("values") or {})
    for key, path in {**_GLOBAL, "compatibilityVersion": "compatibilityVersion"}.items():
        if spec.get(key) is not None and get(user, path, ABSENT) is ABSENT:
            put(found, path, spec[key])
    if "meshConfig" in spec:
        put(found, "meshConfig", merge(found.get("meshConfig") or {}, spec["meshConfig"]))
    found = merge(found, spec.get("unvalidatedValues") or {})
    put(found, "pilot.enabled", install.on("pilot"))
    put(found, "pilot.cni.enabled", bool(get(spec, "components.cni.enabled", "cni" in section(spec, "components"))))
    for name in ("pilot", "cni", "ztunnel"):
        component = section(spec, f"components.{name}")
        for key in ("hub", "tag"):
            if component.get(key):
                put(found, f"{name}.{key}", component[key])
        values = _from_k8s(section(component, "k8s"), install.release)
        if values:
            put(found, name, merge(get(found, name) or {}, values))
    return found


def _from_k8s(k8s: Json, release: Release) -> dict[str, Any]:
    """Values that repeat what a component's `k8s` block says, for charts' conditions to see."""
    found = _replicas(k8s) if release.has("profiles.autoscaling_values_from_k8s") else {}
    if release.has("profiles.cpu_values_from_k8s"):
        for kind in ("limits", "requests"):
            cpu = get(k8s, f"resources.{kind}.cpu")
            if cpu and quantity.canonical(str(cpu)) != "0":
                put(found, f"resources.{kind}.cpu", quantity.canonical(str(cpu)))
    return found


def _replicas(k8s: Json) -> dict[str, Any]:
    wanted = {
        "autoscaleMin": get(k8s, "hpaSpec.minReplicas"),
        "autoscaleMax": get(k8s, "hpaSpec.maxReplicas"),
        "replicaCount": k8s.get("replicaCount"),
    }
    return {key: value for key, value in wanted.items() if isinstance(value, int) and value > 0}
