"""`ISTIO_KUBE_APP_PROBERS`: what the agent must know to probe the application itself (docs/istio/injection.md § 10.3 a)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from meshc.catalog import Release
from meshc.errors import InputError
from meshc.gotext import jsontext
from meshc.injection.containers import positions
from meshc.injection.edits import Layer, Map
from meshc.kubernetes import typed
from meshc.yamlio import Json, load_json

LAYER = Layer("probe rewriting", "meshc.injection.probes.rewriting.take_over")
VARIABLE = "ISTIO_KUBE_APP_PROBERS"
_PROBES = {"readinessProbe": "readyz", "livenessProbe": "livez", "startupProbe": "startupz"}
_ACTIONS = {"httpGet": "HTTPGetAction", "tcpSocket": "TCPSocketAction", "grpc": "GRPCAction"}
_LOOKED_AT = frozenset((*_PROBES, "lifecycle"))
_HANDLERS = {"preStop": "prestopz", "postStart": "poststartz"}


class Checks(NamedTuple):
    """What a release and istiod's environment let the agent take over."""

    init_containers: bool
    lifecycle: bool
    tcp: bool

    @property
    def fields(self) -> tuple[str, ...]:
        """The container lists looked at, in order."""
        return ("initContainers", "containers") if self.init_containers else ("containers",)


class Check(NamedTuple):
    """One probe or lifecycle handler the agent can take over: where it is in its container, the agent's path for it,

    what it asks, and how: `httpGet`, `tcpSocket` or (probes only) `grpc`, whichever is set first.
    """

    keys: tuple[str, ...]
    path: str
    handler: Mapping[str, Any]
    kind: str


def checks_of(release: Release, features: Mapping[str, str]) -> Checks:
    """Which probes a release looks at; `REWRITE_TCP_PROBES` counts until 1.18."""
    switched = release.has("injection.tcp_probes_switch")
    return Checks(
        init_containers=release.has("injection.init_container_probes"),
        lifecycle=release.has("injection.lifecycle_handlers_rewritten"),
        tcp=not (switched and features.get("REWRITE_TCP_PROBES", "true").lower() in ("false", "0", "f")),
    )


def checks_in(container: Mapping[str, Any], looked_at: Checks) -> Iterator[Check]:
    """The probes and handlers of one container that the agent can take over."""
    if _LOOKED_AT.isdisjoint(container):
        return
    name = container.get("name") or ""
    for field, path in _PROBES.items():
        probe = container.get(field)
        if probe and (kind := _kind(probe, looked_at)):
            yield Check((field,), f"/app-health/{name}/{path}", probe, kind)
    handlers = container.get("lifecycle") if looked_at.lifecycle else None
    for field, path in _HANDLERS.items() if handlers else ():
        handler = handlers.get(field) if handlers else None
        if handler and (kind := _kind(handler, looked_at)) and kind != "grpc":
            yield Check(("lifecycle", field), f"/app-lifecycle/{name}/{path}", handler, kind)


def dump(spec: Json, status_port: int, looked_at: Checks) -> dict[str, Json]:
    """Every probe the agent has to know: its path there → what to ask of the application.

    A port name that no container has, and a port number that is the agent's already (`status_port`), give no entry.
    """
    found = {}
    for field in looked_at.fields:
        for _, container in positions(spec.get(field)):
            for check in checks_in(container, looked_at):
                entry = _entry(check, container, status_port)
                if entry is not None:
                    found[check.path] = entry
    return found


def text(probers: Mapping[str, Json]) -> str:
    """The probers as the variable's text, paths sorted."""
    return jsontext.write({path: probers[path] for path in sorted(probers)})


def add(proxy: Map, probers: Mapping[str, Json], release: Release, *, injected_before: bool) -> None:
    """Give the probers to the proxy; on re-injection entries it already has win over new ones of the same path."""
    place = next((i for i, env in enumerate(proxy.get("env") or ()) if env.get("name") == VARIABLE), None)
    if injected_before and place is not None:
        merged = _merged(proxy["env"][place].get("value") or "", probers, release)
        if merged is not None:
            proxy.open_list("env").open(place).put("value", text(merged), layer=LAYER)
    elif not injected_before or release.has("injection.probers_added_when_missing"):
        proxy.open_list("env").place({"name": VARIABLE, "value": text(probers)}, layer=LAYER)


def _merged(existing: str, new: Mapping[str, Json], release: Release) -> dict[str, Json] | None:
    """Both sets, the existing one on top; None when its text cannot be read, which leaves the variable as it is."""
    try:
        known = load_json(existing)
        if known is not None and not isinstance(known, dict):
            return None
        return {**new, **{path: _typed(entry, release) for path, entry in (known or {}).items()}}
    except InputError:
        return None


def _kind(handler: Mapping[str, Any], looked_at: Checks) -> str:
    """How a handler asks; empty when the agent cannot do it."""
    for kind in _ACTIONS:
        if handler.get(kind) is not None:
            return kind if kind != "tcpSocket" or looked_at.tcp else ""
    return ""


def _entry(check: Check, container: Mapping[str, Any], status_port: int) -> Json | None:
    kind = check.kind
    action = dict(check.handler[kind])
    if isinstance(check.handler[kind], Map):
        action = typed.ordered(_ACTIONS[kind], action)
    if kind == "grpc":
        action.setdefault("service", None)
    else:
        if action.get("port") == status_port:
            return None
        action["port"] = _number(action.get("port"), container)
        if action["port"] is None:
            return None
    entry: dict[str, Json] = {kind: action}
    if len(check.keys) == 1 and check.handler.get("timeoutSeconds"):
        entry["timeoutSeconds"] = check.handler["timeoutSeconds"]
    return entry


def _typed(entry: Json, release: Release) -> Json:
    """An entry of the variable as Istio reads and writes it."""
    if not isinstance(entry, dict):
        raise InputError("not an object", value=entry)
    actions = {kind: name for kind, name in _ACTIONS.items() if entry.get(kind) is not None}
    found = {kind: typed.normalize(entry[kind], name, release=release) for kind, name in actions.items()}
    return found | ({"timeoutSeconds": entry["timeoutSeconds"]} if entry.get("timeoutSeconds") else {})


def _number(port: Json, container: Mapping[str, Any]) -> int | None:
    """A port's number; a name is looked up among the container's own ports, the last of a name counting."""
    if not isinstance(port, str):
        return int(port or 0)
    numbers = [p.get("containerPort") for p in container.get("ports") or () if p.get("name") == port]
    return numbers[-1] if numbers else None
