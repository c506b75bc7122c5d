"""Addresses and names as Istio's validation takes them (docs/istio/injection.md § 5.6)."""

from __future__ import annotations

import ipaddress
import re

_LABEL = re.compile(r"[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?", re.ASCII)
_PORT = re.compile(r"[+-]?\d+", re.ASCII)
_LONGEST_NAME = 255


def address_problem(text: str) -> str | None:
    """Why a string is not `host:port`, or None: IPv6 in brackets, port 1…65535, host a DNS name or an IP."""
    host, port = _split(text)
    if host is None or port is None:
        return f'"{text}" is not host:port (an IPv6 address stands in brackets)'
    if not _PORT.fullmatch(port) or not 1 <= int(port) <= 65535:
        return f'"{text}": port must be a number from 1 to 65535'
    if dns_name_problem(host) and not is_ip(host):
        return f'"{text}": host must be a DNS name or an IP address'
    return None


def port_problem(number: int) -> str | None:
    """Why a number is not a port, or None."""
    return None if 1 <= number <= 65535 else f"port {number} must be from 1 to 65535"


def dns_name_problem(name: str) -> str | None:
    """Why a string is not a DNS name, or None; a trailing dot is fine, a last label of digits alone is not."""
    if not name or len(name) > _LONGEST_NAME:
        return f'"{name}" must have 1 to {_LONGEST_NAME} characters'
    labels = name.removesuffix(".").split(".")
    for label in labels:
        if not _LABEL.fullmatch(label):
            return f'"{name}": "{label}" is no DNS label'
    if labels[-1].isdigit():
        return f'"{name}": the last label must not be all digits'
    return None


def wildcard_name_problem(name: str) -> str | None:
    """Why a string is neither a DNS name nor one that begins with `*`, or None."""
    if name == "*":
        return None
    if name.startswith("*-") and _LABEL.fullmatch("a" + name[1:].split(".")[0]):
        return dns_name_problem("a" + name[1:])
    return dns_name_problem(name.removeprefix("*.")) if name.startswith("*") else dns_name_problem(name)


def trust_domain_problem(name: str) -> str | None:
    """Why a string is not a trust domain (DNS labels joined by dots), or None."""
    if not name:
        return "must not be empty"
    for label in name.removesuffix(".").split("."):
        if not _LABEL.fullmatch(label):
            return f'"{name}": "{label}" is no DNS label'
    return None


def is_ip(text: str) -> bool:
    """Whether a string is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _split(text: str) -> tuple[str | None, str | None]:
    """Host and port of an address, or None twice."""
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or not rest.startswith(":") or ":" in rest[1:]:
            return None, None
        return host, rest[1:]
    if text.count(":") != 1:
        return None, None
    host, _, port = text.partition(":")
    return (None, None) if set("[]") & set(text) else (host, port)
