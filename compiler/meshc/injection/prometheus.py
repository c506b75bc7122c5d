"""Scraping through the agent: the pod's own scrape annotations move into the proxy (docs/istio/injection.md § 10.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from meshc.catalog import Release
from meshc.gotext import jsontext
from meshc.gotext.parsing import parse_bool
from meshc.injection.containers import append_env, open_proxy
from meshc.injection.edits import Map
from meshc.yamlio import Json

LAYER = "metrics merging"
MERGE_ANNOTATION = "prometheus.istio.io/merge-metrics"
VARIABLE = "ISTIO_PROMETHEUS_ANNOTATIONS"
PATH = "/stats/prometheus"
_OTHER = re.compile(r"[^A-Za-z0-9_]")
_KINDS = {"prometheus_io_scrape": "scrape", "prometheus_io_path": "path", "prometheus_io_port": "port"}


def merge(pod: Map, mesh: Json, release: Release) -> None:
    """Point the scrape annotations at the agent, and tell the proxy what they were."""
    annotations = (pod.get("metadata") or {}).get("annotations") or {}
    found = spellings(annotations)
    target = str((mesh.get("defaultConfig") or {}).get("statusPort") or 0)
    if _says_no(annotations, found) or not enabled(annotations, mesh):
        return
    if any(annotations[key] == target for key, kind in found.items() if kind == "port"):
        return
    before = {kind: _first(annotations, found, kind) for kind in ("scrape", "path", "port")} if found else {}
    if any(before.values()):
        proxy = open_proxy(pod.open("spec"), release)
        if proxy is not None:
            append_env(proxy, VARIABLE, jsontext.write(before), layer=LAYER)
    _point_at_agent(pod.open("metadata", "annotations"), list(found), target)


def enabled(annotations: Mapping[str, str], mesh: Json) -> bool:
    """Whether metrics are merged: the annotation, else `enablePrometheusMerge` of the mesh, else yes."""
    said = parse_bool(annotations.get(MERGE_ANNOTATION, ""))
    if said is not None:
        return said
    setting = mesh.get("enablePrometheusMerge")
    return setting is None or bool(setting)


def spellings(annotations: Mapping[str, str]) -> dict[str, str]:
    """The scrape annotations of a pod, however spelt: key → `scrape`, `path` or `port`, keys sorted."""
    kinds = ((key, _KINDS.get(_OTHER.sub("_", key))) for key in sorted(annotations) if key.startswith("prometheus"))
    return {key: kind for key, kind in kinds if kind}


def _says_no(annotations: Mapping[str, str], found: Mapping[str, str]) -> bool:
    said = (parse_bool(annotations[key]) for key, kind in found.items() if kind == "scrape")
    return next((value for value in said if value is not None), None) is False


def _first(annotations: Mapping[str, str], found: Mapping[str, str], kind: str) -> str:
    return next((annotations[key] for key, k in found.items() if k == kind), "")


def _point_at_agent(annotations: Map, old: list[str], target: str) -> None:
    new = {"prometheus.io/port": target, "prometheus.io/path": PATH, "prometheus.io/scrape": "true"}
    for key in old:
        if key not in new:
            annotations.discard(key, layer=LAYER)
    for key, value in new.items():
        annotations.put(key, value, layer=LAYER)
