"""Builds the gRPC bootstrap, `grpc-bootstrap.json`, byte for byte as Istio writes it."""

from __future__ import annotations

import orjson

from meshc.bootstraps.agent import container_env, kubelet
from meshc.bootstraps.known_facts import Facts
from meshc.bootstraps.node import metadata_keys
from meshc.bootstraps.node.node_facts import NodeFacts
from meshc.engine import Engine
from meshc.gotext import jsontext
from meshc.gotext.strings import clean_path
from meshc.istio_names import PLAIN_XDS_PORT
from meshc.kubernetes.pods import Pod
from meshc.settings import Settings
from meshc.yamlio import Json

SIMPLE_PATH = "var/lib/grpc/data/bootstrap.json"
_NEWLINE = "the injected ISTIO_NAMESPACE ends with a newline: the file in a cluster has a space in the host name"


def build(facts: NodeFacts) -> Json:
    """The bootstrap of one prepared node as a document (docs/istio/bootstrap.md § 3): typed metadata only, GENERATOR `grpc`."""
    agent = facts.agent
    metadata = metadata_keys.sorted_tree({**facts.shown, "GENERATOR": "grpc"})
    context = {
        "server_uri": "unix:///" + clean_path(f"{agent.config.config_path}/XDS"),
        "node_id": agent.node_id,
        "metadata": metadata,
        "locality": dict(facts.locality),
        "certificates": _certificates(agent.env.get("OUTPUT_CERTS", "")),
    }
    return Engine.of(None).template("grpc-bootstrap").render(context)


def is_simple(pod: Pod) -> bool:
    """Whether the pod was injected with template `grpc-simple`: no agent, an init container writes the bootstrap."""
    return pod.grpc_writer is not None and pod.proxy is None


def simple(pod: Pod, settings: Settings, facts: Facts) -> tuple[Json, tuple[str, ...]]:
    """The bootstrap the init container of template `grpc-simple` is meant to write, and warnings (docs/istio/bootstrap.md § 3)."""
    env = container_env.resolve(pod.grpc_writer or {}, kubelet.of(pod, settings, facts), {})
    env.update(facts.env)
    name = f"{env.get('POD_NAME', '')}.{env.get('POD_NAMESPACE', '')}"
    node_id = facts.node_id or f"sidecar~{env.get('INSTANCE_IP', '')}~{name}~cluster.local"
    namespace = env.get("ISTIO_NAMESPACE", "")
    uri = f"dns:///istiod.{namespace.strip()}.svc:{PLAIN_XDS_PORT}"
    built = Engine.of(None).template("grpc-bootstrap-simple").render({"server_uri": uri, "node_id": node_id})
    return built, (_NEWLINE,) if namespace != namespace.strip() else ()


def dump(bootstrap: Json) -> bytes:
    """The file's bytes: two spaces, HTML characters escaped as Go does, no newline at the end (docs/istio/bootstrap.md § 4)."""
    return jsontext.escaped(orjson.dumps(bootstrap, option=orjson.OPT_INDENT_2).decode()).encode()


def _certificates(directory: str) -> dict[str, str] | None:
    if not directory:
        return None
    files = {"chain": "cert-chain.pem", "key": "key.pem", "root": "root-cert.pem"}
    return {name: clean_path(f"{directory}/{file}") for name, file in files.items()}
