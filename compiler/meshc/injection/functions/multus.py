"""The Multus annotation `k8s.v1.cni.cncf.io/networks`: a comma list or a JSON list."""

from __future__ import annotations

from typing import Any

from meshc import yamlio
from meshc.errors import InputError

Json = Any

NETWORKS = "k8s.v1.cni.cncf.io/networks"


def append_multus_network(existing: str, network: str, *, namespaced: bool) -> str:
    """Add a network to the annotation's text unless it is in it (docs/istio/sidecar-template.md § 10.6).

    `namespaced`: in a JSON list `namespace/name` is two fields (since 1.23.6, 1.24.4, 1.25.1), not one name.
    The insertion is textual: whatever else stands in the text is kept.
    """
    if not existing:
        return network
    if "]" in existing:
        return _append_json(existing, network, namespaced=namespaced)
    if network in (item.strip() for item in existing.split(",")):
        return existing
    return f"{existing}, {network}"


def _append_json(existing: str, network: str, *, namespaced: bool) -> str:
    try:
        listed = yamlio.load_json(existing)
    except InputError:
        return existing
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        return existing
    parts = network.split("/")
    namespace, name = (parts[0], parts[1]) if namespaced and len(parts) > 1 else ("", network)
    if any(_is(item, name, namespace=namespace if namespaced else None) for item in listed):
        return existing
    entry = f'{{"name": "{name}", "namespace": "{namespace}"}}' if namespace else f'{{"name": "{name}"}}'
    head, _, tail = existing.rpartition("]")
    return f"{head}, {entry}]{tail}"


def _is(item: dict[str, Json], name: str, *, namespace: str | None) -> bool:
    return item.get("name") == name and (namespace is None or (item.get("namespace") or "") == namespace)
