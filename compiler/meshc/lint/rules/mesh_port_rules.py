"""The mesh's own ports against each other, and numbers that moved in one place only (docs/istio/ports.md § 1)."""

from __future__ import annotations

from collections.abc import Iterator

from meshc.interception.ports.port_map import Port, PortMap
from meshc.lint.subject import Problem, Subject, problem
from meshc.models.annotation_names import PROXY_CONFIG, SIDECAR_STATUS_PORT
from meshc.reports.finding import Rule

MESH_PORT_CLASH = Rule(
    "mesh-port-clash",
    "error",
    "Two listeners of the mesh in one pod with the same port, after one of them was moved.",
    "give one of them another number",
)
HALF_MOVED_PORT = Rule(
    "half-moved-port",
    "warning",
    "A port of the mesh that was moved in one place only, so that probes or scraping still use the old number.",
    "set the number where every reader of it follows, e.g. meshConfig.defaultConfig.statusPort",
)


def check(subject: Subject) -> Iterator[Problem]:
    """Problems of the rules above."""
    if subject.ports is None or subject.injected is None:
        return
    yield from _clashes(subject, subject.ports)
    yield from _prometheus(subject, subject.ports)
    yield from _health(subject, subject.ports)


def _clashes(subject: Subject, ports: PortMap) -> Iterator[Problem]:
    seen: dict[tuple[str, int], Port] = {}
    for port in ports.ports:
        if port.id in ("application", "gateway-traffic") or port.transport == "unix" or port.process == "none":
            continue
        for transport in port.transport.split("+"):
            other = seen.setdefault((transport, port.number), port)
            if other is not port:
                moved = next((p for p in (port, other) if p.source != "default"), port)
                message = f"{other.id} and {port.id} both listen on {port.number}: {other.setting} and {port.setting}"
                yield problem(MESH_PORT_CLASH, _place(subject, moved), message, f"give {moved.setting} another number")


def _prometheus(subject: Subject, ports: PortMap) -> Iterator[Problem]:
    """Scraping through the agent follows the mesh's setting only."""
    status = ports.find("agent-status")
    scraped = subject.injected.annotations if subject.injected else {}
    said = scraped.get("prometheus.io/port")
    if (
        status is None
        or scraped.get("prometheus.io/path") != "/stats/prometheus"
        or not said
        or not str(said).isdigit()
    ):
        return
    if int(said) != status.number:
        message = f"the agent serves metrics on {status.number} ({status.source}), but prometheus.io/port is {said}"
        hint = "set meshConfig.defaultConfig.statusPort instead: only that moves both"
        yield problem(HALF_MOVED_PORT, _place(subject, status), message, hint)


def _health(subject: Subject, ports: PortMap) -> Iterator[Problem]:
    """The proxy's probes keep 15021 wherever Envoy's listener went."""
    health, proxy = ports.find("envoy-health"), subject.injected.proxy if subject.injected else None
    probe = (proxy or {}).get("readinessProbe") or {}
    asked = (probe.get("httpGet") or {}).get("port")
    if health is None or asked is None or str(asked) == str(health.number) or not str(asked).isdigit():
        return
    message = f"Envoy's readiness listener is on {health.number} ({health.source}), but the proxy's probe asks {asked}"
    yield problem(
        HALF_MOVED_PORT,
        _place(subject, health),
        message,
        "leave ENVOY_STATUS_PORT alone: the probe does not follow it",
    )


def _place(subject: Subject, port: Port) -> tuple[str | int, ...]:
    """The annotation that moved a port, else the pod's metadata."""
    name = (
        SIDECAR_STATUS_PORT
        if port.id == "agent-status" and SIDECAR_STATUS_PORT in subject.pod.annotations
        else PROXY_CONFIG
    )
    return subject.annotation_path(name) if name in subject.pod.annotations else (*subject.pod.path, "metadata")
