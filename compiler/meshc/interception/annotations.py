"""Values of the capture annotations, judged as Istio's injector and CNI plugin judge them (spec injection § 6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from meshc.catalog import Release
from meshc.errors import InputError, PathPart
from meshc.interception.ranges import parse_cidr

TRAFFIC = "traffic.sidecar.istio.io/"
MODE = "sidecar.istio.io/interceptionMode"
STATUS_PORT = "status.sidecar.istio.io/port"
REROUTE = "istio.io/reroute-virtual-interfaces"
MODES = ("REDIRECT", "TPROXY", "NONE")
_INTERFACE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_PORTS_HINT = 'write decimal ports between 0 and 65535 separated by commas, e.g. "80,443"'
_RANGES_HINT = 'write address/length separated by commas without blanks, e.g. "10.0.0.0/8,192.168.0.0/16"'


def problems(
    annotations: Mapping[str, str], release: Release, *, path: tuple[PathPart, ...] = ("metadata", "annotations")
) -> Iterator[InputError]:
    """One error per capture annotation that Istio would refuse, with the reason Istio gives and a remedy."""
    for name, check in _CHECKS.items():
        value = annotations.get(name)
        if value is None or (check is _interfaces and not release.has("interception.interface_names_checked")):
            continue
        found = check(str(value)) if isinstance(value, str) else ("annotations are text", "put the value in quotes")
        if found:
            reason, hint = found
            message = f"invalid value '{value}' for annotation '{name}': {reason}"
            yield InputError(message, path=(*path, name), value=value, hint=hint)


def ports(text: str) -> list[int] | None:
    """The ports of a list as the injector reads it (trimmed, empty is none); None when a member is no port."""
    text = text.strip()
    members = [m.strip() for m in text.split(",")] if text else []
    if not all(m.isascii() and m.isdigit() and int(m) <= 65535 for m in members):
        return None
    return [int(m) for m in members]


Verdict = tuple[str, str] | None


def _mode(value: str) -> Verdict:
    if value in MODES:
        return None
    return f"interceptionMode invalid, use REDIRECT,TPROXY,NONE: {value}", "write REDIRECT, TPROXY or NONE"


def _ranges(name: str, *, wildcard: bool) -> Callable[[str], Verdict]:
    def check(value: str) -> Verdict:
        if value == "" or (wildcard and value == "*"):
            return None
        for member in value.split(","):
            if parse_cidr(member) is None:
                hint = "write `*` alone or a list of ranges, not both" if member == "*" and wildcard else _RANGES_HINT
                return f"{name} invalid: failed parsing cidr '{member}': not an address range", hint
        return None

    return check


def _ports(name: str, *, wildcard: bool = False, single: bool = False) -> Callable[[str], Verdict]:
    def check(value: str) -> Verdict:
        if wildcard and value == "*":
            return None
        found = ports(value)
        if found is None or (single and len(found) != 1):
            bad = next((m.strip() for m in value.split(",") if ports(m) is None or not m.strip()), value)
            return f"{name} invalid: failed parsing port '{bad}': not a port number", _PORTS_HINT
        return None

    return check


def _interfaces(value: str) -> Verdict:
    hint = 'write interface names separated by commas, e.g. "eth1,net1"'
    for member in (m.strip() for m in value.split(",")) if value else ():
        if not member:
            return "empty interface name", hint
        if len(member) > 15:
            return f'interface name "{member}" too long (max 15 chars)', hint
        if not _INTERFACE.fullmatch(member):
            return f'interface name "{member}" contains invalid characters', hint
    return None


_CHECKS: dict[str, Callable[[str], Verdict]] = {
    MODE: _mode,
    STATUS_PORT: _ports("excludeInboundPorts", single=True),
    f"{TRAFFIC}includeOutboundIPRanges": _ranges("includeIPRanges", wildcard=True),
    f"{TRAFFIC}excludeOutboundIPRanges": _ranges("excludeIPRanges", wildcard=False),
    f"{TRAFFIC}includeInboundPorts": _ports("includeInboundPorts", wildcard=True),
    f"{TRAFFIC}excludeInboundPorts": _ports("excludeInboundPorts"),
    f"{TRAFFIC}excludeOutboundPorts": _ports("excludeOutboundPorts"),
    f"{TRAFFIC}excludeInterfaces": _interfaces,
    f"{TRAFFIC}kubevirtInterfaces": _interfaces,
    REROUTE: _interfaces,
}
