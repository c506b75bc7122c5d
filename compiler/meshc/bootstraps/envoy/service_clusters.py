"""Static clusters that leave the pod: the tracer's, the metrics service's, the access log service's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.bootstraps.envoy import socket_addresses, upstream_tls
from meshc.bootstraps.envoy.tracers import Tracer
from meshc.bootstraps.node.node_metadata import Metadata
from meshc.gotext import durations
from meshc.models.proxy_config import RemoteService, TcpKeepalive

METRICS_SERVICE = "envoy_metrics_service"
"""Name of the cluster of `envoyMetricsService`."""

_TRACER_CLUSTERS = {"zipkin": "zipkin", "lightstep": "lightstep", "datadog": "datadog_agent"}


@dataclass(frozen=True)
class Service:
    """One cluster as the template needs it; None and empty values are left out."""

    name: str
    address: Mapping[str, str | int]
    transport_socket: Mapping[str, object] | None = None
    http2: bool = False
    dns_refresh_rate: str = ""
    keepalive: Mapping[str, object] | None = None


def services(agent: Agent, *, tracer: Tracer | None, metadata: Metadata) -> list[Service]:
    """The clusters in order (docs/istio/bootstrap.md § 2.8)."""
    found = []
    if tracer is not None and tracer.kind in _TRACER_CLUSTERS:
        found.append(_tracer(agent, tracer, metadata))
    for name, field, service in (
        (METRICS_SERVICE, "envoyMetricsService", agent.config.envoy_metrics_service),
        ("envoy_accesslog_service", "envoyAccessLogService", agent.config.envoy_access_log_service),
    ):
        if service and service.address:
            address = socket_addresses.socket_address(service.address, agent.env, f"{field}.address")
            found.append(_service(name, service, address, metadata=metadata))
    return found


def keepalive(settings: TcpKeepalive) -> dict[str, object] | None:
    """`tcp_keepalive` of a service cluster: whole numbers above zero, each written as an object."""
    if not settings:
        return None
    values = {
        "keepalive_probes": settings.probes,
        "keepalive_time": _seconds(settings.time),
        "keepalive_interval": _seconds(settings.interval),
    }
    return {name: {"value": n} for name, n in values.items() if n > 0}


def _tracer(agent: Agent, tracer: Tracer, metadata: Metadata) -> Service:
    grpc = tracer.kind == "lightstep"
    socket = upstream_tls.transport_socket(agent.config.tracing.tls_settings, metadata, sni="tracer", alpn=grpc)
    return Service(
        _TRACER_CLUSTERS[tracer.kind],
        socket_addresses.socket_address(tracer.address, agent.env, f"tracing.{tracer.kind}.address"),
        socket,
        http2=grpc,
        dns_refresh_rate="30s" if tracer.kind == "zipkin" else "",
    )


def _service(name: str, service: RemoteService, address: Mapping[str, str | int], *, metadata: Metadata) -> Service:
    return Service(
        name,
        address,
        upstream_tls.transport_socket(service.tls_settings, metadata, sni=name, alpn=True),
        http2=True,
        keepalive=keepalive(service.tcp_keepalive),
    )


def _seconds(duration: str | None) -> int:
    return durations.parse(duration) // durations.SECOND if duration else 0
