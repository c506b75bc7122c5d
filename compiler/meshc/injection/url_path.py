"""Environment variables carried by the webhook's URL path (docs/istio/injection.md § 12.3)."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote

CLUSTER = "ISTIO_META_CLUSTER_ID"
NETWORK = "ISTIO_META_NETWORK"
_PREFIX = "/inject/"
_DEPRECATED = ":ENV:"
_SLASH = "--slash--"
_KNOWN = {"cluster": CLUSTER, "net": NETWORK}


class PathEnvironment(NamedTuple):
    """The variables by name, and the parts that were skipped."""

    variables: dict[str, str]
    warnings: tuple[str, ...]


def environment(path: str) -> PathEnvironment:
    """Read `/inject/<key>/<value>…` (percent-encoded as in the request) into environment variables."""
    text = unquote(path).removesuffix("/")
    if not text.startswith(_PREFIX):
        return PathEnvironment({}, ())
    rest = text[len(_PREFIX) :]
    return _deprecated(rest) if rest.startswith(_DEPRECATED) else _pairs(rest)


def _pairs(rest: str) -> PathEnvironment:
    parts = rest.split("/")
    warnings = (f"odd number of inject environment entries: {parts[-1]!r} has no value",) if len(parts) % 2 else ()
    pairs = zip(parts[0::2], parts[1::2], strict=False)
    return PathEnvironment({_name(k): v.replace(_SLASH, "/") for k, v in pairs if k}, warnings)


def _deprecated(rest: str) -> PathEnvironment:
    variables = {}
    for piece in rest.split(_DEPRECATED):
        key, equals, value = piece.partition("=")
        if key and equals:
            variables[_name(key)] = value
    return PathEnvironment(variables, ())


def _name(key: str) -> str:
    return _KNOWN.get(key) or key.upper()
