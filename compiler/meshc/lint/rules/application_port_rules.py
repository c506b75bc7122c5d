"""Application ports against the mesh's, named ports, and hosts' networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from meshc.interception.ports.port_map import Port
from meshc.istio_names import DNS_PORT, TUNNEL_PORT
from meshc.lint.subject import Path, Problem, Subject, problem
from meshc.models.label_names import SIDECAR_INJECT
from meshc.reports.finding import Rule
from meshc.yamlio import Json

# not listened on in every pod, but treated apart by the packet rules of every injected one
_RESERVED = {
    TUNNEL_PORT: "the HBONE tunnel port is never captured",
    DNS_PORT: "with DNS capture the agent's DNS server listens here",
}

PORT_COLLISION = Rule(
    "port-collision",
    "error",
    "An application port that the proxy or the agent listens on too: one of the two cannot start.",
    "let the application listen on another port",
)
RESERVED_PORT = Rule(
    "reserved-port",
    "warning",
    "An application port that the packet rules treat as the mesh's: connections to it are not handled as an application's.",
    "let the application listen on another port",
)
HOST_NETWORK = Rule(
    "host-network",
    "warning",
    "A pod on the host's network: it is never injected, because its packet rules would be the node's.",
    'leave hostNetwork out, or opt out with the label sidecar.istio.io/inject: "false"',
)


def check(subject: Subject) -> Iterator[Problem]:
    """Problems of the rules above."""
    yield from _host_network(subject)
    if subject.ports is None:
        return
    mesh = {(t, p.number): p for p in subject.ports.ports for t in p.transport.split("+") if _is_mesh(p)}
    for container, path in subject.applications():
        for index, entry in enumerate(container.get("ports") or []):
            yield from _collision(entry, mesh, (*path, "ports", index), str(container.get("name")))


def _collision(
    entry: Mapping[str, Json], mesh: Mapping[tuple[str, int], Port], path: Path, container: str
) -> Iterator[Problem]:
    number, transport = entry.get("containerPort"), str(entry.get("protocol") or "TCP").lower()
    taken = mesh.get((transport, number)) if isinstance(number, int) else None
    place = (*path, "containerPort")
    if taken:
        message = f"port {number} of container {container} is taken by {taken.process}: {taken.purpose}"
        hint = (
            f"let the application listen on another port; {taken.setting} moves the mesh's" if taken.setting else None
        )
        yield problem(PORT_COLLISION, place, message, hint)
    elif number in _RESERVED and (transport == "tcp" or number == DNS_PORT):
        message = f"port {number} of container {container} is one of the mesh's: {_RESERVED[number]}"
        yield problem(RESERVED_PORT, place, message)


def _is_mesh(port: Port) -> bool:
    return port.transport != "unix" and port.process != "none" and port.id not in ("application", "gateway-traffic")


def _host_network(subject: Subject) -> Iterator[Problem]:
    if subject.pod.spec.get("hostNetwork") is not True:
        return
    wanted = subject.pod.labels.get(SIDECAR_INJECT, subject.pod.annotations.get(SIDECAR_INJECT))
    message = "a pod on the host's network is never injected: its packet rules would be the node's"
    if wanted == "false" or subject.injected is not None:
        return
    place = (*subject.pod.path, "spec", "hostNetwork")
    yield problem(
        HOST_NETWORK,
        place,
        message,
    )
