"""Served ports that the packet rules pass by the proxy, mesh ports they catch, and applications that look like the proxy."""

from __future__ import annotations

from collections.abc import Iterator

from meshc.interception.capture_annotations import TRAFFIC, ports
from meshc.interception.packet_rules import Rules
from meshc.interception.tracing import trace
from meshc.interception.tracing.packets import Packet
from meshc.istio_names import TUNNEL_PORT
from meshc.lint.subject import Path, Problem, Subject, problem
from meshc.reports.finding import Rule

_SELF_SERVED = (
    "agent-status",
    "envoy-health",
    "envoy-prometheus",
    "envoy-secure-metrics",
    "envoy-secure-merged-metrics",
)

SERVED_PORT_NOT_CAPTURED = Rule(
    "served-port-not-captured",
    "warning",
    "A port the application serves that the packet rules exclude: connections to it bypass the proxy, without mTLS and policy.",
    "leave the port out of the exclusion, or add it to includeInboundPorts",
)
MESH_PORT_CAPTURED = Rule(
    "mesh-port-captured",
    "warning",
    "A port of the agent or the proxy that the packet rules capture: kubelet and Prometheus do not reach it.",
    "exclude the port with traffic.sidecar.istio.io/excludeInboundPorts, or keep the default number",
)
APPLICATION_RUNS_AS_PROXY = Rule(
    "application-runs-as-proxy",
    "warning",
    "A container with the proxy's user or group: nothing it sends is captured.",
    "run the application with another id",
)


def check(subject: Subject) -> Iterator[Problem]:
    """Problems of the rules above."""
    if subject.rules is None:
        return
    yield from _served(subject, subject.rules)
    yield from _mesh(subject, subject.rules)
    yield from _identity(subject, subject.rules)


def captured(rules: Rules, port: int) -> bool:
    """Whether a connection from outside to a port of the pod reaches the proxy."""
    packet = Packet(direction="inbound", destination="10.0.0.5", port=port, source="192.0.2.1", in_interface="eth0")
    return trace.walk(rules, packet).verdict == "redirected"


def excluding(subject: Subject, port: int) -> Path | None:
    """Where the user's annotation says that an inbound port is not captured, if one does."""
    include, exclude = (f"{TRAFFIC}{n}" for n in ("includeInboundPorts", "excludeInboundPorts"))
    annotations = subject.pod.annotations
    if port in ports(str(annotations.get(exclude, ""))):
        return subject.annotation_path(exclude)
    listed = annotations.get(include)
    if listed is not None and str(listed) != "*" and port not in ports(str(listed)):
        return subject.annotation_path(include)
    return None


def _served(subject: Subject, rules: Rules) -> Iterator[Problem]:
    own = {p.number for p in subject.ports.ports if p.id != "application"} if subject.ports else set()
    for container, path in subject.applications():
        for index, entry in enumerate(container.get("ports") or []):
            number = entry.get("containerPort")
            if (
                not isinstance(number, int)
                or entry.get("protocol", "TCP") != "TCP"
                or number in own
                or number == TUNNEL_PORT
            ):
                continue
            if not captured(rules, number):
                place = excluding(subject, number)
                name = container.get("name")
                message = f"container {name} serves {number}, but inbound connections to it bypass the proxy: no mTLS, no policy"
                yield problem(
                    SERVED_PORT_NOT_CAPTURED,
                    place or (*path, "ports", index, "containerPort"),
                    message,
                )


def _mesh(subject: Subject, rules: Rules) -> Iterator[Problem]:
    for port in subject.ports.ports if subject.ports else ():
        if port.id in _SELF_SERVED and not port.bind.startswith("127.") and captured(rules, port.number):
            message = (
                f"port {port.number} ({port.id}, from {port.source}) is captured: nothing outside the pod reaches it"
            )
            hint = f"add {port.number} to {TRAFFIC}excludeInboundPorts, or keep the default number"
            yield problem(MESH_PORT_CAPTURED, (*subject.pod.path, "metadata"), message, hint)


def _identity(subject: Subject, rules: Rules) -> Iterator[Problem]:
    """The packet rules exclude everything that runs as the proxy's user or group."""
    assert rules.config is not None
    pod = subject.pod.spec.get("securityContext") or {}
    for container, path in subject.applications():
        own = container.get("securityContext") or {}
        for field, ids in (("runAsUser", rules.config.uids), ("runAsGroup", rules.config.gids)):
            value = own.get(field, pod.get(field))
            if value is not None and str(value) in ids:
                place = (
                    (*path, "securityContext", field)
                    if field in own
                    else (*subject.pod.path, "spec", "securityContext", field)
                )
                message = f"container {container.get('name')} runs with the proxy's {field} {value}: nothing it sends is captured"
                yield problem(APPLICATION_RUNS_AS_PROXY, place, message)
