"""Proxyless pods of template `grpc-simple`: no agent, an init container writes the gRPC bootstrap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.bootstraps import grpc_bootstrap
from meshc.bootstraps.agent import container_env, kubelet
from meshc.bootstraps.agent.proxy_pod import GRPC_WRITER, PROXY, Pod
from meshc.bootstraps.files import Bootstraps
from meshc.settings import Settings

Json = Any
PATH = "var/lib/grpc/data/bootstrap.json"
_NOTE = "the injected ISTIO_NAMESPACE ends with a newline: the file a cluster gets has a blank in the host name"


def is_simple(pod: Pod) -> bool:
    """Whether the pod has the writing init container and no proxy."""
    containers = [*(pod.spec.get("containers") or []), *(pod.spec.get("initContainers") or [])]
    return _writer(pod) is not None and not any(c.get("name") == PROXY for c in containers)


def compiled(pod: Pod, settings: Settings, facts: Mapping[str, Json]) -> Bootstraps:
    """The bootstrap as it is meant (docs/istio/bootstrap.md § 3); there is no Envoy."""
    env = container_env.resolve(_writer(pod) or {}, kubelet.of(pod, settings, facts), {})
    env.update(facts.get("env", {}))
    name = f"{env.get('POD_NAME', '')}.{env.get('POD_NAMESPACE', '')}"
    node_id = facts.get("node_id") or f"sidecar~{env.get('INSTANCE_IP', '')}~{name}~cluster.local"
    namespace = env.get("ISTIO_NAMESPACE", "")
    document = grpc_bootstrap.simple(namespace.strip(), node_id)
    warnings = (_NOTE,) if namespace != namespace.strip() else ()
    return Bootstraps(grpc=grpc_bootstrap.dump(document), grpc_document=document, grpc_path=PATH, warnings=warnings)


def _writer(pod: Pod) -> Mapping[str, Json] | None:
    return next((c for c in pod.spec.get("initContainers") or [] if c.get("name") == GRPC_WRITER), None)
