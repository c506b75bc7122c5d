"""The service cluster a node reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = Any
DEFAULT = "istio-proxy"
_CANONICAL = ("service.istio.io/canonical-name", "app.kubernetes.io/name", "app")


@dataclass(frozen=True)
class Identity:
    """What names a service: the labels in force, the workload, the namespace and the release's label order."""

    labels: Mapping[str, str] = field(default_factory=dict)
    workload: str = ""
    namespace: str = ""
    label_names: Sequence[str] = ("app",)


def service_cluster(name: str, identity: Identity) -> str:
    """The given name, or one made from labels, workload and namespace (docs/istio/bootstrap.md § 2.3.5).

    The dot stands there even when the namespace is empty.
    """
    if name not in ("", DEFAULT):
        return name
    for label in identity.label_names:
        if label in identity.labels:
            return f"{identity.labels[label]}.{identity.namespace}"
    if identity.workload:
        return f"{identity.workload}.{identity.namespace}"
    return f"{DEFAULT}.{identity.namespace}" if identity.namespace else DEFAULT


def node_cluster(config: Mapping[str, Json], identity: Identity) -> str:
    """`/node/cluster` as the ProxyConfig's `serviceCluster` or `tracingServiceName` asks for it."""
    if "serviceCluster" in config:
        return service_cluster(config["serviceCluster"] or "", identity)
    match config.get("tracingServiceName"):
        case "CANONICAL_NAME_ONLY":
            return service_cluster(canonical_name(identity), identity)
        case "CANONICAL_NAME_AND_NAMESPACE":
            name = canonical_name(identity)
            return f"{name}.{identity.namespace}" if identity.namespace else service_cluster(name, identity)
    return service_cluster(DEFAULT, identity)


def canonical_name(identity: Identity) -> str:
    """The canonical service name: first existing label, else the workload, else `istio-proxy`."""
    for label in _CANONICAL:
        if label in identity.labels:
            return identity.labels[label]
    return identity.workload or DEFAULT
