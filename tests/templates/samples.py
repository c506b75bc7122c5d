"""Pods and settings for the template tests: chart defaults, and shortcuts to what a template rendered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc import catalog
from meshc.injection.identity import Identity
from meshc.injection.pod_templates import TemplateInput, Templates
from meshc.models import mesh, proxy
from meshc.models.mesh_config import MeshConfig
from meshc.models.proxy_config import ProxyConfig
from meshc.models.values import Values

DEPLOYMENT = Identity("apps/v1", "Deployment", "hello", "")

DEFAULTS: dict[str, Any] = {
    "revision": "",
    "istio_cni": {"enabled": False, "chained": True},
    "pilot": {"cni": {"enabled": False, "provider": "default"}, "env": {}},
    "gateways": {"securityContext": {}},
    "global": {
        "hub": "docker.io/istio",
        "tag": "1.2.3",
        "variant": "",
        "imagePullPolicy": "",
        "imagePullSecrets": [],
        "istioNamespace": "istio-system",
        "caAddress": "",
        "caName": "",
        "pilotCertProvider": "istiod",
        "jwtPolicy": "third-party-jwt",
        "sds": {"token": {"aud": "istio-ca"}},
        "sts": {"servicePort": 0},
        "mountMtlsCerts": False,
        "logAsJson": False,
        "logging": {"level": "default:info"},
        "meshID": "",
        "network": "",
        "multiCluster": {"clusterName": ""},
        "proxy": {
            "image": "proxyv2",
            "clusterDomain": "cluster.local",
            "logLevel": "warning",
            "componentLogLevel": "misc:error",
            "outlierLogPath": "",
            "privileged": False,
            "enableCoreDump": False,
            "resources": {"requests": {"cpu": "100m"}, "limits": {"cpu": "2000m"}},
            "statusPort": 15020,
            "readinessInitialDelaySeconds": 0,
            "readinessPeriodSeconds": 15,
            "readinessFailureThreshold": 4,
            "startupProbe": {"enabled": True, "failureThreshold": 600},
            "tracer": "none",
            "includeIPRanges": "*",
            "excludeIPRanges": "",
            "includeInboundPorts": "*",
            "excludeInboundPorts": "",
            "includeOutboundPorts": "",
            "excludeOutboundPorts": "",
        },
        "proxy_init": {"image": "proxyv2", "forceApplyIptables": False},
    },
}


def settings(**changes: Any) -> dict[str, Any]:
    """Chart defaults with changes by dotted path (dots written as `__`)."""
    values = _copy(DEFAULTS)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = values
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return values


def render(
    name: str,
    number: str,
    *,
    annotations: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    containers: list[Any] | None = None,
    spec: Mapping[str, Any] | None = None,
    workload: Identity = DEPLOYMENT,
    proxy_config: Mapping[str, Any] | None = None,
    mesh_config: Mapping[str, Any] | None = None,
    values: dict[str, Any] | None = None,
    features: Mapping[str, str] | None = None,
    revision: str = "",
    **more: Any,
) -> Any:
    """The overlay of a template for a small pod in one release."""
    release = catalog.release(number)
    templates = Templates(
        release,
        Values(settings() if values is None else values),
        MeshConfig({**mesh.defaults(release).document, **(mesh_config or {})}),
        revision,
        features or {},
    )
    hello = [{"name": "hello", "image": "hello:1", "ports": [{"name": "http", "containerPort": 80}]}]
    pod = {"containers": hello if containers is None else containers, **(spec or {})}
    config = ProxyConfig({**proxy.defaults(release).document, **(proxy_config or {})})
    metadata = {"annotations": dict(annotations or {}), "labels": dict(labels or {})}
    return templates.render(name, TemplateInput(metadata, pod, workload, config, **more))


def container(overlay: Any, name: str = "istio-proxy") -> Any:
    """The rendered container of this name, wherever it stands; None without it."""
    spec = overlay["spec"]
    both = (spec.get("initContainers") or []) + (spec.get("containers") or [])
    return next((c for c in both if c["name"] == name), None)


def env(overlay: Any, name: str = "istio-proxy") -> dict[str, Any]:
    """The environment of a container: name → value, or the reference it comes from."""
    found = {}
    for entry in container(overlay, name)["env"]:
        reference = next(iter(entry.get("valueFrom", {}).values()), None)
        found[entry["name"]] = entry.get("value", reference)
    return found


def names(items: Any) -> list[str]:
    """The names of a list of named objects."""
    return [item["name"] for item in items or []]


def _copy(values: dict[str, Any]) -> dict[str, Any]:
    return {k: _copy(v) if isinstance(v, dict) else v for k, v in values.items()}
