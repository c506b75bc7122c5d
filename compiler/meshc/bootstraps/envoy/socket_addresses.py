"""Addresses written as `host:port` in a ProxyConfig."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.errors import InputError

Json = Any
HOST_IP = "$(HOST_IP)"


def socket_address(text: str, env: Mapping[str, str], path: str) -> Json:
    """Envoy's form of `host:port`: brackets of IPv6 dropped, `$(HOST_IP)` replaced (docs/istio/bootstrap.md § 2.8).

    `path` is the field of the ProxyConfig it comes from; raises InputError where host or port cannot be told.
    """
    host, port = split(text, path)
    if host == HOST_IP and env.get("HOST_IP"):
        host = env["HOST_IP"]
    return {"address": host, "port_value": port}


def check_discovery(text: str) -> None:
    """Raise InputError for a `discoveryAddress` that has no port; annotations can set one past all validation."""
    host, port = ("", "") if "]" in text and not text.rpartition("]")[2] else text.rpartition(":")[::2]
    if not host or not port:
        hint = "write host:port, for example istiod.istio-system.svc:15012"
        raise InputError("not an address", path="proxyConfig.discoveryAddress", value=text, hint=hint)


def split(text: str, path: str) -> tuple[str, int]:
    """Host and port; raises InputError."""
    if text.startswith("["):
        host, _, port = text[1:].rpartition("]:")
    else:
        host, _, port = text.rpartition(":")
        if ":" in host:
            host = ""
    if not host or not (port.isascii() and port.isdigit()) or not 1 <= int(port) <= 65535:
        hint = "write host:port, an IPv6 host in brackets, for example collector.observability:9411 or [::1]:9411"
        raise InputError("not an address", path=f"proxyConfig.{path}", value=text, hint=hint)
    return host, int(port)
