"""The bootstrap files of one proxy."""

from __future__ import annotations

from dataclasses import dataclass

from meshc.yamlio import Json


@dataclass(frozen=True, kw_only=True)
class Bootstraps:
    """The files one proxy's agent writes, as bytes and as the documents they hold; None for a file it does not write.

    `envoy_path` and `grpc_path` are places in the container, relative to `/`; `host_ip` is what `$(HOST_IP)` stands
    for in a custom bootstrap; `warnings` what Istio would log.  The documents share their larger parts with other
    results: copy one before changing it.
    """

    envoy: bytes | None = None
    grpc: bytes | None = None
    envoy_document: Json = None
    grpc_document: Json = None
    envoy_path: str = ""
    grpc_path: str = ""
    host_ip: str = ""
    warnings: tuple[str, ...] = ()

    def data(self, kind: str) -> bytes | None:
        """The file of a kind, `envoy` or `grpc`, as bytes."""
        return self.envoy if kind == "envoy" else self.grpc

    def document(self, kind: str) -> Json:
        """The file of a kind, `envoy` or `grpc`, as a document."""
        return self.envoy_document if kind == "envoy" else self.grpc_document
