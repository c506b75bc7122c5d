"""Static clusters that leave the pod: the tracer's, the metrics service's, the access log service's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.bootstraps.envoy import socket_addresses, upstream_tls
from meshc.bootstraps.envoy.tracers import Tracer
from meshc.gotext import durations

Json = Any
_TRACER_CLUSTERS = {"zipkin": "zipkin", "lightstep": "lightstep", "datadog": "datadog_agent"}


@dataclass(frozen=True)
class Service:
    """One cluster as the template shows it; None and empty values are left out."""

    name: str
    address: Json
    transport_socket: Json | None = None
    http2: bool = False
    dns_refresh_rate: str = ""
    keepalive: Json | None = None


def services(agent: Agent, *, tracer: Tracer | None, metadata: Mapping[str, Json]) -> list[Service]:
    """The clusters in order (docs/istio/bootstrap.md § 2.8); `metadata` are the node's typed keys."""
    found = []
    if tracer is not None and tracer.kind in _TRACER_CLUSTERS:
        found.append(_tracer(agent, tracer.kind, metadata))
    for name, field in (
        ("envoy_metrics_service", "envoyMetricsService"),
        ("envoy_accesslog_service", "envoyAccessLogService"),
    ):
        settings = agent.config.get(field) or {}
        if settings.get("address"):
            found.append(_service(agent, name, field=field, metadata=metadata))
    return found


def keepalive(settings: Mapping[str, Json] | None) -> Json | None:
    """`tcp_keepalive` of a service cluster: whole numbers above zero, each written as an object."""
    if settings is None:
        return None
    seconds = {name: _seconds(settings.get(name)) for name in ("time", "interval")}
    values = {
        "keepalive_probes": int(settings.get("probes") or 0),
        "keepalive_time": seconds["time"],
        "keepalive_interval": seconds["interval"],
    }
    return {name: {"value": n} for name, n in values.items() if n > 0}


def _tracer(agent: Agent, kind: str, metadata: Mapping[str, Json]) -> Service:
    tracing = agent.config["tracing"]
    text = (tracing[kind] or {}).get("address", "")
    socket = upstream_tls.transport_socket(
        tracing.get("tlsSettings"), metadata=metadata, sni="tracer", alpn=kind == "lightstep"
    )
    return Service(
        _TRACER_CLUSTERS[kind],
        socket_addresses.socket_address(text, agent.env, f"tracing.{kind}.address"),
        socket,
        http2=kind == "lightstep",
        dns_refresh_rate="30s" if kind == "zipkin" else "",
    )


def _service(agent: Agent, name: str, *, field: str, metadata: Mapping[str, Json]) -> Service:
    settings = agent.config[field]
    return Service(
        name,
        socket_addresses.socket_address(settings["address"], agent.env, f"{field}.address"),
        upstream_tls.transport_socket(settings.get("tlsSettings"), metadata=metadata, sni=name, alpn=True),
        http2=True,
        keepalive=keepalive(settings.get("tcpKeepalive")),
    )


def _seconds(duration: str | None) -> int:
    return durations.parse(duration) // durations.SECOND if duration else 0
