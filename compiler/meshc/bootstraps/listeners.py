"""The two static listeners: metrics and status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from meshc.bootstraps.family import Family
from meshc.bootstraps.inputs import Agent

Json = Any
_LIBRARY = "type.googleapis.com/envoy.extensions.compression.{}.compressor.v3.{}"
_COMPRESSOR = "type.googleapis.com/envoy.extensions.filters.http.compressor.v3.Compressor"
_KINDS = {"brotli": "Brotli", "zstd": "Zstd", "gzip": "Gzip"}
_METRICS_TYPES = [
    "text/plain",
    "application/vnd.google.protobuf",
    "application/openmetrics-text",
    "application/openmetrics-protobuf",
]


@dataclass(frozen=True)
class Listener:
    """One listener as the template shows it; empty values are left out."""

    address: str
    port: int
    stat_prefix: str
    route: str
    cluster: str
    name: str = ""
    additional_address: str = ""
    proxy_protocol: bool = False
    compressors: list[Json] = field(default_factory=list)


def listeners(
    agent: Agent, family: Family, *, metadata: Mapping[str, Json], annotations: Mapping[str, str]
) -> list[Listener]:
    """Metrics, then status (spec bootstrap § 2.9); ports are those of the node's metadata."""
    local = _metrics_stay_local(agent)
    metrics_address = family.localhost if local else family.wildcard
    return [
        Listener(
            metrics_address,
            metadata["ENVOY_PROMETHEUS_PORT"],
            "stats",
            "/stats/prometheus",
            "prometheus_stats",
            name=_name(agent, metrics_address, metadata["ENVOY_PROMETHEUS_PORT"]),
            additional_address=family.extra_localhost if local else family.extra_wildcard,
            compressors=compressors(agent, annotations),
        ),
        Listener(
            family.wildcard,
            metadata["ENVOY_STATUS_PORT"],
            "agent",
            "/healthz/ready",
            "agent",
            name=_name(agent, family.wildcard, metadata["ENVOY_STATUS_PORT"]),
            additional_address=family.extra_wildcard,
            proxy_protocol=agent.flag("ENVOY_STATUS_PORT_ENABLE_PROXY_PROTOCOL"),
        ),
    ]


def bypass_overload(agent: Agent) -> bool:
    """Whether both listeners stay out of the overload manager and the connection limit."""
    release = agent.release
    if release.has("bootstrap.listener_bypass"):
        return True
    return release.has("bootstrap.listener_bypass_flag") and agent.flag("BYPASS_OVERLOAD_MANAGER_FOR_STATIC_LISTENERS")


def compressors(agent: Agent, annotations: Mapping[str, str]) -> list[Json]:
    """Filters that compress the metrics: one by annotation until 1.28, three by default since 1.29."""
    release = agent.release
    if release.has("bootstrap.compression_annotation"):
        kind = annotations.get("sidecar.istio.io/statsCompression", "")
        return [_by_annotation(kind)] if kind in _KINDS else []
    if release.has("bootstrap.compression_default") and agent.config.get("statsCompression") is not False:
        return [_by_default(kind) for kind in _KINDS]
    return []


def _by_annotation(kind: str) -> Json:
    return {
        "name": "envoy.filters.http.compressor",
        "typed_config": {"@type": _COMPRESSOR, "compressor_library": _library("text_optimized", kind)},
    }


def _by_default(kind: str) -> Json:
    return {
        "name": f"envoy.filters.http.compressor.{kind}",
        "typed_config": {
            "@type": _COMPRESSOR,
            "compressor_library": _library(f"stats_{kind}", kind),
            "response_direction_config": {"common_config": {"content_type": _METRICS_TYPES}},
        },
    }


def _library(name: str, kind: str) -> Json:
    return {"name": name, "typed_config": {"@type": _LIBRARY.format(kind, _KINDS[kind])}}


def _metrics_stay_local(agent: Agent) -> bool:
    metadata = agent.config.get("proxyMetadata") or {}
    return (
        agent.release.has("bootstrap.metrics_localhost_only")
        and metadata.get("METRICS_LOCALHOST_ACCESS_ONLY") == "true"
    )


def _name(agent: Agent, address: str, port: int) -> str:
    return f"{address}_{port}" if agent.release.has("bootstrap.listener_names") else ""
