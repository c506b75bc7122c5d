"""Template data of the sidecar that depends on the settings alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.catalog import Release
from meshc.gotext import printing
from meshc.injection.templating.installation import unquoted
from meshc.injection.templating.values import Values

Json = Any

# annotation → value that stands for it when the pod does not have it
_DEFAULTS = {
    "sidecar.istio.io/capNetBindService": "global.proxy.capNetBindService",
    "sidecar.istio.io/enableCoreDump": "global.proxy.enableCoreDump",
    "sidecar.istio.io/logLevel": "global.proxy.logLevel",
    "sidecar.istio.io/componentLogLevel": "global.proxy.componentLogLevel",
    "sidecar.istio.io/agentLogLevel": "global.logging.level",
    "status.sidecar.istio.io/port": "global.proxy.statusPort",
    "traffic.sidecar.istio.io/includeOutboundIPRanges": "global.proxy.includeIPRanges",
    "traffic.sidecar.istio.io/excludeOutboundIPRanges": "global.proxy.excludeIPRanges",
    "traffic.sidecar.istio.io/includeInboundPorts": "global.proxy.includeInboundPorts",
    "traffic.sidecar.istio.io/excludeInboundPorts": "global.proxy.excludeInboundPorts",
    "traffic.sidecar.istio.io/includeOutboundPorts": "global.proxy.includeOutboundPorts",
    "traffic.sidecar.istio.io/excludeOutboundPorts": "global.proxy.excludeOutboundPorts",
    "readiness.status.sidecar.istio.io/initialDelaySeconds": "global.proxy.readinessInitialDelaySeconds",
    "readiness.status.sidecar.istio.io/periodSeconds": "global.proxy.readinessPeriodSeconds",
    "readiness.status.sidecar.istio.io/failureThreshold": "global.proxy.readinessFailureThreshold",
}


def annotation_defaults(values: Values) -> dict[str, str]:
    """For each annotation with a value behind it: the text that holds when the annotation is missing."""
    return {annotation: values.default(path) for annotation, path in _DEFAULTS.items()}


def installation(values: Values, mesh: Mapping[str, Json], release: Release) -> dict[str, Json]:
    """What only the sidecar needs. Raises InjectionError for odd values."""
    tracer = "global.proxy.tracer"
    return {
        "cni": _cni(values, release),
        "multus": _multus(values, release),
        "listen_port": _port(mesh.get("proxyListenPort"), 15001),
        "inbound_listen_port": _port(mesh.get("proxyInboundListenPort"), 15006),
        "privileged": unquoted(values.printed("global.proxy.privileged")),
        "holds_application": bool(values.get("global.proxy.holdApplicationUntilProxyStarts")),
        "force_apply": bool(values.get("global.proxy_init.forceApplyIptables")),
        "native_nftables": bool(values.get("global.nativeNftables")),
        "seccomp_profile": values.get("global.proxy.seccompProfile"),
        "outlier_log": values.optional("global.proxy.outlierLogPath"),
        "kubernetes_certificates": values.is_text("global.pilotCertProvider", "kubernetes"),
        "crl_config_map": _crl_config_map(values, release),
        "datadog": values.is_text(tracer, "datadog"),
        "lightstep": values.is_text(tracer, "lightstep"),
        "captures_outbound_ports": values.has_text("global.proxy.includeOutboundPorts"),
        "excludes_outbound_ports": values.has_text("global.proxy.excludeOutboundPorts"),
        "copies_excluded_outbound_ports": not values.is_text("global.proxy.excludeOutboundPorts", ""),
        **_startup_probe(values),
    }


def _startup_probe(values: Values) -> dict[str, Json]:
    return {
        "startup_probe": bool(values.get("global.proxy.startupProbe.enabled")),
        "startup_failures": unquoted(values.printed("global.proxy.startupProbe.failureThreshold")),
    }


def _cni(values: Values, release: Release) -> bool:
    new = release.has("sidecar.pilot_cni") and values.get("pilot.cni.enabled")
    old = release.has("sidecar.istio_cni") and values.get("istio_cni.enabled")
    return bool(new or old)


def _multus(values: Values, release: Release) -> bool:
    if release.has("sidecar.pilot_cni") and values.is_text("pilot.cni.provider", "multus"):
        return True
    if not release.has("sidecar.istio_cni"):
        return False
    if release.has("sidecar.pilot_cni") and values.is_text("istio_cni.provider", "multus"):
        return True
    return not values.get("istio_cni.chained")


def _crl_config_map(values: Values, release: Release) -> str:
    named = values.optional("pilot.crlConfigMapName") if release.has("sidecar.crl_config_map_name") else None
    return named or "istio-ca-crl"


def _port(port: Json, default: int) -> str:
    return printing.sprint(port or default)
