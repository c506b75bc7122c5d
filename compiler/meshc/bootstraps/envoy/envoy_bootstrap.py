"""Builds the Envoy bootstrap, `envoy-rev.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from meshc.bootstraps.envoy import (
    envoy_options,
    runtime,
    service_clusters,
    socket_addresses,
    static_listeners,
    stats_config,
    tracers,
)
from meshc.bootstraps.envoy.address_family import family
from meshc.bootstraps.node.node_facts import NodeFacts
from meshc.catalog import Release
from meshc.engine import Engine, Own

Json = Any


def build(facts: NodeFacts) -> Json:
    """The bootstrap of one prepared node as a document, keys in Istio's order (docs/istio/bootstrap.md § 2)."""
    return render(view(facts), facts.agent.release)


def render(values: Mapping[str, Json], release: Release) -> Json:
    """Fill the template with a prepared view; the document shares its larger parts with the view."""
    return Engine.of(release).template("envoy-bootstrap").render(values)


def dump(bootstrap: Json) -> bytes:
    """The file meshc writes: strict JSON, two spaces, one newline at the end (docs/istio/bootstrap.md § 4)."""
    return orjson.dumps(bootstrap, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def view(facts: NodeFacts) -> dict[str, Json]:
    """The values the template shows."""
    agent = facts.agent
    config = agent.config
    socket_addresses.check_discovery(config.get("discoveryAddress", ""))
    tracer = tracers.tracer(agent, cluster=facts.cluster)
    texts = family(agent)
    statsd = config.get("statsdUdpAddress") or ""
    return {
        "node_id": agent.node_id,
        "cluster": facts.cluster,
        "locality": Own(dict(facts.locality)),
        "metadata": Own(facts.metadata),
        "log_format": Own(envoy_options.log_format(agent)),
        "static_layer": Own(runtime.static_layer(agent)),
        "localhost": texts.localhost,
        "dns_lookup_family": texts.lookup,
        "admin_port": config.get("proxyAdminPort", 0),
        "agent_port": config.get("statusPort", 0),
        "api_type": envoy_options.api_type(agent),
        "workload_socket": envoy_options.workload_socket(agent, facts.typed),
        "files_socket": envoy_options.files_socket(agent, facts.raw),
        "xds_socket": f"{config.get('configPath', '')}/XDS",
        "services": service_clusters.services(agent, tracer=tracer, metadata=facts.typed),
        "connection_limit": envoy_options.connection_limit(agent),
        "tracer_kind": tracer.kind if tracer else "",
        "tracer": tracer.values if tracer else {},
        "metrics_service": bool((config.get("envoyMetricsService") or {}).get("address")),
        "statsd": socket_addresses.socket_address(statsd, agent.env, "statsdUdpAddress") if statsd else None,
        "cluster_manager": envoy_options.cluster_manager(agent, facts.raw),
        "deferred_stats": envoy_options.deferred_stats(agent),
        **static_listeners.listeners(agent, texts, metadata=facts.typed, annotations=facts.annotations),
        **_statistics(facts),
    }


def _statistics(facts: NodeFacts) -> dict[str, Json]:
    discovery = envoy_options.metadata_discovery(facts.agent, facts.typed)
    source = stats_config.Source(
        facts.agent,
        annotations=facts.annotations,
        addresses=facts.typed["INSTANCE_IPS"],
        exit_on_zero=facts.typed["EXIT_ON_ZERO_ACTIVE_CONNECTIONS"],
        metadata_discovery=discovery,
    )
    flush, eviction = stats_config.intervals(source)
    return {
        "metadata_discovery": discovery,
        "flush_interval": flush,
        "eviction_interval": eviction,
        "stats_tags": Own(stats_config.tags(source)),
        "histogram_buckets": stats_config.histogram_buckets(source),
        "stats_patterns": Own(stats_config.patterns(source)),
    }
