"""A node prepared once for both bootstraps: metadata, locality, service cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.bootstraps.node import metadata_keys, node_labels, node_metadata
from meshc.bootstraps.node.node_metadata import Metadata
from meshc.models import proxy
from meshc.yamlio import Json


@dataclass(frozen=True)
class NodeFacts:
    """Everything both bootstraps need about one node; they are built from it without reading anything more.

    `shown` is the typed metadata as the gRPC bootstrap has it, `complete` the metadata as Envoy gets it, raw keys
    included.
    """

    agent: Agent
    metadata: Metadata
    shown: Mapping[str, Json]
    complete: Mapping[str, Json]
    locality: Mapping[str, str]
    cluster: str


def prepare(agent: Agent) -> NodeFacts:
    """Compute metadata, locality and cluster name of one agent (docs/istio/bootstrap.md § 2.3); raises InputError."""
    release = agent.release
    metadata = node_metadata.build(agent, proxy.write(agent.config, release))
    shown = metadata_keys.shown(metadata.typed, release.fact("bootstrap.metadata_keys"))
    identity = node_labels.Identity(
        metadata.labels, metadata.workload_name, metadata.namespace, release.fact("bootstrap.cluster_name_labels")
    )
    return NodeFacts(
        agent=agent,
        metadata=metadata,
        shown=shown,
        complete=metadata_keys.with_raw(shown, metadata.raw),
        locality=node_labels.shown_locality(metadata.locality),
        cluster=node_labels.node_cluster(agent.config, identity),
    )
