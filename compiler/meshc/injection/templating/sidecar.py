"""Template data of the sidecar that depends on the pod (docs/istio/sidecar-template.md § 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.catalog import Release
from meshc.injection.functions.container_ports import exclude_inbound_port
from meshc.injection.functions.encoding import directory
from meshc.injection.functions.multus import append_multus_network
from meshc.injection.templating.inputs import TemplateInput
from meshc.injection.templating.installation import unquoted
from meshc.injection.templating.pod import shortened
from meshc.trees import ABSENT

Json = Any

_TRAFFIC = "traffic.sidecar.istio.io/"
MODE = "sidecar.istio.io/interceptionMode"
_SIDECAR = "sidecar.istio.io/"
_NETWORKS = "k8s.v1.cni.cncf.io/networks"
_KUBEVIRT = f"{_TRAFFIC}kubevirtInterfaces"
REROUTE = "istio.io/reroute-virtual-interfaces"
_READINESS = "readiness.status.sidecar.istio.io/"


def traffic(
    annotations: Mapping[str, str], defaults: Mapping[str, str], data: Mapping[str, Json], *, release: Release
) -> dict[str, Json]:
    """How traffic is captured: texts for the init container and for the CNI annotations."""

    def said(name: str) -> str:
        return annotations.get(_TRAFFIC + name, defaults.get(_TRAFFIC + name, ""))

    excluded = exclude_inbound_port(status_port(annotations, defaults), said("excludeInboundPorts"))
    return {
        "mode": annotations.get(MODE, data["interception_mode"]),
        "include_ranges": said("includeOutboundIPRanges"),
        "exclude_ranges": said("excludeOutboundIPRanges"),
        "include_inbound": said("includeInboundPorts"),
        "exclude_inbound": excluded,
        "include_outbound": said("includeOutboundPorts"),
        "exclude_outbound": said("excludeOutboundPorts"),
        "passes_include_outbound": _TRAFFIC + "includeOutboundPorts" in annotations or data["captures_outbound_ports"],
        "passes_exclude_outbound": _TRAFFIC + "excludeOutboundPorts" in annotations or data["excludes_outbound_ports"],
        "copies_exclude_outbound": _TRAFFIC + "excludeOutboundPorts" in annotations
        or data["copies_excluded_outbound_ports"],
        "virtual_interfaces": virtual_interfaces(annotations, release),
        "exclude_interfaces": annotations.get(f"{_TRAFFIC}excludeInterfaces"),
    }


def virtual_interfaces(annotations: Mapping[str, str], release: Release) -> list[str]:
    """The interface lists for `-k`: of two annotations only one counts in some releases, both in others."""
    kubevirt, reroute = annotations.get(_KUBEVIRT), annotations.get(REROUTE)
    if not release.has("sidecar.reroute_interfaces"):
        reroute = None
    if reroute is not None and not release.has("sidecar.both_interface_lists"):
        return [reroute]
    return [text for text in (kubevirt, reroute) if text is not None]


def networks(annotations: Mapping[str, str], release: Release) -> str:
    """The Multus annotation with the network of the Istio CNI plugin."""
    return append_multus_network(
        annotations.get(_NETWORKS, ""),
        release.fact("sidecar.multus_network"),
        namespaced=release.has("sidecar.multus_namespace"),
    )


def status_port(annotations: Mapping[str, str], defaults: Mapping[str, str]) -> str:
    """The text of the status port; `0` means no probes."""
    name = "status.sidecar.istio.io/port"
    return annotations.get(name, defaults[name])


def readiness(annotations: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, Json]:
    """The configured timing of the readiness probe."""
    names = {"delay": "initialDelaySeconds", "period": "periodSeconds", "failures": "failureThreshold"}
    found = {k: annotations.get(_READINESS + n, defaults[_READINESS + n]) for k, n in names.items()}
    return {k: unquoted(text) for k, text in found.items()}


def log_levels(annotations: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, str]:
    """The log levels of the proxy, its components, and the agent."""
    names = {"proxy": "logLevel", "component": "componentLogLevel", "agent": "agentLogLevel"}
    return {k: annotations.get(_SIDECAR + n, defaults[_SIDECAR + n]) for k, n in names.items()}


def is_native(given: TemplateInput, release: Release, *, environment: Mapping[str, str]) -> bool:
    """Whether the proxy is an init container that keeps running.

    Since 1.27 the switch counts that the injector worked out, before the text in its environment.
    """
    annotation = given.annotations.get(_SIDECAR + "nativeSidecar")
    if release.has("injection.native_sidecars_auto"):
        return (annotation or ("true" if given.native_sidecars else "false")) != "false"
    if annotation is not None and release.has("injection.native_sidecar_annotation"):
        return annotation == "true"
    return release.has("injection.native_sidecars") and environment.get("ENABLE_NATIVE_SIDECARS") == "true"


def pod_data(
    given: TemplateInput, data: Mapping[str, Json], *, defaults: Mapping[str, str], release: Release
) -> dict[str, Json]:
    """What only the sidecar needs of the pod. `data`: what is known so far."""
    annotations = given.annotations
    metadata = given.proxy_config.get("proxyMetadata") or {}

    def is_on(name: str) -> bool:
        return annotations.get(_SIDECAR + name, defaults[_SIDECAR + name]) == "true"

    return {
        **traffic(annotations, defaults, data, release=release),
        **_names(given, data, release),
        **_lightstep(given.proxy_config, wanted=data["lightstep"]),
        "log": log_levels(annotations, defaults),
        "hbone": metadata.get("ISTIO_META_ENABLE_HBONE") == "true",
        "traces_iptables": metadata.get("IPTABLES_TRACE_LOGGING") == "true",
        "binds_low_ports": is_on("capNetBindService"),
        "core_dump": release.has("sidecar.core_dump") and is_on("enableCoreDump"),
        "networks": networks(annotations, release) if data["cni"] and data["multus"] else ABSENT,
        "holds": bool(data["holds_application"] or given.proxy_config.get("holdApplicationUntilProxyStarts")),
        "meta_interception_mode": annotations.get(MODE) or data["interception_mode"],
    }


def _names(given: TemplateInput, data: Mapping[str, Json], release: Release) -> dict[str, str]:
    own = given.labels.get("service.istio.io/workload-name") if release.has("sidecar.workload_name_label") else None
    return {
        "workload_name": own or given.workload.name,
        "canonical_name": shortened(data["canonical_name"], release),
    }


def _lightstep(proxy_config: Mapping[str, Json], *, wanted: bool) -> dict[str, Json]:
    tls = (proxy_config.get("tracing") or {}).get("tlsSettings") if wanted else None
    folder = None if tls is None else directory(tls.get("caCertificates") or "")
    return {"lightstep_certs": tls is not None, "lightstep_folder": folder or None}
