"""The static listeners: metrics, metrics over mutual TLS, status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.bootstraps.envoy.address_family import Family
from meshc.bootstraps.node.node_metadata import Metadata
from meshc.engine import Spread
from meshc.models.annotation_names import SIDECAR_STATS_COMPRESSION

Node = dict[str, object]
"""A part of the bootstrap."""

_LIBRARY = "type.googleapis.com/envoy.extensions.compression.{}.compressor.v3.{}"
_COMPRESSOR = "type.googleapis.com/envoy.extensions.filters.http.compressor.v3.Compressor"
_KINDS = {"brotli": "Brotli", "zstd": "Zstd", "gzip": "Gzip"}
_METRICS_TYPES = [
    "text/plain",
    "application/vnd.google.protobuf",
    "application/openmetrics-text",
    "application/openmetrics-protobuf",
]


def listeners(agent: Agent, family: Family, metadata: Metadata) -> dict[str, object]:
    """What the template needs of them (docs/istio/bootstrap.md § 2.9)."""
    local = _metrics_stay_local(agent)
    address = family.localhost if local else family.wildcard
    return {
        "metrics_name": f"{address}_{metadata.metrics_port}",
        "metrics_address": address,
        "metrics_port": metadata.metrics_port,
        "metrics_additional_address": family.extra_localhost if local else family.extra_wildcard,
        "compressors": Spread(list(compressors(agent, metadata.annotations))),
        "status_name": f"{family.wildcard}_{metadata.status_port}",
        "status_address": family.wildcard,
        "status_port": metadata.status_port,
        "status_additional_address": family.extra_wildcard,
        "proxy_protocol": _accepts_proxy_protocol(agent),
        "bypass_overload": bypass_overload(agent),
        "secure_listeners": secure_listeners(agent, family, metadata),
    }


def secure_listeners(agent: Agent, family: Family, metadata: Metadata) -> list[Node]:
    """The metrics listeners over mutual TLS whose port is set: name, address, port, stat_prefix and routes of each."""
    return [
        {**listener, "name": f"{family.wildcard}_{port}", "address": family.wildcard, "port": port}
        for listener in agent.release.fact("bootstrap.secure_listeners")
        if (port := metadata.port(listener["port_variable"]))
    ]


def bypass_overload(agent: Agent) -> bool:
    """Whether both listeners stay out of the overload manager and the connection limit."""
    release = agent.release
    if release.has("bootstrap.listener_bypass"):
        return True
    return release.has("bootstrap.listener_bypass_flag") and agent.flag("BYPASS_OVERLOAD_MANAGER_FOR_STATIC_LISTENERS")


def compressors(agent: Agent, annotations: Mapping[str, str]) -> Sequence[Node]:
    """Filters that compress the metrics: one chosen by annotation until 1.28, three by default since 1.29."""
    release = agent.release
    if release.has("bootstrap.compression_annotation"):
        kind = annotations.get(SIDECAR_STATS_COMPRESSION, "")
        return (_by_annotation(kind),) if kind in _KINDS else ()
    if release.has("bootstrap.compression_default") and agent.config.stats_compression is not False:
        return _defaults()
    return ()


def _by_annotation(kind: str) -> Node:
    return {
        "name": "envoy.filters.http.compressor",
        "typed_config": {"@type": _COMPRESSOR, "compressor_library": _library("text_optimized", kind)},
    }


@cache
def _defaults() -> tuple[Node, ...]:
    return tuple(_by_default(kind) for kind in _KINDS)


def _by_default(kind: str) -> Node:
    return {
        "name": f"envoy.filters.http.compressor.{kind}",
        "typed_config": {
            "@type": _COMPRESSOR,
            "compressor_library": _library(f"stats_{kind}", kind),
            "response_direction_config": {"common_config": {"content_type": _METRICS_TYPES}},
        },
    }


def _library(name: str, kind: str) -> Node:
    return {"name": name, "typed_config": {"@type": _LIBRARY.format(kind, _KINDS[kind])}}


def _accepts_proxy_protocol(agent: Agent) -> bool:
    return agent.release.has("bootstrap.status_proxy_protocol") and agent.flag(
        "ENVOY_STATUS_PORT_ENABLE_PROXY_PROTOCOL"
    )


def _metrics_stay_local(agent: Agent) -> bool:
    # Istio reads the ProxyConfig here, not the environment it becomes.
    only = agent.config.proxy_metadata.get("METRICS_LOCALHOST_ACCESS_ONLY") == "true"
    return only and agent.release.has("bootstrap.metrics_localhost_only")
