"""Builds the gRPC bootstrap, `grpc-bootstrap.json`, byte for byte as Istio writes it."""

from __future__ import annotations

from typing import Any

import orjson

from meshc.bootstraps import document
from meshc.bootstraps.node.node_facts import NodeFacts
from meshc.gotext import jsontext
from meshc.gotext.strings import clean_path
from meshc.models import node

Json = Any


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
    return jsontext.escaped(orjson.dumps(bootstrap, option=orjson.OPT_INDENT_2).decode()).encode()


def _certificates(folder: str) -> dict[str, str] | None:
    if not folder:
        return None
    files = {"chain": "cert-chain.pem", "key": "key.pem", "root": "root-cert.pem"}
    return {name: clean_path(f"{folder}/{file}") for name, file in files.items()}
