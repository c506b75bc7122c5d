"""Ports of Istio's own components by name, for a release (docs/istio/ports.md § 2)."""

from __future__ import annotations

from meshc.catalog import Release
from meshc.errors import UsageError, nearest
from meshc.interception.ports.port_map import Port, PortMap, port, resolve, switch

COMPONENTS: dict[str, tuple[str, ...]] = {
    "sidecar": (
        *(
            "envoy-admin",
            "envoy-outbound",
            "agent-debug",
            "envoy-inbound",
            "agent-status",
            "envoy-health",
            "envoy-prometheus",
        ),
        *("agent-xds-socket", "agent-sds-socket"),
    ),
    "gateway": (
        "envoy-admin",
        "agent-debug",
        "agent-status",
        "envoy-health",
        "envoy-prometheus",
        "agent-xds-socket",
        "agent-sds-socket",
    ),
    "waypoint": (
        "envoy-admin",
        "envoy-hbone",
        "agent-status",
        "envoy-health",
        "envoy-prometheus",
        "agent-xds-socket",
        "agent-sds-socket",
    ),
    "proxyless": ("agent-debug", "agent-status", "agent-xds-socket", "agent-sds-socket"),
    "istiod": (
        "istiod-service",
        "istiod-http",
        "istiod-ctrlz",
        "istiod-grpc",
        "istiod-secure-grpc",
        "istiod-monitoring",
        "istiod-webhook",
    ),
    "ztunnel": (
        *(
            "ztunnel-admin",
            "ztunnel-outbound",
            "ztunnel-inbound-plaintext",
            "ztunnel-hbone",
            "ztunnel-stats",
            "ztunnel-ready",
        ),
        "ztunnel-dns",
    ),
    "cni": ("cni-ready", "istiod-ctrlz", "cni-monitoring"),
}


def component(name: str, release: Release) -> PortMap:
    """The ports of a component with default settings; raises UsageError for an unknown name."""
    if name not in COMPONENTS:
        close = nearest(name, COMPONENTS)
        raise UsageError(
            "unknown component", path="--component", value=name, hint=f"write {close or ', '.join(COMPONENTS)}"
        )
    found = resolve(tuple(port(i) for i in COMPONENTS[name] if holds(i, release)))
    if name == "cni":
        found = tuple(_cni(p) for p in found)
    notes = () if found else (f"{name} does not exist in {release}",)
    return PortMap(title=name, kind=name, release=str(release), ports=found, notes=notes)


def holds(name: str, release: Release) -> bool:
    """Whether a port of the catalogue exists in a release."""
    needed = switch(name)
    return needed is None or release.has(needed)


def _cni(found: Port) -> Port:
    return (
        port("istiod-ctrlz", process="install-cni", setting="argument --ctrlz_port")
        if found.id == "istiod-ctrlz"
        else found
    )
