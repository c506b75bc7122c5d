"""What the deployment templates know of one Gateway's pod (docs/istio/other-templates.md §§ 7.6, 8 to 10)."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.errors import SettingsError
from meshc.gateways.charts.helm import kubernetes_minor, retyped, root_container_security
from meshc.gateways.controller.gateway_classes import AGENT_WAYPOINT, GatewayClass
from meshc.gotext import printing
from meshc.injection import openshift_ids
from meshc.injection.functions import lookup, proxy_images
from meshc.injection.functions.container_resources import omit_nil
from meshc.injection.installation import Installation
from meshc.models import effective, proxy, proxy_resources
from meshc.models.annotation_names import (
    SIDECAR_AGENT_LOG_LEVEL,
    SIDECAR_COMPONENT_LOG_LEVEL,
    SIDECAR_LOG_LEVEL,
    SIDECAR_PROXY_IMAGE,
)
from meshc.models.proxy_config import ProxyConfig
from meshc.settings import Settings
from meshc.yamlio import Json

_AGENT_IMAGE = "gateway.istio.io/agentgatewayImage"
_LOW_PORTS = {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]}
_TRUST_BUNDLE = "ENABLE_CLUSTER_TRUST_BUNDLE_API"


def context(metadata: Mapping[str, Json], settings: Settings, chosen: GatewayClass) -> dict[str, object]:
    """Values, ProxyConfig, image, identities and security of a gateway's pod.

    `metadata` is the Gateway's own: image and log annotations are looked up there.  Values that only waypoints or
    only other gateways use are read for those alone, since reading below a null is an error.
    Raises SettingsError or InjectionError for values that make Istio's templates fail.
    """
    once = Installation(settings.release, settings.values, settings.mesh, settings.revision, settings.features)
    config = proxy_config(metadata, settings)
    agent_waypoint = chosen.controller == AGENT_WAYPOINT
    return {
        "value_or_default": lookup.value_or_default,
        "merge_maps": lookup.merge_maps,
        "printed": printing.printed,
        "unquoted": _unquoted,
        "kept": omit_nil if settings.release.has("gateways.null_resources_removed") else _same,
        "revision": settings.revision,
        "cluster": settings.cluster or settings.features.get("CLUSTER_ID") or "Kubernetes",
        **_installation(once),
        **(_waypoint(once, chosen) if chosen.template == "waypoint" or agent_waypoint else _ingress(once)),
        **_logs(metadata, once),
        **_proxy(config, settings),
        **_images(metadata, config, once),
        **_security(metadata, settings),
        **_root_certificate(settings),
    }


def proxy_config(metadata: Mapping[str, Json], settings: Settings) -> ProxyConfig:
    """The mesh's ProxyConfig with the resources that select the Gateway's pods; its annotation does not count."""
    # The pods do not exist yet: ProxyConfig selectors see the labels they will get.
    labels = dict.fromkeys(settings.release.fact("gateways.proxy_config_labels"), str(metadata.get("name") or ""))
    pod = effective.Pod(str(metadata["namespace"]), labels, {})
    resources = [
        proxy_resources.read(document, settings.release)
        for document in settings.resources
        if proxy_resources.is_resource(document)
    ]
    return effective.for_pod(settings.mesh, pod, resources, settings.release)


def _installation(once: Installation) -> dict[str, object]:
    """What gateways share with sidecars, by the same rules."""
    return {
        "domain": once.domain,
        "ca_address": once.ca_address,
        "trust_domain": once.trust_domain,
        "mesh_id": once.mesh_id,
        "pull_policy": once.pull_policy,
        "pull_secrets": once.pull_secrets,
        "cluster_name": once.general.multi_cluster.cluster_name,
        "logs_as_json": bool(once.general.log_as_json),
        "cert_provider": printing.printed(once.general.pilot_cert_provider),
        "jwt_policy": once.jwt_policy,
        "google_certificates": once.gke_workload_certificate,
        "certified_by_istiod": once.signed_by_istiod,
        "has_token": once.projected_token,
    }


def _ingress(once: Installation) -> dict[str, object]:
    return {
        "resources": once.resources,
        "lifecycle": once.proxy.lifecycle,
        "sts_port": once.sts_port,
        "token_audience": once.token_audience,
        "seccomp_profile": None,
    }


def _waypoint(once: Installation, chosen: GatewayClass) -> dict[str, object]:
    waypoint, has = once.general.waypoint, once.release.has
    seccomp = chosen.controller == AGENT_WAYPOINT or has("gateways.waypoint_seccomp")
    return {
        "openshift": has("gateways.waypoint_openshift") and once.general.platform == "openshift",
        "scheduling": {
            "affinity": waypoint.affinity,
            "topologySpreadConstraints": waypoint.topology_spread_constraints,
            "nodeSelector": waypoint.node_selector,
            "tolerations": waypoint.tolerations,
        },
        "resources": waypoint.document.get("resources"),
        "outlier_log_path": once.outlier_log_path,
        "seccomp_profile": once.values.gateways.seccomp_profile if seccomp else None,
        "lifecycle": None,
        "token_audience": once.token_audience if chosen.controller == AGENT_WAYPOINT else "",
    }


def _unquoted(string: str) -> Json:
    """The YAML value of a string that stands in a template without quotes: empty is null, `123` a number."""
    return retyped(string) if string else None


def _same(value: Json) -> Json:
    return value


def _logs(metadata: Mapping[str, Json], once: Installation) -> dict[str, object]:
    levels = {
        "proxy": lookup.annotation(metadata, SIDECAR_LOG_LEVEL, once.proxy.log_level),
        "components": lookup.annotation(metadata, SIDECAR_COMPONENT_LOG_LEVEL, once.proxy.component_log_level),
        "agent": lookup.annotation(metadata, SIDECAR_AGENT_LOG_LEVEL, once.general.logging.level),
    }
    return {"log": levels}


def _proxy(config: ProxyConfig, settings: Settings) -> dict[str, object]:
    entries = sorted(config.proxy_metadata.items())
    return {
        "proxy_config": proxy.to_json_text(config, settings.release) + "\n",
        "proxy_metadata": [{"name": name, "value": value} for name, value in entries],
        "interception_mode": config.interception_mode,
        "discovery_address": config.discovery_address,
    }


def _images(metadata: Mapping[str, Json], config: ProxyConfig, once: Installation) -> dict[str, object]:
    annotations: Mapping[str, str] = metadata.get("annotations") or {}
    general = once.general
    computed = proxy_images.proxy_image(
        general,
        general.proxy.image,
        image=config.image,
        annotations=annotations,
        variant=once.image_variant,
        inherits=once.release.has("templates.empty_image_type_inherits"),
    )
    named = lookup.annotation(metadata, SIDECAR_PROXY_IMAGE, general.proxy.image)
    complete = "/" in named and once.release.has("gateways.image_annotation")
    agent = lookup.annotation(metadata, _AGENT_IMAGE, general.agentgateway.image)
    return {
        "image": named if complete else computed,
        "agent_image": agent if "/" in agent else _agent_image(annotations, config, once),
    }


def _agent_image(annotations: Mapping[str, str], config: ProxyConfig, once: Installation) -> str:
    kind = config.image.image_type if config.image else once.image_variant
    hub, tag = ("" if part is None else printing.sprint(part) for part in (once.general.hub, once.general.tag))
    return f"{hub}/agentgateway:{proxy_images.typed_tag(tag, annotations.get(_AGENT_IMAGE, kind))}"


def _security(metadata: Mapping[str, Json], settings: Settings) -> dict[str, object]:
    has, gateways = settings.release.has, settings.values.gateways
    if has("gateways.old_kubernetes") and kubernetes_minor(settings.kube_version) < 22:
        return {"pod_security": None, "container_security": root_container_security()}
    pod = gateways.security_context if has("gateways.pod_security_context_values") else None
    if not pod:
        profile = gateways.seccomp_profile if has("gateways.kube_gateway_seccomp") else None
        pod = _LOW_PORTS | ({"seccompProfile": profile} if profile else {})
    return {"pod_security": pod, "container_security": _container_security(metadata, settings)}


def _container_security(metadata: Mapping[str, Json], settings: Settings) -> dict[str, object]:
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


def _root_certificate(settings: Settings) -> dict[str, object]:
    has = settings.release.has
    name = settings.values.global_.trust_bundle_name if has("gateways.trust_bundle_name") else None
    # Istio's template looks at the variable only where there is a map `pilot.env`.
    wanted = (settings.values.pilot.env or {}).get(_TRUST_BUNDLE)
    try:
        bundle = has("gateways.cluster_trust_bundle") and printing.equal(wanted, True)
    except printing.IncompatibleTypes as error:
        path = ("pilot", "env", _TRUST_BUNDLE)
        raise SettingsError(str(error), path=path, value=wanted, hint="write true without quotes") from None
    return {
        "bundle": f"istio.io:istiod-ca:{name or 'root-cert'}" if bundle else None,
        "root_config_map": name or "istio-ca-root-cert",
    }
