"""Puts probes and lifecycle handlers back as the probers' record has them (docs/istio/injection.md § 10.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from meshc.injection.containers import named, positions
from meshc.injection.edits import Map
from meshc.injection.uninject.doubts import LAYER, Doubts
from meshc.injection.uninject.injection_records import FIELDS, Records
from meshc.trees import get
from meshc.yamlio import Json

_PLACES = {
    ("readinessProbe",): "/app-health/{}/readyz",
    ("livenessProbe",): "/app-health/{}/livez",
    ("startupProbe",): "/app-health/{}/startupz",
    ("lifecycle", "preStop"): "/app-lifecycle/{}/prestopz",
    ("lifecycle", "postStart"): "/app-lifecycle/{}/poststartz",
}
_KINDS = ("httpGet", "tcpSocket", "grpc")


class _Rewritten(NamedTuple):
    """A probe that asks the agent: its container's place and content, its keys there, the agent's path."""

    field: str
    place: int
    container: Mapping[str, Any]
    keys: tuple[str, ...]
    agent_path: str

    @property
    def path(self) -> tuple[str | int, ...]:
        return ("spec", self.field, self.place, *self.keys)


def restore_probes(pod: Map, records: Records, doubts: Doubts, *, restored: set[str]) -> None:
    """Point every probe that asks the agent back at the application; `restored` containers are as they were already."""
    spec = pod["spec"]
    counted = [name for field in FIELDS for name in named(spec.get(field))]
    for found in list(_rewritten(spec, restored)):
        entry = records.probers.get(found.agent_path)
        kind = next((k for k in _KINDS if isinstance(entry, dict) and isinstance(entry.get(k), dict)), None)
        if entry is None or kind is None:
            doubts.doubt(found.path, "no record of what this probe asked before it was pointed at the agent")
            continue
        if counted.count(found.container.get("name") or "") > 1:
            doubts.doubt(found.path, "several containers of this name share one record", entry[kind])
        opened = pod.open("spec").open_list(found.field).open(found.place)
        _restore(opened.open(*found.keys), kind, entry[kind])
        _doubt_port(found, kind, entry[kind], doubts)


def _rewritten(spec: Json, restored: set[str]) -> Iterator[_Rewritten]:
    for field in FIELDS:
        for index, container in positions(spec.get(field)):
            name = container.get("name") or ""
            for keys, pattern in _PLACES.items() if name not in restored else ():
                asked = get(container, (*keys, "httpGet"))
                if isinstance(asked, dict) and asked.get("path") == pattern.format(name):
                    yield _Rewritten(field, index, container, keys, pattern.format(name))


def _restore(handler: Map, kind: str, action: Mapping[str, Json]) -> None:
    if kind != "httpGet":
        handler.discard("httpGet", layer=LAYER)
        handler.put(kind, dict(action), layer=LAYER)
        return
    asked = handler.open("httpGet")
    for key in [key for key in asked if key not in action]:
        asked.discard(key, layer=LAYER)
    for key, value in action.items():
        if asked.get(key) != value:
            asked.put(key, value, layer=LAYER)


def _doubt_port(found: _Rewritten, kind: str, action: Mapping[str, Json], doubts: Doubts) -> None:
    """The record has numbers only: a port that has a name too may have been written either way."""
    port = action.get("port")
    names = [p["name"] for p in found.container.get("ports") or () if p.get("containerPort") == port and p.get("name")]
    if kind != "grpc" and names:
        reason = f"the probe may have named its port: {port} is also called {' and '.join(names)}"
        doubts.doubt((*found.path, kind, "port"), reason, port)
