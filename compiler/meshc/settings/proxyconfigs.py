"""`--proxy-config` files: ProxyConfig resources and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from meshc import load
from meshc.yamlio import Document, Json


def read(documents: Iterable[Document]) -> tuple[Json, ...]:
    """The ProxyConfig resources of documents, Lists opened; raises InputError for anything else."""
    return tuple(_checked(document, item) for document in documents for item in load.opened(document.value))


def _checked(document: Document, item: Json) -> Json:
    value = item if isinstance(item, dict) else {}
    if value.get("kind") != "ProxyConfig":
        hint = "the mesh's defaultConfig is set with --mesh-config"
        raise document.error("not a ProxyConfig resource", path=("kind",), value=value.get("kind"), hint=hint)
    version = value.get("apiVersion")
    if not isinstance(version, str) or not version.startswith("networking.istio.io/"):
        hint = "write networking.istio.io/v1beta1"
        raise document.error("unknown API version of ProxyConfig", path=("apiVersion",), value=version, hint=hint)
    return item
