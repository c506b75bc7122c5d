"""Scraping through the agent: the pod's own scrape annotations move into the proxy (docs/istio/injection.md § 10.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from meshc.catalog import Release
from meshc.gotext import jsontext
from meshc.gotext.parsing import parse_bool
from meshc.injection import scrape_targets
from meshc.injection.containers import append_env, find_proxy, open_proxy
from meshc.injection.edits import Layer, Map
from meshc.models.annotation_names import PROMETHEUS_MERGE_METRICS
from meshc.models.mesh_config import MeshConfig
from meshc.yamlio import Json

LAYER = Layer("metrics merging", f"{__name__}.merge")
VARIABLE = "ISTIO_PROMETHEUS_ANNOTATIONS"
TARGETS = "prometheus.istio.io/scrape-targets"
SECURE_PORT = "prometheus.istio.io/secure-port"
PATH = "/stats/prometheus"
_OTHER = re.compile(r"[^A-Za-z0-9_]")
_KINDS = {
    "prometheus_io_scrape": "scrape",
    "prometheus_io_path": "path",
    "prometheus_io_port": "port",
    "prometheus_istio_io_scrape_targets": "targets",
}


def merge(pod: Map, mesh: MeshConfig, release: Release) -> list[str]:
    """Point the scrape annotations at the agent, and tell the proxy what they were; returns warnings.

    Raises InjectionError for ports that must not be scraped (since 1.31).
    """
    annotations = (pod.get("metadata") or {}).get("annotations") or {}
    found = spellings(annotations, release)
    target = str(mesh.default_config.status_port)
    if _says_no(annotations, found) or not enabled(annotations, mesh):
        return []
    if any(annotations[key] == target for key, kind in found.items() if kind == "port"):
        return []
    before, warnings = configuration(annotations, found)
    if release.has("injection.scrape_ports_checked"):
        _check(before, found, scrape_targets.ports(target, pod["spec"], release))
    if any(before.values()):
        proxy = open_proxy(pod.open("spec"), release)
        if proxy is not None:
            append_env(proxy, VARIABLE, jsontext.write(_recorded(before)), layer=LAYER)
    _point_at_agent(pod.open("metadata", "annotations"), list(found), target)
    return warnings


def configuration(annotations: Mapping[str, str], found: Mapping[str, str]) -> tuple[dict[str, Json], list[str]]:
    """What the annotations say, `found` telling which: scrape, path, port and, where it is given, targets; warnings."""
    before: dict[str, Json] = {kind: _first(annotations, found, kind) for kind in ("scrape", "path", "port")}
    key = _key(found, "targets")
    if key is None:
        return before, []
    try:
        before["targets"] = scrape_targets.parse(annotations[key])
    except ValueError as error:
        return before, [f"failed to parse {key} annotation: {error}"]
    return before, []


def set_secure_port(pod: Map, release: Release) -> None:
    """Announce the proxy's mutual-TLS metrics port, unless the pod does (docs/istio/changes-1.31.md § 2, since 1.31)."""
    annotations = (pod.get("metadata") or {}).get("annotations") or {}
    if any(_OTHER.sub("_", key) == "prometheus_istio_io_secure_port" for key in annotations):
        return
    port = secure_port(pod["spec"], release)
    if port is not None:
        pod.open("metadata", "annotations").put(SECURE_PORT, port, layer=LAYER)


def secure_port(spec: Json, release: Release) -> str | None:
    """The port on which the proxy of a pod serves merged metrics over mutual TLS, as written; None without one."""
    variables = (find_proxy(spec, release) or {}).get("env") or ()
    ports = (e.get("value") for e in variables if e.get("name") == "ENVOY_SECURE_MERGED_METRICS_PORT")
    return next((port for port in ports if port and port != "0"), None)


def enabled(annotations: Mapping[str, str], mesh: MeshConfig) -> bool:
    """Whether metrics are merged: the annotation, else `enablePrometheusMerge` of the mesh, else yes."""
    said = parse_bool(annotations.get(PROMETHEUS_MERGE_METRICS, ""))
    if said is not None:
        return said
    setting = mesh.enable_prometheus_merge
    return setting is None or setting


def spellings(annotations: Mapping[str, str], release: Release) -> dict[str, str]:
    """The scrape annotations of a pod, however spelt: key → `scrape`, `path`, `port` or `targets`, keys sorted."""
    kinds = ((key, _KINDS.get(_OTHER.sub("_", key))) for key in sorted(annotations) if key.startswith("prometheus"))
    targets = release.has("injection.scrape_targets")
    return {key: kind for key, kind in kinds if kind and (targets or kind != "targets")}


def _says_no(annotations: Mapping[str, str], found: Mapping[str, str]) -> bool:
    said = (parse_bool(annotations[key]) for key, kind in found.items() if kind == "scrape")
    return next((value for value in said if value is not None), None) is False


def _first(annotations: Mapping[str, str], found: Mapping[str, str], kind: str) -> str:
    key = _key(found, kind)
    return "" if key is None else annotations[key]


def _key(found: Mapping[str, str], kind: str) -> str | None:
    return next((key for key, k in found.items() if k == kind), None)


def _check(before: Mapping[str, Json], found: Mapping[str, str], allowed: scrape_targets.ScrapePorts) -> None:
    targets = [target.port for target in before.get("targets") or ()]
    if targets:
        allowed.check(targets, _key(found, "targets") or "", of_targets=True)
    elif before["port"]:
        allowed.check([before["port"]], _key(found, "port") or "", of_targets=False)


def _recorded(before: Mapping[str, Json]) -> dict[str, Json]:
    """The agent's record: with targets, port and path are those of the first one."""
    targets = [{"port": target.port, "path": target.path} for target in before.get("targets") or ()]
    if not targets:
        return {kind: before[kind] for kind in ("scrape", "path", "port")}
    return {"scrape": before["scrape"], "path": targets[0]["path"], "port": targets[0]["port"], "targets": targets}


def _point_at_agent(annotations: Map, old: list[str], target: str) -> None:
    new = {"prometheus.io/port": target, "prometheus.io/path": PATH, "prometheus.io/scrape": "true"}
    for key in old:
        if key not in new:
            annotations.discard(key, layer=LAYER)
    for key, value in new.items():
        annotations.put(key, value, layer=LAYER)
