"""Transport sockets of the static clusters that leave the pod."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Any
_TYPE = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"


def transport_socket(
    settings: Mapping[str, Json] | None, *, metadata: Mapping[str, Json], sni: str, alpn: bool
) -> Json | None:
    """The `transport_socket` of ClientTLSSettings (docs/istio/bootstrap.md § 2.8); None for none or mode DISABLE.

    `metadata` are the node's typed keys, whose TLS_CLIENT_* files win; `sni` is the name for ISTIO_MUTUAL where the
    settings have none; `alpn` says whether protocols are written for this cluster.
    """
    mode = (settings or {}).get("mode") or "DISABLE"
    if settings is None or mode == "DISABLE":
        return None
    mutual = mode == "ISTIO_MUTUAL"
    context: dict[str, Json] = {}
    if alpn:
        context["alpn_protocols"] = ["istio", "h2"] if mutual else ["h2"]
    root = "ROOTCA" if mutual else _file_root(settings, metadata)
    context["combined_validation_context"] = _validation(settings.get("subjectAltNames") or [], root)
    certificate = "default" if mutual else _file_certificate(settings, metadata) if mode == "MUTUAL" else ""
    if certificate:
        context["tls_certificate_sds_secret_configs"] = [_secret(certificate)]
    typed: dict[str, Json] = {"@type": _TYPE, "common_tls_context": context}
    name = settings.get("sni") or (sni if mutual else "")
    if name:
        typed["sni"] = name
    return {"name": "envoy.transport_sockets.tls", "typed_config": typed}


def _validation(names: list[str], root: str) -> Json:
    default = {"match_subject_alt_names": [{"exact": name} for name in names]} if names else {}
    context: dict[str, Json] = {"default_validation_context": default}
    if root:
        context["validation_context_sds_secret_config"] = _secret(root)
    return context


def _secret(name: str) -> Json:
    source: dict[str, Json] = {
        "api_config_source": {
            "api_type": "GRPC",
            "grpc_services": [{"envoy_grpc": {"cluster_name": "sds-grpc"}}],
            "set_node_on_first_message_only": True,
            "transport_api_version": "V3",
        }
    }
    if name in ("default", "ROOTCA"):
        source["initial_fetch_timeout"] = "0s"
    return {"name": name, "sds_config": {**source, "resource_api_version": "V3"}}


def _file_root(settings: Mapping[str, Json], metadata: Mapping[str, Json]) -> str:
    path = metadata.get("TLS_CLIENT_ROOT_CERT") or settings.get("caCertificates")
    return f"file-root:{path}" if path else ""


def _file_certificate(settings: Mapping[str, Json], metadata: Mapping[str, Json]) -> str:
    chain = metadata.get("TLS_CLIENT_CERT_CHAIN") or settings.get("clientCertificate")
    key = metadata.get("TLS_CLIENT_KEY") or settings.get("privateKey")
    return f"file-cert:{chain}~{key}" if chain and key else ""
