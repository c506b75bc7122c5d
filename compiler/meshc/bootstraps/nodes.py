"""What compiling one proxy gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Nodes:
    """The files one proxy's agent writes, as bytes; None for a file it does not write.

    `envoy_path` and `grpc_path` say where in the container, relative to `/`; `host_ip` what `$(HOST_IP)` stands
    for in a custom bootstrap; `warnings` what Istio would log.
    """

    envoy: bytes | None
    grpc: bytes | None
    envoy_path: str = ""
    grpc_path: str = ""
    host_ip: str = ""
    warnings: tuple[str, ...] = ()
