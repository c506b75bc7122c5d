"""A node worked out once: metadata, identity and locality, for both bootstraps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.bootstraps.node import cluster_name, locality, node_metadata
from meshc.models import node, proxy
from meshc.models.proxy_config import ProxyConfig

Json = Any


@dataclass(frozen=True)
class NodeFacts:
    """Everything both generators need about one node, prepared; documents are built from it without more reading.

    `typed` are decoded values by key, `raw` those of the environment, `shown` the typed ones as the gRPC bootstrap has
    them, `metadata` the whole as Envoy gets it.
    """

    agent: Agent
    typed: Mapping[str, Json]
    raw: Mapping[str, Json]
    shown: Mapping[str, Json]
    metadata: Mapping[str, Json]
    locality: Mapping[str, str]
    cluster: str

    @property
    def annotations(self) -> Mapping[str, str]:
        """The pod annotations as the metadata has them."""
        found: Mapping[str, str] = self.typed.get("ANNOTATIONS", {})
        return found


def prepare(agent: Agent) -> NodeFacts:
    """Work out metadata, locality and cluster name of one agent (docs/istio/bootstrap.md § 2.3); raises InputError."""
    release = agent.release
    built = node_metadata.build(agent, proxy.write(ProxyConfig(agent.config), release))
    shown = node.shown(built.typed, release.fact("bootstrap.metadata_keys"))
    identity = cluster_name.Identity(
        built.typed.get("LABELS", {}),
        built.typed.get("WORKLOAD_NAME", ""),
        built.typed.get("NAMESPACE", ""),
        release.fact("bootstrap.cluster_name_labels"),
    )
    return NodeFacts(
        agent=agent,
        typed=built.typed,
        raw=built.raw,
        shown=shown,
        metadata=node.with_raw(shown, built.raw),
        locality=locality.shown(built.locality),
        cluster=cluster_name.node_cluster(agent.config, identity),
    )
