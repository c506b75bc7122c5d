"""Cluster environment, network label, status record and extra annotations (docs/istio/injection.md §§ 10.1, 10.4)."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.catalog import Release
from meshc.errors import InputError
from meshc.gotext import jsontext
from meshc.injection.containers import append_env, named, open_proxy
from meshc.injection.edits import Layer, Map
from meshc.injection.url_path import NETWORK
from meshc.models.annotation_names import SIDECAR_STATUS
from meshc.models.label_names import TOPOLOGY_NETWORK
from meshc.yamlio import Json, load_json

_ENVIRONMENT = Layer("cluster environment", f"{__name__}.set_cluster_environment")
_NETWORK = Layer("network label", f"{__name__}.set_network_label")
_STATUS = Layer("injection status", f"{__name__}.set_status")
_ANNOTATIONS = Layer("injectedAnnotations", f"{__name__}.set_injected_annotations")
_RECORDED = ("initContainers", "containers", "volumes", "imagePullSecrets")


def set_cluster_environment(pod: Map, environment: Mapping[str, str], release: Release) -> None:
    """Put the environment of URL, cluster and network at the end of the proxy's variables, over equal names."""
    if not environment:
        return
    proxy = open_proxy(pod.open("spec"), release)
    if proxy is not None:
        update_environment(proxy, environment)


def update_environment(container: Map, environment: Mapping[str, str]) -> None:
    """Replace a container's variables of these names by new ones at the end, sorted."""
    variables = container.open_list("env")
    variables[:] = [env for env in variables if env.get("name") not in environment]
    for name in sorted(environment):
        append_env(container, name, environment[name], layer=_ENVIRONMENT)


def set_network_label(pod: Map, environment: Mapping[str, str]) -> None:
    """Label the pod with its network when that is known."""
    if NETWORK in environment:
        pod.open("metadata", "labels").put(TOPOLOGY_NETWORK, environment[NETWORK], layer=_NETWORK)


def set_status(pod: Map, template_spec: Json, revision: str) -> None:
    """Record what the templates brought: names in template order, and the revision."""
    record: dict[str, Json] = {field: named(template_spec.get(field)) or None for field in _RECORDED}
    record["revision"] = revision or "default"
    pod.open("metadata", "annotations").put(SIDECAR_STATUS, jsontext.write(record), layer=_STATUS)


def set_injected_annotations(pod: Map, annotations: Mapping[str, str]) -> None:
    """Set the injector configuration's own annotations, over whatever is there."""
    for key, value in annotations.items():
        pod.open("metadata", "annotations").put(key, value, layer=_ANNOTATIONS)


def read_status(text: str | None) -> dict[str, list[str]] | None:
    """The lists of a status annotation by name, empty ones included; None when there is none or it does not read."""
    if text is None:
        return None
    try:
        record = load_json(text)
    except InputError:
        return None
    if not isinstance(record, dict):
        return None
    lists = {field: record.get(field) or [] for field in _RECORDED}
    good = all(isinstance(v, list) and all(isinstance(name, str) for name in v) for v in lists.values())
    return lists if good else None
