"""Builds the Envoy bootstrap, `envoy-rev.json`."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from meshc.bootstraps.envoy import (
    envoy_options,
    service_clusters,
    socket_addresses,
    static_listeners,
    stats_config,
    tracers,
)
from meshc.bootstraps.envoy.address_family import family
from meshc.bootstraps.envoy.service_clusters import METRICS_SERVICE
from meshc.bootstraps.node.node_facts import NodeFacts
from meshc.catalog import Release
from meshc.engine import Engine, Own
from meshc.yamlio import Json


def build(facts: NodeFacts) -> Json:
    """The bootstrap of one prepared node as a document, keys in Istio's order (docs/istio/bootstrap.md § 2)."""
    return render(view(facts), facts.agent.release)


def render(values: Mapping[str, object], release: Release) -> Json:
    """Fill the template with a prepared view; the document shares its larger parts with the view."""
    return Engine.of(release).template("envoy-bootstrap").render(values)


def dump(bootstrap: Json) -> bytes:
    """The file as bytes: strict JSON, two spaces, one newline at the end (docs/istio/bootstrap.md § 4)."""
    return orjson.dumps(bootstrap, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def view(facts: NodeFacts) -> dict[str, object]:
    """The values the template needs, in the order of the template's sections."""
    agent, metadata = facts.agent, facts.metadata
    config = agent.config
    socket_addresses.check_discovery(config.discovery_address)
    tracer = tracers.tracer(agent, cluster=facts.cluster)
    services = service_clusters.services(agent, tracer=tracer, metadata=metadata)
    chosen = family(agent)
    statsd = config.statsd_udp_address
    return {
        "node_id": agent.node_id,
        "cluster": facts.cluster,
        "locality": Own(dict(facts.locality)),
        "metadata": Own(facts.complete),
        "log_format": Own(envoy_options.log_format(agent)),
        "static_layer": Own(envoy_options.static_layer(agent)),
        "localhost": chosen.localhost,
        "dns_lookup_family": chosen.lookup,
        "admin_port": config.proxy_admin_port,
        "agent_port": config.status_port,
        "api_type": envoy_options.api_type(agent),
        "workload_socket": envoy_options.workload_socket(agent, metadata),
        "files_socket": envoy_options.files_socket(agent, metadata),
        "xds_socket": f"{config.config_path}/XDS",
        "services": services,
        "connection_limit": envoy_options.connection_limit(agent),
        "tracer_kind": tracer.kind if tracer else "",
        "tracer": tracer.values if tracer else {},
        "metrics_service": any(service.name == METRICS_SERVICE for service in services),
        "statsd": socket_addresses.socket_address(statsd, agent.env, "statsdUdpAddress") if statsd else None,
        "cluster_manager": envoy_options.cluster_manager(agent, metadata),
        "self_discovery": envoy_options.self_discovery(metadata),
        "deferred_stats": envoy_options.deferred_stats(agent),
        **static_listeners.listeners(agent, chosen, metadata),
        **_statistics(facts),
    }


def _statistics(facts: NodeFacts) -> dict[str, object]:
    discovery = envoy_options.metadata_discovery(facts.agent, facts.metadata)
    source = stats_config.Source(
        facts.agent,
        annotations=facts.metadata.annotations,
        addresses=facts.metadata.instance_ips,
        exit_on_zero=facts.metadata.flag("EXIT_ON_ZERO_ACTIVE_CONNECTIONS"),
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
