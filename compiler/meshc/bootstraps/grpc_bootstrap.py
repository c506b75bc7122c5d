"""Builds the gRPC bootstrap, `grpc-bootstrap.json`, byte for byte as Istio writes it."""

from __future__ import annotations

from typing import Any

import orjson

from meshc.bootstraps import document
from meshc.bootstraps.node.node_facts import NodeFacts
from meshc.models import node
from meshc.models.goscalars import clean_path

Json = Any
_ESCAPES = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)


def build(facts: NodeFacts) -> Json:
    """The bootstrap of one prepared node as a document (docs/istio/bootstrap.md § 3): typed metadata only, GENERATOR `grpc`."""
    agent = facts.agent
    metadata = node.sorted_tree({**facts.shown, "GENERATOR": "grpc"})
    context = {
        "server_uri": "unix:///" + clean_path(f"{agent.config.get('configPath', '')}/XDS"),
        "node_id": agent.node_id,
        "metadata": metadata,
        "locality": dict(facts.locality),
        "certificates": _certificates(agent.env.get("OUTPUT_CERTS", "")),
    }
    return document.render("grpc-bootstrap", context)


def simple(istio_namespace: str, node_id: str) -> Json:
    """The bootstrap the init container of template `grpc-simple` writes, as it is meant."""
    uri = f"dns:///istiod.{istio_namespace}.svc:15010"
    return document.render("grpc-bootstrap-simple", {"server_uri": uri, "node_id": node_id})


def dump(bootstrap: Json) -> bytes:
    """The file's bytes: two spaces, HTML characters escaped as Go does, no newline at the end (§ 4)."""
    text = orjson.dumps(bootstrap, option=orjson.OPT_INDENT_2)
    for plain, escaped in _ESCAPES:
        text = text.replace(plain, escaped)
    return text


def _certificates(folder: str) -> dict[str, str] | None:
    if not folder:
        return None
    files = {"chain": "cert-chain.pem", "key": "key.pem", "root": "root-cert.pem"}
    return {name: clean_path(f"{folder}/{file}") for name, file in files.items()}
