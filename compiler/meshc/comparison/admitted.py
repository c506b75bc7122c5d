"""A pod's spec as the API server hands it to webhooks: with the defaults filled in that injection takes note of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.trees import Object
from meshc.yamlio import Json

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_PROBE: Mapping[str, int] = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}


def admitted(spec: Json) -> Json:
    """A copy of a pod spec with the protocols of ports and the defaults of probes."""
    found = dict(spec)
    for field in ("containers", "initContainers"):
        if isinstance(spec.get(field), list):
            found[field] = [_container(c) if isinstance(c, dict) else c for c in spec[field]]
    return found


def _container(container: Mapping[str, Any]) -> Object:
    found = dict(container)
    ports = container.get("ports")
    if isinstance(ports, list):
        found["ports"] = [{"protocol": "TCP"} | p if isinstance(p, dict) else p for p in ports]
    for name in _PROBES:
        if isinstance(container.get(name), dict):
            found[name] = _probe(container[name])
    return found


def _probe(probe: Mapping[str, Any]) -> Object:
    found = {**_PROBE, **probe}
    if isinstance(probe.get("httpGet"), dict):
        found["httpGet"] = {"scheme": "HTTP", "path": "/", **probe["httpGet"]}
    return found
