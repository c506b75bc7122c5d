"""Probes and Services: ports by name that no container has, probes on ports outside capture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from meshc.interception.capture_annotations import ports
from meshc.lint.rules.capture_rules import captured, excluding
from meshc.lint.subject import Path, Problem, Subject, problem
from meshc.reports.finding import Rule
from meshc.yamlio import Json

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HOOKS = ("postStart", "preStop")
_HANDLERS = ("httpGet", "tcpSocket", "grpc")

UNKNOWN_NAMED_PORT = Rule(
    "unknown-named-port",
    "error",
    "A probe, lifecycle hook or Service that names a port no container has.",
    "name a containerPort, or write the number",
)
PROBE_ON_EXCLUDED_PORT = Rule(
    "probe-on-excluded-port",
    "warning",
    "A probe on a port excluded from capture: the pod becomes ready although its proxy may not work.",
    "probe a captured port, or leave the port out of the exclusion",
)


def check(subject: Subject) -> Iterator[Problem]:
    """Problems of the rules above."""
    for container, path in subject.applications():
        for name, handler, place in _handlers(container, path):
            yield from _named(
                container, handler, (*place, "port"), what=f"the {name} of container {container.get('name')}"
            )
            if name in _PROBES:
                yield from _excluded(subject, container, handler, path=(*place, "port"), name=name)
    yield from _services(subject)


def _handlers(container: Mapping[str, Json], path: Path) -> Iterator[tuple[str, Mapping[str, Json], Path]]:
    for name in _PROBES:
        for kind in _HANDLERS:
            if isinstance((container.get(name) or {}).get(kind), dict):
                yield name, container[name][kind], (*path, name, kind)
    for name in _HOOKS:
        for kind in _HANDLERS:
            hook = ((container.get("lifecycle") or {}).get(name) or {}).get(kind)
            if isinstance(hook, dict):
                yield name, hook, (*path, "lifecycle", name, kind)


def _number(container: Mapping[str, Json], port: Json) -> int | None:
    if isinstance(port, int):
        return port
    listed = container.get("ports") or []
    found = next((p.get("containerPort") for p in listed if p.get("name") == port), None)
    return found if isinstance(found, int) else next(iter(ports(str(port))), None)


def _named(container: Mapping[str, Json], handler: Mapping[str, Json], path: Path, *, what: str) -> Iterator[Problem]:
    port = handler.get("port")
    if not isinstance(port, str) or _number(container, port) is not None:
        return
    names = [str(p["name"]) for p in container.get("ports") or [] if p.get("name")]
    hint = f"its named ports are {', '.join(names)}" if names else "the container names no port; write the number"
    yield problem(UNKNOWN_NAMED_PORT, path, f"{what} asks port {port!r}, which the container does not have", hint)


def _excluded(
    subject: Subject, container: Mapping[str, Json], handler: Mapping[str, Json], *, path: Path, name: str
) -> Iterator[Problem]:
    number = _number(container, handler.get("port"))
    if number is None or subject.rules is None or captured(subject.rules, number) or excluding(subject, number) is None:
        return
    what = f"the {name} of container {container.get('name')}"
    message = f"{what} asks port {number}, which is excluded from capture: it does not test the proxy"
    yield problem(
        PROBE_ON_EXCLUDED_PORT,
        path,
        message,
    )


def _services(subject: Subject) -> Iterator[Problem]:
    """Target ports by name of the Services that select the pod."""
    names = {p.get("name") for c, _ in subject.result.containers() for p in c.get("ports") or []}
    for service in subject.services:
        spec = service.get("spec") or {}
        selector = spec.get("selector") or {}
        if not selector or any(subject.result.labels.get(k) != v for k, v in selector.items()):
            continue
        for entry in spec.get("ports") or []:
            target = entry.get("targetPort")
            if isinstance(target, str) and not target.isdigit() and target not in names:
                name = (service.get("metadata") or {}).get("name")
                message = f"Service {name} sends to port {target!r}, which no container of the pod names"
                yield problem(
                    UNKNOWN_NAMED_PORT,
                    (*subject.pod.path, "spec", "containers"),
                    message,
                    f"name a containerPort {target}",
                )
