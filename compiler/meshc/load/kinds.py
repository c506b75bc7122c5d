"""Tells documents apart: Kubernetes objects, Lists, context for compiling, anything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from meshc.yamlio import Document, Json

CONTEXT = frozenset({"Namespace", "ProxyConfig", "GatewayClass", "ListenerSet", "XListenerSet", "ConfigMap", "Node"})


def is_kubernetes(value: Json) -> bool:
    """Whether a value is a Kubernetes object: a map with `apiVersion` and `kind`."""
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in ("apiVersion", "kind"))


def opened(value: Json) -> Iterator[Json]:
    """The objects of a List (also `PodList` and the like), or the value itself."""
    if isinstance(value, dict) and str(value.get("kind", "")).endswith("List") and isinstance(value.get("items"), list):
        for item in value["items"]:
            yield from opened(item)
    else:
        yield value


def objects(document: Document) -> Iterator[Document]:
    """The objects of a List as documents that know their place in it, or the document itself."""
    value = document.value
    if isinstance(value, dict) and str(value.get("kind", "")).endswith("List") and isinstance(value.get("items"), list):
        for n, item in enumerate(value["items"]):
            yield from objects(replace(document, value=item, at=(*document.at, "items", n)))
    else:
        yield document


def context(documents: Iterable[Document]) -> list[Json]:
    """The objects among documents that compiling looks at: Namespaces, ProxyConfigs, ConfigMaps, Nodes, Gateway classes and listeners."""
    return [
        item
        for document in documents
        for item in opened(document.value)
        if isinstance(item, dict) and item.get("kind") in CONTEXT
    ]
