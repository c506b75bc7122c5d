"""Addresses written as `host:port` in a ProxyConfig."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.errors import InputError

HOST_IP = "$(HOST_IP)"


def socket_address(written: str, env: Mapping[str, str], path: str) -> dict[str, str | int]:
    """Envoy's `socket_address` of a `host:port`: IPv6 without brackets, `$(HOST_IP)` replaced (docs/istio/bootstrap.md § 2.8).

    `path` is the field of the ProxyConfig it comes from; raises InputError where host or port is missing.
    """
    host, port = split(written, path)
    if host == HOST_IP and env.get("HOST_IP"):
        host = env["HOST_IP"]
    return {"address": host, "port_value": port}


def check_discovery(address: str) -> None:
    """Raise InputError for a `discoveryAddress` that has no port; an annotation can set one that Istio does not validate."""
    host, port = ("", "") if "]" in address and not address.rpartition("]")[2] else address.rpartition(":")[::2]
    if not host or not port:
        hint = "write host:port, for example istiod.istio-system.svc:15012"
        raise InputError("not an address", path="proxyConfig.discoveryAddress", value=address, hint=hint)


def split(address: str, path: str) -> tuple[str, int]:
    """Host and port of `host:port`; raises InputError."""
    if address.startswith("["):
        host, _, port = address[1:].rpartition("]:")
    else:
        host, _, port = address.rpartition(":")
        if ":" in host:
            host = ""
    if not host or not (port.isascii() and port.isdigit()) or not 1 <= int(port) <= 65535:
        hint = "write host:port, an IPv6 host in brackets, for example collector.observability:9411 or [::1]:9411"
        raise InputError("not an address", path=f"proxyConfig.{path}", value=address, hint=hint)
    return host, int(port)
