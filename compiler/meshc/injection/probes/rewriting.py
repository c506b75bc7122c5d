"""Probes and lifecycle handlers redirected to the agent (docs/istio/injection.md § 10.3)."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.catalog import Release
from meshc.gotext.parsing import parse_bool, parse_int
from meshc.injection.containers import find_proxy, open_proxy, positions
from meshc.injection.edits import Map
from meshc.injection.probes.app_probers import LAYER, Check, Checks, add, checks_in, dump
from meshc.models.annotation_names import SIDECAR_REWRITE_APP_HTTP_PROBERS, SIDECAR_STATUS, SIDECAR_STATUS_PORT


def take_over(pod: Map, looked_at: Checks, release: Release, *, mesh_port: int, rewrite_by_default: bool) -> list[str]:
    """Hand the application's probes to the agent, where a proxy is; returns warnings.

    `mesh_port` is the mesh's own `statusPort`, `rewrite_by_default` the value
    `sidecarInjectorWebhook.rewriteAppHTTPProbe`.
    """
    spec, annotations = pod["spec"], (pod.get("metadata") or {}).get("annotations") or {}
    if find_proxy(spec, release) is None or not wanted(annotations, rewrite_by_default):
        return []
    probers = dump(spec, mesh_port, looked_at)
    if probers:
        proxy = open_proxy(pod.open("spec"), release)
        if proxy is not None:
            add(proxy, probers, release, injected_before=SIDECAR_STATUS in annotations)
    return rewrite(pod, looked_at, mesh_port=mesh_port)


def wanted(annotations: Mapping[str, str], by_default: bool) -> bool:
    """Whether probes are rewritten: the annotation if it is a boolean, else the value."""
    said = parse_bool(annotations.get(SIDECAR_REWRITE_APP_HTTP_PROBERS, ""))
    return by_default if said is None else said


def rewrite(pod: Map, looked_at: Checks, *, mesh_port: int) -> list[str]:
    """Point every probe the agent can take over at the agent; returns warnings."""
    annotations = (pod.get("metadata") or {}).get("annotations") or {}
    port, warnings = _status_port(annotations, mesh_port)
    for field in looked_at.fields:
        for index, container in positions(pod["spec"].get(field)):
            checks = list(checks_in(container, looked_at))
            if checks:
                opened = pod.open("spec").open_list(field).open(index)
                for check in checks:
                    _redirect(opened.open(*check.keys), check, port)
    return warnings


def _status_port(annotations: Mapping[str, str], mesh_port: int) -> tuple[int, list[str]]:
    text = annotations.get(SIDECAR_STATUS_PORT)
    if text is None:
        return mesh_port, []
    port = parse_int(text)
    if port is None:
        return 0, [f"annotation {SIDECAR_STATUS_PORT} {text!r} is not a plain number: probes are sent to port 0"]
    return port, []


def _redirect(handler: Map, check: Check, port: int) -> None:
    if check.kind == "httpGet":
        action = handler.open("httpGet")
        action.put("port", port, layer=LAYER)
        action.put("path", check.path, layer=LAYER)
        if action.get("scheme") == "HTTPS":
            action.put("scheme", "HTTP", layer=LAYER)
    else:
        handler.discard(check.kind, layer=LAYER)
        handler.put("httpGet", {"path": check.path, "port": port}, layer=LAYER)
