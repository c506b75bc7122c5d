"""The injector's checks of annotation values: each gives the reason a value is refused, or None (docs/istio/injection.md § 6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

from meshc.catalog import Release
from meshc.errors import ErrorGroup, MeshcError
from meshc.gotext import parsing, strings
from meshc.kubernetes import quantity
from meshc.models import proxy

Check = Callable[[str, Release], str | None]

_INTERFACE = re.compile(r"[a-zA-Z][a-zA-Z0-9_.-]*", re.ASCII)
_LONGEST_INTERFACE = 15
_MODES = ("REDIRECT", "TPROXY", "NONE")


def problem(check: str, value: str, release: Release) -> str | None:
    """Why a named check refuses a value, or None."""
    return CHECKS[check](value, release)


def quantity_problem(value: str) -> str | None:
    """Why a value is not a resource quantity, or None."""
    if any(unicodedata.category(c) == "Cc" for c in value):
        return "value contains control characters"
    try:
        quantity.parse(value)
    except quantity.QuantityError as error:
        return error.message
    return None


def _bool(value: str, _: Release) -> str | None:
    return parsing.bool_problem(value) if parsing.parse_bool(value) is None else None


def _uint32(value: str, _: Release) -> str | None:
    return parsing.uint_problem(value, 32)


def _interception_mode(value: str, _: Release) -> str | None:
    return None if value in _MODES else f"interceptionMode invalid, use {','.join(_MODES)}: {value}"


def _status_port(value: str, _: Release) -> str | None:
    reason = _port(value)
    # Istio's own message names the wrong annotation, because it shares the check.
    return reason and f"excludeInboundPorts invalid: {reason}"


def _port(text: str) -> str | None:
    trimmed = strings.trim(text)
    reason = parsing.uint_problem(trimmed, 16)
    return reason and f"failed parsing port '{text}': {reason}"


def _ports(name: str, *, star: bool) -> Check:
    def check(value: str, _: Release) -> str | None:
        if star and value == "*":
            return None
        trimmed = strings.trim(value)
        for text in trimmed.split(",") if trimmed else ():
            if reason := _port(text):
                return f"{name} invalid: failed parsing port '{text}': {reason}"
        return None

    return check


def _cidrs(name: str, *, star: bool) -> Check:
    def check(value: str, _: Release) -> str | None:
        if not value or (star and value == "*"):
            return None
        for text in value.split(","):
            if reason := parsing.prefix_problem(text):
                return f"{name} invalid: failed parsing cidr '{text}': {reason}"
        return None

    return check


def _interfaces(value: str, _: Release) -> str | None:
    for item in value.split(",") if value else ():
        name = strings.trim(item)
        if not name:
            return "empty interface name"
        if len(name.encode()) > _LONGEST_INTERFACE:
            return f"interface name {strings.quote(name)} too long (max {_LONGEST_INTERFACE} chars)"
        if not _INTERFACE.fullmatch(name):
            return f"interface name {strings.quote(name)} contains invalid characters"
    return None


# cached because the pods of a workload, and of a mesh, carry equal strings; the check costs more than the injection
@lru_cache(maxsize=512)
def _proxy_config(value: str, release: Release) -> str | None:
    try:
        merged = proxy.merge(proxy.defaults(release), proxy.parse_text(value), release)
    except ErrorGroup as group:
        return f"failed to convert to apply proxy config: {'; '.join(_one_line(e) for e in group.errors)}"
    except MeshcError as error:
        return f"failed to convert to apply proxy config: {_one_line(error)}"
    return "; ".join(proxy.validate(merged, release).error_texts()) or None


def _one_line(error: MeshcError) -> str:
    return str(error).partition("\n")[0]


def _quantity(value: str, _: Release) -> str | None:
    return quantity_problem(value)


CHECKS: Mapping[str, Check] = {
    "bool": _bool,
    "uint32": _uint32,
    "interception_mode": _interception_mode,
    "status_port": _status_port,
    "include_cidrs": _cidrs("includeIPRanges", star=True),
    "exclude_cidrs": _cidrs("excludeIPRanges", star=False),
    "include_inbound_ports": _ports("includeInboundPorts", star=True),
    "exclude_inbound_ports": _ports("excludeInboundPorts", star=False),
    "exclude_outbound_ports": _ports("excludeOutboundPorts", star=False),
    "quantity": _quantity,
    "interfaces": _interfaces,
    "proxy_config": _proxy_config,
}
