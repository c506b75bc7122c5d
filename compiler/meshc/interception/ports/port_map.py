"""A port, and the map of all ports of a pod or component."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from meshc import resources, yamlio
from meshc.istio_names import XDS_PORT
from meshc.yamlio import Json


@dataclass(frozen=True)
class Forward:
    """Where a port hands its traffic: a port's id or an end outside the pod, its number if it has one, and how."""

    to: str
    what: str
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Port:
    """One listener. `number` is 0 for a Unix socket; `source` says where this number comes from, `setting` what moves it."""

    id: str
    number: int
    transport: str
    protocol: str
    bind: str
    process: str
    purpose: str
    setting: str
    source: str
    callers: tuple[str, ...] = ()
    forwards: tuple[Forward, ...] = ()
    treatment: str = ""
    declared: bool = False
    certain: bool = True

    @property
    def label(self) -> str:
        """Number and transport as people write it: `15001`, `53/udp`, or the socket's path."""
        if self.transport == "unix":
            return self.bind
        return f"{self.number}" if self.transport == "tcp" else f"{self.number}/{self.transport}"


@dataclass(frozen=True, kw_only=True)
class PortMap:
    """All ports of one pod or component in a release."""

    title: str
    kind: str
    release: str
    ports: tuple[Port, ...]
    notes: tuple[str, ...] = ()

    def find(self, name: str) -> Port | None:
        """The port of an id, or None."""
        return next((p for p in self.ports if p.id == name), None)


def port(name: str, *, number: int | None = None, source: str = "default", **changes: Json) -> Port:
    """A port of the catalogue with the values a pod gives it; fields of `Port` may be replaced by keyword."""
    entry = _catalogue()[name]
    known = _catalogue()
    made = Port(
        id=name,
        number=entry["number"] if number is None else number,
        transport=entry.get("transport", "tcp"),
        protocol=entry["protocol"],
        bind=entry["bind"],
        process=entry["process"],
        purpose=entry["purpose"],
        setting=entry.get("setting", ""),
        source=source,
        callers=tuple(entry.get("callers", ())),
        forwards=tuple(Forward(to, what, known[to]["number"]) for to, what in entry.get("forwards", {}).items()),
        treatment=entry.get("treatment", ""),
    )
    return replace(made, **changes)


def switch(name: str) -> str | None:
    """The release switch a port of the catalogue depends on."""
    found: str | None = _catalogue()[name].get("when")
    return found


def resolve(ports: tuple[Port, ...], *, istiod: int = XDS_PORT) -> tuple[Port, ...]:
    """Give every forward the number its target has in this map; `istiod` is the port proxies find istiod on."""
    numbers = {"istiod-secure-grpc": istiod} | {p.id: p.number for p in ports if p.transport != "unix"}
    return tuple(
        replace(p, forwards=tuple(replace(f, number=numbers.get(f.to, f.number)) for f in p.forwards)) for p in ports
    )


@cache
def _catalogue() -> Mapping[str, Mapping[str, Json]]:
    table: Mapping[str, Mapping[str, Json]] = yamlio.load(resources.text("schemas", "ports.yaml"))
    return table
