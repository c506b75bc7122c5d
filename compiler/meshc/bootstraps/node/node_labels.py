"""What a node's labels decide: its service cluster and its locality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from meshc.istio_names import PROXY
from meshc.models.label_names import SERVICE_CANONICAL_NAME
from meshc.models.proxy_config import ProxyConfig

LOCALITY = "istio-locality"
_CANONICAL = (SERVICE_CANONICAL_NAME, "app.kubernetes.io/name", "app")
_LOCALITY_PARTS = ("region", "zone", "sub_zone")


@dataclass(frozen=True)
class Identity:
    """What names a service: the labels in force, the workload, the namespace and the release's label order."""

    labels: Mapping[str, str] = field(default_factory=dict)
    workload: str = ""
    namespace: str = ""
    label_names: Sequence[str] = ("app",)


def node_cluster(config: ProxyConfig, identity: Identity) -> str:
    """`/node/cluster` as the ProxyConfig's `serviceCluster` or `tracingServiceName` asks for it."""
    if config.service_cluster is not None:
        return service_cluster(config.service_cluster, identity)
    match config.tracing_service_name:
        case "CANONICAL_NAME_ONLY":
            return service_cluster(canonical_name(identity), identity)
        case "CANONICAL_NAME_AND_NAMESPACE":
            name = canonical_name(identity)
            return f"{name}.{identity.namespace}" if identity.namespace else service_cluster(name, identity)
    return service_cluster(PROXY, identity)


def service_cluster(name: str, identity: Identity) -> str:
    """The given name, or one made from labels, workload and namespace (docs/istio/bootstrap.md § 2.3.5).

    Istio writes the dot even when the namespace is empty.
    """
    if name not in ("", PROXY):
        return name
    for label in identity.label_names:
        if label in identity.labels:
            return f"{identity.labels[label]}.{identity.namespace}"
    if identity.workload:
        return f"{identity.workload}.{identity.namespace}"
    return f"{PROXY}.{identity.namespace}" if identity.namespace else PROXY


def canonical_name(identity: Identity) -> str:
    """The canonical service name: first existing label, else the workload, else `istio-proxy`."""
    for label in _CANONICAL:
        if label in identity.labels:
            return identity.labels[label]
    return identity.workload or PROXY


def locality_label(labels: Mapping[str, str], names: Sequence[str]) -> str:
    """The value of the first label that exists, even if it is empty; `names` are the release's (docs/istio/bootstrap.md § 2.3.6)."""
    return next((labels[name] for name in names if name in labels), "")


def sanitized_locality(label: str) -> str:
    """A locality label with `.` for a separator written with `/`; one that has a `/` stays as it is."""
    return label if "/" in label else label.replace(".", "/")


def parse_locality(label: str) -> dict[str, str]:
    """Split `region/zone/subzone`; parts beyond the third are ignored, empty ones left out."""
    return {name: part for name, part in zip(_LOCALITY_PARTS, label.split("/"), strict=False) if part}


def shown_locality(locality: Mapping[str, str]) -> dict[str, str]:
    """The parts of a locality that are not empty, in order."""
    return {name: locality[name] for name in _LOCALITY_PARTS if locality.get(name)}
