"""What the deployment templates know of one Gateway (docs/istio/other-templates.md §§ 7.6, 8 to 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.errors import SettingsError
from meshc.gateways.charts.helm import kubernetes_minor, retyped
from meshc.gateways.value_readers import Reader, injector_reader
from meshc.gotext import printing
from meshc.injection import openshift_ids
from meshc.injection.functions import lookup, proxy_images
from meshc.injection.functions.container_resources import omit_nil
from meshc.models import effective, proxy, proxy_resources
from meshc.models.proxy_config import ProxyConfig
from meshc.settings import Settings
from meshc.yamlio import Json

_AGENT_IMAGE = "gateway.istio.io/agentgatewayImage"
_LOW_PORTS = {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]}
_TRUST_BUNDLE = "pilot.env.ENABLE_CLUSTER_TRUST_BUNDLE_API"


def context(metadata: Mapping[str, Json], settings: Settings) -> dict[str, Any]:
    """Values, ProxyConfig, image, identities and security of a gateway's pod.

    `metadata` is the Gateway's own: image and log annotations are looked up there.
    Raises SettingsError for values that make Istio's templates fail.
    """
    value = injector_reader(settings.values.document)
    config = proxy_config(metadata, settings)
    trust_domain = lookup.value_or_default(settings.mesh.trust_domain, value("global.trustDomain"))
    return {
        "value": value,
        "printed": printing.printed,
        "value_or_default": lookup.value_or_default,
        "merge_maps": lookup.merge_maps,
        "unquoted": _unquoted,
        "kept": omit_nil if settings.release.has("gateways.null_resources_removed") else _same,
        "revision": settings.revision,
        "cluster": settings.cluster or settings.features.get("CLUSTER_ID") or "Kubernetes",
        "domain": f"$(POD_NAMESPACE).svc.{printing.printed(value('global.proxy.clusterDomain'))}",
        "ca_address": _ca_address(value),
        "trust_domain": trust_domain and printing.sprint(trust_domain),
        "mesh_id": value("global.meshID") or trust_domain,
        "pull_secrets": [{"name": name} for name in value("global.imagePullSecrets") or ()],
        "openshift": settings.release.has("gateways.waypoint_openshift") and value("global.platform") == "openshift",
        "google_certificates": value("global.caName") == "GkeWorkloadCertificate",
        "certified_by_istiod": value("global.pilotCertProvider") == "istiod",
        "has_token": not settings.release.has("gateways.jwt_policy") or value("global.jwtPolicy") == "third-party-jwt",
        **_logs(metadata, value),
        **_proxy(config, settings),
        **_images(metadata, config, value, settings=settings),
        **_security(metadata, value, settings),
        **_root_certificate(value, settings),
    }


def proxy_config(metadata: Mapping[str, Json], settings: Settings) -> ProxyConfig:
    """The mesh's ProxyConfig with the resources that select the Gateway's pods; its annotation does not count."""
    labels = dict.fromkeys(settings.release.fact("gateways.proxy_config_labels"), str(metadata.get("name") or ""))
    pod = effective.Pod(str(metadata["namespace"]), labels, {})
    resources = [
        proxy_resources.read(document, settings.release)
        for document in settings.resources
        if proxy_resources.is_resource(document)
    ]
    return effective.for_pod(settings.mesh, pod, resources, settings.release)


def _unquoted(text: str) -> Json:
    """A text that stands in a template without quotes: empty is null, `123` a number."""
    return retyped(text) if text else None


def _same(value: Json) -> Json:
    return value


def _ca_address(value: Reader) -> str:
    given = value("global.caAddress")
    if given:
        return printing.sprint(given)
    revision = value("revision")
    suffix = "" if revision == "" else f"-{printing.printed(revision)}"
    return f"istiod{suffix}.{printing.printed(value('global.istioNamespace'))}.svc:15012"


def _logs(metadata: Mapping[str, Json], value: Reader) -> dict[str, Any]:
    wanted = {
        "proxy": ("sidecar.istio.io/logLevel", "global.proxy.logLevel"),
        "components": ("sidecar.istio.io/componentLogLevel", "global.proxy.componentLogLevel"),
        "agent": ("sidecar.istio.io/agentLogLevel", "global.logging.level"),
    }
    return {"log": {name: lookup.annotation(metadata, key, value(path)) for name, (key, path) in wanted.items()}}


def _proxy(config: ProxyConfig, settings: Settings) -> dict[str, Any]:
    entries = sorted(config.proxy_metadata.items())
    return {
        "proxy_config": proxy.to_json_text(config, settings.release) + "\n",
        "proxy_metadata": [{"name": name, "value": text} for name, text in entries],
        "interception_mode": config.interception_mode,
        "discovery_address": config.discovery_address,
    }


def _images(metadata: Mapping[str, Json], config: ProxyConfig, value: Reader, *, settings: Settings) -> dict[str, Any]:
    annotations: Mapping[str, str] = metadata.get("annotations") or {}
    variant = (value("global.variant") or "") if settings.release.has("gateways.image_variant") else ""
    computed = proxy_images.proxy_image(
        settings.values.global_,
        settings.values.global_.proxy.image,
        image=config.image,
        annotations=annotations,
        variant=variant,
        inherits=settings.release.has("templates.empty_image_type_inherits"),
    )
    named = lookup.annotation(metadata, "sidecar.istio.io/proxyImage", value("global.proxy.image"))
    own = "/" in named and settings.release.has("gateways.image_annotation")
    agent = lookup.annotation(metadata, _AGENT_IMAGE, value("global.agentgateway.image"))
    return {
        "image": named if own else computed,
        "agent_image": agent if "/" in agent else _agent_image(annotations, config, value, variant=variant),
    }


def _agent_image(annotations: Mapping[str, str], config: ProxyConfig, value: Reader, *, variant: str) -> str:
    kind = config.image.image_type if config.image else variant
    hub, tag = ("" if part is None else printing.sprint(part) for part in (value("global.hub"), value("global.tag")))
    return f"{hub}/agentgateway:{proxy_images.typed_tag(tag, annotations.get(_AGENT_IMAGE, kind))}"


def _security(metadata: Mapping[str, Json], value: Reader, settings: Settings) -> dict[str, Any]:
    has = settings.release.has
    if has("gateways.old_kubernetes") and kubernetes_minor(settings.kube_version) < 22:
        return {"pod_security": None, "container_security": _old_container_security()}
    pod = value("gateways.securityContext") if has("gateways.pod_security_context_values") else None
    if not pod:
        profile = value("gateways.seccompProfile") if has("gateways.kube_gateway_seccomp") else None
        pod = _LOW_PORTS | ({"seccompProfile": profile} if profile else {})
    return {"pod_security": pod, "container_security": _container_security(metadata, settings)}


def _container_security(metadata: Mapping[str, Json], settings: Settings) -> Json:
    ids = openshift_ids.Ids()
    if settings.release.has("gateways.namespace_proxy_ids"):
        name = metadata["namespace"]
        found = [n for n in settings.of_kind("Namespace") if (n.get("metadata") or {}).get("name") == name]
        ids = openshift_ids.ids(found[0] if found else None)
    return {
        "capabilities": {"drop": ["ALL"]},
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsUser": ids.uid,
        "runAsGroup": ids.gid,
        "runAsNonRoot": True,
    }


def _old_container_security() -> Json:
    return {
        "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
        "runAsUser": 0,
        "runAsGroup": 1337,
        "runAsNonRoot": False,
        "allowPrivilegeEscalation": True,
        "readOnlyRootFilesystem": True,
    }


def _root_certificate(value: Reader, settings: Settings) -> dict[str, Any]:
    has = settings.release.has
    name = has("gateways.trust_bundle_name") and value("global.trustBundleName")
    try:
        bundle = has("gateways.cluster_trust_bundle") and printing.equal(value(_TRUST_BUNDLE), True)
    except printing.IncompatibleTypes as error:
        raise SettingsError(
            str(error), path=_TRUST_BUNDLE, value=value(_TRUST_BUNDLE), hint="true without quotes"
        ) from None
    return {
        "bundle": f"istio.io:istiod-ca:{name or 'root-cert'}" if bundle else None,
        "root_config_map": name or "istio-ca-root-cert",
    }
