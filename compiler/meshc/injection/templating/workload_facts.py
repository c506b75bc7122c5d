"""What templates say about the workload a pod belongs to: owner, canonical name and revision, ports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from meshc.catalog import Release
from meshc.gotext import jsontext
from meshc.injection.identity import Identity
from meshc.models.label_names import SERVICE_CANONICAL_NAME, SERVICE_CANONICAL_REVISION
from meshc.yamlio import Json

_PORT_KEYS = ("name", "hostPort", "containerPort", "protocol", "hostIP")


def pod_ports(containers: Iterable[Mapping[str, Json]]) -> str:
    """The value of `ISTIO_META_POD_PORTS`: every port of every container, one a line (docs/istio/sidecar-template.md § 10.13)."""
    ports = [jsontext.write(_port(p)) for c in containers for p in c.get("ports") or ()]
    lines = [f"\n    {',' if number else ''}{port}" for number, port in enumerate(ports)]
    return f"[{''.join(lines)}\n]"


def owner(workload: Identity) -> str | None:
    """The value of `ISTIO_META_OWNER`; null without apiVersion or name (docs/istio/sidecar-template.md § 10.8)."""
    if not workload.api_version or not workload.name:
        return None
    namespace, kind = workload.namespace or "default", workload.kind.lower()
    return f"kubernetes://apis/{workload.api_version}/namespaces/{namespace}/{kind}s/{workload.name}"


def canonical_name(labels: Mapping[str, str], workload: Identity) -> str:
    """The workload's canonical service (docs/istio/sidecar-template.md § 4.1)."""
    found = labels.get(SERVICE_CANONICAL_NAME) or labels.get("app.kubernetes.io/name") or labels.get("app")
    return found or workload.name


def canonical_revision(labels: Mapping[str, str]) -> str:
    """The workload's canonical revision, `latest` when no label says one."""
    found = labels.get(SERVICE_CANONICAL_REVISION) or labels.get("app.kubernetes.io/version") or labels.get("version")
    return found or "latest"


def shortened(name: str, release: Release) -> str:
    """A canonical name as a label value: since 1.21 its first 63 bytes, without one trailing `-` or, since 1.31, any separator.

    Source: docs/istio/changes-1.31.md § 1.
    """
    if not release.has("sidecar.canonical_name_shortened"):
        return name
    cut = name.encode()[:63].decode(errors="ignore")
    return cut.strip("-_.") if release.has("sidecar.canonical_name_trimmed") else cut.removesuffix("-")


def _port(port: Mapping[str, Json]) -> dict[str, Json]:
    return {key: port.get(key, 0) for key in _PORT_KEYS if port.get(key) or key == "containerPort"}
