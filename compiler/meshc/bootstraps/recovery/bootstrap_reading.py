"""Reads bootstraps of running proxies: Istio's own files, config dumps; not all of them are strict JSON."""

from __future__ import annotations

import re

import orjson

from meshc.errors import InputError
from meshc.trees import get
from meshc.yamlio import Json

# A string literal, or a comma with nothing but a closing bracket after it.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])', re.S)
_QUOTE = re.compile(r"\\(['\\])")


def load(data: str | bytes, *, file: str | None = None) -> Json:
    """Read a bootstrap; trailing commas and `\\'` are accepted (docs/istio/bootstrap.md § 4).  Raises InputError."""
    try:
        return orjson.loads(data)
    except ValueError:
        pass
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        return orjson.loads(_TOKEN.sub(_mended, text))
    except ValueError as error:
        hint = "give an envoy-rev.json, a grpc-bootstrap.json, or what Envoy's /config_dump answers"
        raise InputError(f"not a bootstrap file: {error}", file=file, hint=hint) from error


def bootstrap_of(document: Json, *, file: str | None = None) -> Json:
    """The bootstrap in a document: itself, or the one inside a config dump.  Raises InputError."""
    if isinstance(document, dict):
        if isinstance(document.get("node"), dict):
            return document
        for config in objects(document.get("configs")):
            if isinstance(get(config, "bootstrap.node"), dict):
                return config["bootstrap"]
    hint = "give an envoy-rev.json, a grpc-bootstrap.json, or what Envoy's /config_dump answers"
    raise InputError("no bootstrap in this document", file=file, path="node", hint=hint)


def objects(value: Json) -> list[dict[str, Json]]:
    """The objects in a list; empty for anything but a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def is_grpc(bootstrap: Json) -> bool:
    """Whether it is a gRPC bootstrap."""
    return "xds_servers" in bootstrap


def _mended(match: re.Match[str]) -> str:
    token = match[0]
    if token == ",":
        return ""
    return _QUOTE.sub(lambda m: "'" if m[1] == "'" else m[0], token)
