"""Builds the Envoy bootstrap, `envoy-rev.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from meshc.bootstraps import address, document, listeners, options, runtime, services, stats, tracing
from meshc.bootstraps.family import family
from meshc.bootstraps.nodefacts import NodeFacts
from meshc.models import node

Json = Any


@dataclass(frozen=True)
class NodeView:
    """`/node` as the template shows it."""

    id: str
    cluster: str
    locality: Json
    metadata: Json


def build(facts: NodeFacts) -> Json:
    """The bootstrap of one prepared node as a document, keys in Istio's order (spec bootstrap § 2)."""
    return document.render("envoy-bootstrap", context(facts), facts.agent.release)


def dump(bootstrap: Json) -> bytes:
    """The file meshc writes: strict JSON, two spaces, one newline at the end (§ 4)."""
    return orjson.dumps(bootstrap, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def context(facts: NodeFacts) -> dict[str, Json]:
    """The values the template shows."""
    agent = facts.agent
    config = agent.config
    tracer = tracing.tracer(agent, cluster=facts.cluster)
    texts = family(agent)
    statsd = config.get("statsdUdpAddress") or ""
    return {
        "node": NodeView(agent.node_id, facts.cluster, facts.locality, node.with_raw(facts.shown, facts.raw)),
        "log_format": options.log_format(agent),
        "static_layer": runtime.static_layer(agent),
        "family": texts,
        "admin_port": config.get("proxyAdminPort", 0),
        "agent_port": config.get("statusPort", 0),
        "api_type": options.api_type(agent),
        "certificate_sockets": options.certificate_sockets(agent, facts.typed, facts.raw),
        "xds_socket": f"{config.get('configPath', '')}/XDS",
        "services": services.services(agent, tracer=tracer, metadata=facts.typed),
        "listeners": listeners.listeners(agent, texts, metadata=facts.typed, annotations=facts.annotations),
        "bypass_overload": listeners.bypass_overload(agent),
        "connection_limit": options.connection_limit(agent),
        "tracer": tracer,
        "metrics_service": bool((config.get("envoyMetricsService") or {}).get("address")),
        "statsd": address.socket_address(statsd, agent.env, "statsdUdpAddress") if statsd else None,
        "cluster_manager": options.cluster_manager(agent, facts.raw),
        "deferred_stats": options.deferred_stats(agent),
        **_statistics(facts),
    }


def _statistics(facts: NodeFacts) -> dict[str, Json]:
    discovery = options.metadata_discovery(facts.agent, facts.typed)
    source = stats.Source(
        facts.agent,
        annotations=facts.annotations,
        addresses=facts.typed["INSTANCE_IPS"],
        exit_on_zero=facts.typed["EXIT_ON_ZERO_ACTIVE_CONNECTIONS"],
        metadata_discovery=discovery,
    )
    flush, eviction = stats.intervals(source)
    return {
        "metadata_discovery": discovery,
        "flush_interval": flush,
        "eviction_interval": eviction,
        "stats_tags": stats.tags(source),
        "histogram_buckets": stats.histogram_buckets(source),
        "stats_patterns": stats.patterns(source),
    }
