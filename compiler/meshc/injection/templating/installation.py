"""Template data that depends on the settings alone: worked out once, shared by all pods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.catalog import Release
from meshc.gotext import printing
from meshc.injection.templating.values import Values
from meshc.trees import ABSENT
from meshc.yamlio.scalars import resolve

Json = Any

BUNDLE = "istio.io:istiod-ca:"
ROOT_CERT = "istio-ca-root-cert"
RESOURCES = "global.proxy.resources"


def shared(values: Values, mesh: Mapping[str, Json], release: Release, *, revision: str) -> dict[str, Json]:
    """What `sidecar`, `gateway` and `grpc-agent` have in common. Raises InjectionError for odd values."""
    return {
        "revision": revision or "default",
        "pull_policy": values.optional("global.imagePullPolicy") or ABSENT,
        "pull_secrets": [{"name": printing.printed(s)} for s in values.listed("global.imagePullSecrets")] or ABSENT,
        "domain": f"$(POD_NAMESPACE).svc.{values.printed('global.proxy.clusterDomain')}",
        "sts_port": values.optional("global.sts.servicePort"),
        "log_as_json": bool(values.get("global.logAsJson")),
        "lifecycle": values.get("global.proxy.lifecycle"),
        "cluster_id": printing.sprint(_or(values.get("global.multiCluster.clusterName"), "Kubernetes")),
        "network": values.optional("global.network"),
        **_certificates(values, release),
        **_trust(values, mesh),
    }


def _certificates(values: Values, release: Release) -> dict[str, Json]:
    data: dict[str, Json] = {
        "cert_provider": values.printed("global.pilotCertProvider"),
        "ca_address": values.optional("global.caAddress") or _istiod(values),
        "istiod_certificates": values.is_text("global.pilotCertProvider", "istiod"),
        "gke_certificates": values.is_text("global.caName", "GkeWorkloadCertificate"),
        "mount_mtls_certs": bool(values.get("global.mountMtlsCerts")),
        "projected_token": True,
        "root_certificates": _root_certificates(values, release),
    }
    if release.has("templates.jwt_policy"):
        data["jwt_policy"] = values.printed("global.jwtPolicy")
        data["projected_token"] = values.is_text("global.jwtPolicy", "third-party-jwt")
    if data["projected_token"]:
        data["token_audience"] = values.printed("global.sds.token.aud")
    return data


def _root_certificates(values: Values, release: Release) -> dict[str, Json]:
    """The source of the volume `istiod-ca-cert`."""
    bundle = release.has("templates.cluster_trust_bundle") and _wants_bundle(values)
    named = values.optional("global.trustBundleName")
    if not bundle:
        name = named if release.has("templates.trust_bundle_names_config_map") else None
        return {"configMap": {"name": name or ROOT_CERT}}
    if release.has("templates.cluster_trust_bundle_broken"):
        source: Json = {"clusterTrustBundle": None, "name": f"{BUNDLE}root-cert", "path": "root-cert.pem"}
    else:
        source = {"clusterTrustBundle": {"name": f"{BUNDLE}{named or 'root-cert'}", "path": "root-cert.pem"}}
    return {"projected": {"sources": [source]}}


def _wants_bundle(values: Values) -> bool:
    if values.get("pilot.env") is None:
        return False
    return values.is_true("pilot.env.ENABLE_CLUSTER_TRUST_BUNDLE_API")


def _istiod(values: Values) -> str:
    name = "istiod" if values.is_text("revision", "") else f"istiod-{values.printed('revision')}"
    return f"{name}.{values.printed('global.istioNamespace')}.svc:15012"


def _trust(values: Values, mesh: Mapping[str, Json]) -> dict[str, Json]:
    domain = mesh.get("trustDomain") or values.get("global.trustDomain")
    return {
        "trust_domain": printing.sprint(domain) if domain else None,
        "mesh_id": values.optional("global.meshID") or (printing.sprint(domain) if domain else None),
    }


def unquoted(text: str) -> Json:
    """What YAML makes of a text that the template places without quotes: `5` is a number, `true` a boolean."""
    return resolve(text)


def _or(value: Json, default: Json) -> Json:
    return default if value is None or value == "" else value
