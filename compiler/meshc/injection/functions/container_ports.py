"""Ports: those of containers, and the list of ports kept out of interception."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from meshc.gotext import printing
from meshc.istio_names import PROXY

Json = Any

_NOT_CAPTURED = ("UDP", "SCTP")


def container_ports(container: Mapping[str, Json]) -> list[str]:
    """The container's ports as texts, without those of UDP and SCTP."""
    ports = container.get("ports") or ()
    return [str(p.get("containerPort", 0)) for p in ports if p.get("protocol") not in _NOT_CAPTURED]


def include_inbound_ports(containers: Iterable[Mapping[str, Json]]) -> str:
    """The ports of all containers, joined by commas."""
    return ",".join(port for container in containers for port in container_ports(container))


def application_ports(containers: Iterable[Mapping[str, Json]]) -> str:
    """The ports of all containers but the proxy, joined by commas."""
    return include_inbound_ports(c for c in containers if c.get("name") != PROXY)


def exclude_inbound_port(port: Json, listed: str) -> str:
    """Add a port to a comma list (docs/istio/sidecar-template.md § 10.5); no port, or one that is in it: the list unchanged."""
    text = printing.sprint(port).strip()
    items = listed.split(",")
    if text in ("", "0") or text in items:
        return listed
    return ",".join([*filter(None, (item.strip() for item in items)), text])
