"""Capture annotations with values that Istio's injector and CNI plugin refuse, each with a hint (docs/istio/injection.md § 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from meshc.catalog import Release
from meshc.errors import InputError, PathPart
from meshc.models import annotations as known
from meshc.models.annotation_checks import problem
from meshc.models.annotation_names import (
    IO_ISTIO_REROUTE_VIRTUAL_INTERFACES,
    SIDECAR_INTERCEPTION_MODE,
    SIDECAR_STATUS_PORT,
)
from meshc.yamlio import Json

TRAFFIC = "traffic.sidecar.istio.io/"
_CAPTURE = (SIDECAR_INTERCEPTION_MODE, SIDECAR_STATUS_PORT, IO_ISTIO_REROUTE_VIRTUAL_INTERFACES, TRAFFIC)
_HINTS = {
    "interception_mode": "write REDIRECT, TPROXY or NONE",
    "include_cidrs": 'write `*` alone or ranges separated by commas without spaces, e.g. "10.0.0.0/8,192.168.0.0/16"',
    "exclude_cidrs": 'write ranges separated by commas without spaces, e.g. "10.0.0.0/8,192.168.0.0/16"; `*` is not allowed here',
    "interfaces": 'write interface names separated by commas, e.g. "eth1,net1"',
    "status_port": 'write one decimal port, e.g. "15020"',
    "include_inbound_ports": 'write `*` alone or decimal ports between 0 and 65535 separated by commas, e.g. "80,443"',
    "exclude_inbound_ports": 'write decimal ports between 0 and 65535 separated by commas, e.g. "80,443"',
    "exclude_outbound_ports": 'write decimal ports between 0 and 65535 separated by commas, e.g. "80,443"',
    "bool": 'write "true" or "false"',
    "uint32": "write a number without sign or spaces, in quotes",
    "quantity": 'write a quantity, e.g. "100m" or "128Mi"',
    "proxy_config": "write ProxyConfig fields in YAML, e.g. `concurrency: 2`",
}


def problems(
    annotations: Mapping[str, Json],
    release: Release,
    *,
    path: tuple[PathPart, ...] = ("metadata", "annotations"),
    every: bool = False,
) -> Iterator[InputError]:
    """One error per annotation that Istio would refuse: those about capture, or with `every` all that are checked."""
    for name, entry in known.table().items():
        if name not in annotations or not (every or name.startswith(_CAPTURE)) or not entry.checked_in(release):
            continue
        value, check = annotations[name], entry.check or ""
        if not isinstance(value, str):
            yield InputError(
                f"annotation '{name}' is not a string", path=(*path, name), value=value, hint="put the value in quotes"
            )
        elif reason := problem(check, value, release):
            message = f"invalid value '{value}' for annotation '{name}': {reason}"
            yield InputError(message, path=(*path, name), hint=_HINTS.get(check))


def ports(text: str) -> list[int]:
    """The ports of a list as the injector reads it; members it would refuse are left out (`problems` reports them)."""
    members = (m.strip() for m in text.split(","))
    return [int(m) for m in members if m.isascii() and m.isdigit() and int(m) <= 65535]
