"""Compares the sockets found in a pod with those its port map promises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from meshc.interception.ports.port_map import Port, PortMap
from meshc.interception.ports.sockets import Socket

_OWNERS = ("envoy", "pilot-agent", "pilot-discovery", "ztunnel", "install-cni")


@dataclass(frozen=True)
class Difference:
    """A listener that is missing, extra, or bound or owned differently."""

    kind: Literal["missing", "extra", "different"]
    transport: str
    port: int
    expected: str = ""
    found: str = ""

    def __str__(self) -> str:
        label = f"{self.port}/{self.transport}" if self.transport != "unix" else "unix"
        both = (
            f"expected {self.expected}, found {self.found}" if self.kind == "different" else self.expected or self.found
        )
        return f"{self.kind:<10} {label}: {both}"


def compare(expected: PortMap, found: Sequence[Socket]) -> tuple[list[Difference], list[str]]:
    """Differences, and notes about listeners that only exist under conditions a pod does not show.

    Unix sockets are compared only where the listing shows any; an application's address and process are its own affair.
    """
    notes: list[str] = []
    differences: list[Difference] = []
    listeners = [p for p in expected.ports if p.process != "none"]
    unix = any(s.transport == "unix" for s in found)
    taken: set[Socket] = set()
    for port in listeners:
        if port.transport == "unix" and not unix:
            continue
        for transport in port.transport.split("+"):
            matching = [s for s in found if _same_place(port, transport, s)]
            taken.update(matching)
            if matching:
                differences += _different(port, matching)
            elif port.certain or port.id == "application":
                differences.append(Difference("missing", transport, port.number, expected=_describe(port)))
            else:
                notes.append(f"nothing listens on {port.label}: {port.purpose} ({port.source})")
    differences += _extra([s for s in found if s not in taken])
    return _paired(differences), notes


def _same_place(port: Port, transport: str, socket: Socket) -> bool:
    if socket.transport != transport:
        return False
    return socket.address == _path(port) if transport == "unix" else socket.port == port.number


def _different(port: Port, sockets: list[Socket]) -> Iterator[Difference]:
    for socket in sockets:
        if port.id == "application":
            if socket.process and _owner(socket.process) in _OWNERS:
                yield Difference("different", socket.transport, port.number, _describe(port), _show(socket))
        elif (port.transport != "unix" and socket.address != _class(port.bind)) or not _same_process(port, socket):
            yield Difference("different", socket.transport, port.number, _describe(port), _show(socket))


def _extra(sockets: list[Socket]) -> Iterator[Difference]:
    for socket in sockets:
        yield Difference("extra", socket.transport, socket.port, found=_show(socket))


def _paired(differences: list[Difference]) -> list[Difference]:
    """A missing and an extra Unix socket of the same agent are one that moved."""
    unix = [d for d in differences if d.transport == "unix"]
    missing, extra = ([d for d in unix if d.kind == kind] for kind in ("missing", "extra"))
    if len(missing) != 1 or len(extra) != 1:
        return differences
    moved = Difference("different", "unix", 0, missing[0].expected, extra[0].found)
    return [d for d in differences if d not in (missing[0], extra[0])] + [moved]


def _same_process(port: Port, socket: Socket) -> bool:
    """Listings cut names: netstat at 15 to 20 characters, lsof at 9."""
    return not socket.process or port.process == _owner(socket.process) or port.process.startswith(socket.process)


def _owner(name: str) -> str:
    return next((o for o in _OWNERS if o == name or (len(name) >= 9 and o.startswith(name))), name)


def _class(bind: str) -> str:
    if bind in ("0.0.0.0", "::"):
        return "any"
    return "loopback" if bind.startswith("127.") or bind == "::1" else bind


def _path(port: Port) -> str:
    return port.bind.removeprefix("./").removeprefix("/")


def _describe(port: Port) -> str:
    where = port.bind if port.transport == "unix" else f"{port.process} on {_class(port.bind)}"
    return f"{where}: {port.purpose}"


def _show(socket: Socket) -> str:
    owner = f"{_owner(socket.process)} on " if socket.process else ""
    return f"{owner}{socket.address}"
