"""Native sidecars: the switch, the nodes and the annotation (docs/istio/injection.md § 7.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from meshc.catalog import Release
from meshc.gotext.parsing import parse_bool
from meshc.injection.containers import named
from meshc.injection.edits import Layer, Map
from meshc.istio_names import PROXY
from meshc.models.annotation_names import SIDECAR_NATIVE_SIDECAR
from meshc.yamlio import Json

SWITCH = "ENABLE_NATIVE_SIDECARS"
LAYER = Layer("native sidecar", f"{__name__}.move_existing_proxy")
_FIRST_MINOR = 33
_VERSION = re.compile(r"v?[0-9]+\.([0-9]+)(\.[0-9]+)?([-+].*)?")


class Node(NamedTuple):
    """One node of the cluster and its kubelet's version."""

    name: str
    kubelet_version: str


def enabled(
    features: Mapping[str, str], release: Release, *, nodes: Sequence[Node] | None = None, node_name: str = ""
) -> bool:
    """The switch for one pod, before its annotation.

    `nodes` are the nodes that can be looked up, None when none can (offline without a cluster); `node_name` is the
    pod's `spec.nodeName`.
    """
    if not release.has("injection.native_sidecars"):
        return False
    auto = release.has("injection.native_sidecars_auto")
    text = features.get(SWITCH) or ("auto" if auto else "false")
    if not auto:
        return parse_bool(text) is True
    if text == "auto":
        return nodes is not None and _all_new(nodes, node_name)
    return text == "true"


def switch_warning(features: Mapping[str, str], release: Release) -> str | None:
    """What to tell about a switch with a text that means nothing."""
    text = features.get(SWITCH) or "auto"
    if not release.has("injection.native_sidecars_auto") or text in ("true", "false", "auto"):
        return None
    return f"{SWITCH}={text} is not true, false or auto: treated as false"


def wanted(annotations: Mapping[str, str], switch: bool, release: Release) -> bool:
    """The switch with the pod's annotation over it, as the merge sees it."""
    if release.has("injection.native_sidecar_annotation"):
        return {"true": True, "false": False}.get(annotations.get(SIDECAR_NATIVE_SIDECAR, ""), switch)
    return switch


def move_existing_proxy(pod: Map, template_spec: Json) -> None:
    """Move a proxy the pod has among its containers to the init containers, where the template now puts it."""
    spec = pod["spec"]
    if PROXY not in named(template_spec.get("initContainers")) or PROXY not in named(spec.get("containers")):
        return
    containers = pod.open("spec").open_list("containers")
    proxy = containers.pop(named(containers).index(PROXY))
    pod.open("spec").open_list("initContainers").place(proxy, layer=LAYER)


def _all_new(nodes: Sequence[Node], node_name: str) -> bool:
    own = [node for node in nodes if node_name and node.name == node_name]
    return all(_is_new(node.kubelet_version) for node in own or nodes)


def _is_new(version: str) -> bool:
    match = _VERSION.fullmatch(version)
    return match is not None and int(match[1]) >= _FIRST_MINOR
