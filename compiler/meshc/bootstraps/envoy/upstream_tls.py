"""Transport sockets of the static clusters that leave the pod."""

from __future__ import annotations

from collections.abc import Sequence

from meshc.bootstraps.node.node_metadata import Metadata
from meshc.models.proxy_config import ClientTLSSettings

Node = dict[str, object]
"""A part of the bootstrap."""

_TYPE = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"


def transport_socket(settings: ClientTLSSettings, metadata: Metadata, *, sni: str, alpn: bool) -> Node | None:
    """The `transport_socket` of ClientTLSSettings (docs/istio/bootstrap.md § 2.8); None when absent or mode DISABLE.

    The TLS_CLIENT_* files of the node's metadata win; `sni` is the name for ISTIO_MUTUAL where the settings have none;
    `alpn` says whether protocols are written for this cluster.
    """
    mode = settings.mode
    if mode == "DISABLE":
        return None
    mutual = mode == "ISTIO_MUTUAL"
    context: Node = {}
    if alpn:
        context["alpn_protocols"] = ["istio", "h2"] if mutual else ["h2"]
    root = "ROOTCA" if mutual else _file_root(settings, metadata)
    context["combined_validation_context"] = _validation(settings.subject_alt_names, root)
    certificate = "default" if mutual else _file_certificate(settings, metadata) if mode == "MUTUAL" else ""
    if certificate:
        context["tls_certificate_sds_secret_configs"] = [_secret(certificate)]
    typed: Node = {"@type": _TYPE, "common_tls_context": context}
    name = settings.sni or (sni if mutual else "")
    if name:
        typed["sni"] = name
    return {"name": "envoy.transport_sockets.tls", "typed_config": typed}


def _validation(names: Sequence[str], root: str) -> Node:
    default = {"match_subject_alt_names": [{"exact": name} for name in names]} if names else {}
    context: Node = {"default_validation_context": default}
    if root:
        context["validation_context_sds_secret_config"] = _secret(root)
    return context


def _secret(name: str) -> Node:
    source: Node = {
        "api_config_source": {
            "api_type": "GRPC",
            "grpc_services": [{"envoy_grpc": {"cluster_name": "sds-grpc"}}],
            "set_node_on_first_message_only": True,
            "transport_api_version": "V3",
        }
    }
    # The two secrets that the agent itself serves have no timeout; those read from files keep Envoy's default.
    if name in ("default", "ROOTCA"):
        source["initial_fetch_timeout"] = "0s"
    return {"name": name, "sds_config": {**source, "resource_api_version": "V3"}}


def _file_root(settings: ClientTLSSettings, metadata: Metadata) -> str:
    path = metadata.string("TLS_CLIENT_ROOT_CERT") or settings.ca_certificates
    return f"file-root:{path}" if path else ""


def _file_certificate(settings: ClientTLSSettings, metadata: Metadata) -> str:
    chain = metadata.string("TLS_CLIENT_CERT_CHAIN") or settings.client_certificate
    key = metadata.string("TLS_CLIENT_KEY") or settings.private_key
    return f"file-cert:{chain}~{key}" if chain and key else ""
