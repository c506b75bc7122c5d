"""The charts `istio-ingress` and `istio-egress`: the data of their template (docs/istio/other-templates.md § 11)."""

from __future__ import annotations

from meshc.errors import SettingsError
from meshc.gateways.charts.affinity import affinity
from meshc.gateways.charts.chart_defaults import SIDES, section
from meshc.gateways.charts.helm import Helm, as_text, environment, first, kept_resources
from meshc.gateways.value_readers import Reader, chart_reader
from meshc.injection import installation
from meshc.models.value_fields import Below
from meshc.models.values import Values
from meshc.yamlio import Json

_COMPONENTS = {"istio-ingress": "IngressGateways", "istio-egress": "EgressGateways"}
_SYSTEM = {"heritage": "Tiller", "release": "istio", "chart": "gateways"}
_METADATA = "meshConfig.defaultConfig.proxyMetadata"
_DATAPLANE = {"istio.io/dataplane-mode": "none"}


def context(chart: str, values: Json, helm: Helm) -> dict[str, object]:
    """The template's input for one classic gateway. Raises SettingsError for null or malformed sections."""
    value, own = chart_reader(values), chart_reader(values, "gateways", section(chart))
    typed = Values(values, below=Below.CHART)
    name = own("name")
    trust_domain = value("meshConfig.trustDomain")
    return {
        "value": value,
        "own": own,
        "text": lambda path: as_text(value(path), path),
        "name": name,
        "namespace": helm.object_namespace,
        "revision": value("revision"),
        "service_account": f"{name}-service-account",
        "default_service_account": f"{section(chart)}-service-account",
        "labels": _labels(chart, value, own, helm=helm),
        "annotations": _annotations(value, own, helm),
        "injected": bool(own("injectionTemplate")),
        "openshift": _openshift(value, helm),
        "core_dump": helm.has("classic_core_dump")
        and value("global.proxy.enableCoreDump")
        and not own("injectionTemplate"),
        "image": _image(value, own, helm),
        "pull_secrets": installation.pull_secrets(typed.global_),
        "ports": [
            dict(p, protocol=p.get("protocol"), target=p.get("targetPort") or p["port"]) for p in own("ports") or ()
        ],
        "more_ports": own(f"{SIDES[chart]}Ports") or [],
        "resources": _resources(value, own, helm),
        "ca_address": installation.ca_address(typed),
        "trust_domain": trust_domain,
        "mesh_id": value("global.meshID") or trust_domain,
        "environment": environment(own("env")),
        "injected_environment": ([] if own("runAsRoot") else [_UNPRIVILEGED]) + environment(own("env")),
        "proxy_metadata": environment(value(_METADATA), _METADATA),
        "network": not (own("env") or {}).get("ISTIO_META_NETWORK") and value("global.network"),
        "certified_by_istiod": value("global.pilotCertProvider") == "istiod",
        "has_token": not helm.has("jwt_policy") or value("global.jwtPolicy") == "third-party-jwt",
        "user_mounts": _mounts(own),
        "user_volumes": _volumes(own),
        "affinity": affinity(value, own),
        "tolerations": own("tolerations") or value("global.defaultTolerations"),
        "disruption_budget": _disruption_budget(value, own, helm),
        "autoscaling": _autoscaling(value, own, helm),
        **_root_certificate(value, values, helm),
    }


_UNPRIVILEGED = {"name": "ISTIO_META_UNPRIVILEGED_POD", "value": "true"}


def _labels(chart: str, value: Reader, own: Reader, *, helm: Helm) -> dict[str, object]:
    mine = own("labels") or {}
    revision = value("revision")
    owner = {
        "install.operator.istio.io/owning-resource": value("ownerName") or "unknown",
        "operator.istio.io/component": _COMPONENTS[chart],
    }
    common = helm.common_labels(chart=chart, name=section(chart)) if helm.has("common_labels") else {}
    role = {"release": helm.name, "istio.io/rev": helm.revision_label(revision or "default")} | owner | common
    mode = _DATAPLANE if helm.has("classic_dataplane_mode") and not own("injectionTemplate") else {}
    # Labels of the first charts, which the template still writes in this one namespace.
    pod = mine | (_SYSTEM if helm.namespace == "istio-system" else {})
    pod |= _injected_pod(own, helm, revision) if own("injectionTemplate") else _canonical(own, helm, revision)
    if not own("injectionTemplate"):
        pod |= {"istio.io/rev": role["istio.io/rev"]}
    pod |= owner | {"sidecar.istio.io/inject": "true" if own("injectionTemplate") else "false"} | common | mode
    return {"role": role, "object": mine | role, "deployment": mine | role | mode, "selector": mine, "pod": pod}


def _canonical(own: Reader, helm: Helm, revision: Json) -> dict[str, object]:
    mine = own("labels") or {}
    version = (
        [mine.get("app.kubernetes.io/version"), mine.get("version")] if helm.has("classic_canonical_revision") else []
    )
    return {
        "service.istio.io/canonical-name": own("name"),
        "service.istio.io/canonical-revision": as_text(first([*version, revision, "latest"]), "labels"),
    }


def _injected_pod(own: Reader, helm: Helm, revision: Json) -> dict[str, object]:
    labels = _canonical(own, helm, revision) if helm.has("classic_injected_labels") else {}
    return labels | ({"istio.io/rev": helm.revision_label(revision)} if revision else {})


def _annotations(value: Reader, own: Reader, helm: Helm) -> dict[str, object]:
    template = own("injectionTemplate")
    annotations: dict[str, object] = {}
    if helm.has("classic_revision_annotation") and not template:
        annotations["istio.io/rev"] = helm.revision_label(value("revision") or "default")
    if value("meshConfig.enablePrometheusMerge"):
        annotations |= {
            "prometheus.io/port": "15020",
            "prometheus.io/scrape": "true",
            "prometheus.io/path": "/stats/prometheus",
        }
    annotations["sidecar.istio.io/inject"] = "true" if template else "false"
    if template:
        annotations["inject.istio.io/templates"] = template
    return annotations | (own("podAnnotations") or {})


def _openshift(value: Reader, helm: Helm) -> bool:
    platform = value("global.platform")
    if helm.has("classic_platform"):
        platform = value("platform") or platform
    return helm.has("classic_openshift") and platform == "openshift"


def _image(value: Reader, own: Reader, helm: Helm) -> str:
    # Unlike the injector, these charts append the variant to the tag as it is.
    image = as_text(value("global.proxy.image"), "global.proxy.image")
    if "/" in image:
        return image
    tag = (helm.has("classic_own_tag") and own("tag")) or value("global.tag")
    variant = value("global.proxy.variant") or value("global.variant")
    suffix = f"-{variant}" if variant else ""
    return f"{as_text(value('global.hub'), 'global.hub')}/{image or 'proxyv2'}:{as_text(tag, 'global.tag')}{suffix}"


def _resources(value: Reader, own: Reader, helm: Helm) -> object:
    resources = own("resources") or value("global.defaultResources")
    return kept_resources(resources or {}) if helm.has("null_resources_removed") else resources


def _mounts(own: Reader) -> list[dict[str, object]]:
    volumes = [*(own("secretVolumes") or ()), *(v for v in own("configVolumes") or () if v.get("mountPath"))]
    return [{"name": v.get("name"), "mountPath": v.get("mountPath"), "readOnly": True} for v in volumes]


def _volumes(own: Reader) -> list[dict[str, object]]:
    secrets = [
        {"name": v.get("name"), "secret": {"secretName": v.get("secretName"), "optional": True}}
        for v in own("secretVolumes") or ()
    ]
    maps = [
        {"name": v.get("name"), "configMap": {"name": v.get("configMapName"), "optional": True}}
        for v in own("configVolumes") or ()
    ]
    return secrets + maps


def _root_certificate(value: Reader, values: Json, helm: Helm) -> dict[str, object]:
    flag = (((values.get("pilot") or {}).get("env")) or {}).get("ENABLE_CLUSTER_TRUST_BUNDLE_API")
    name = helm.has("trust_bundle_name") and value("global.trustBundleName")
    bundle = helm.has("cluster_trust_bundle") and flag is not None
    if bundle and not isinstance(flag, bool):
        raise SettingsError(
            "incompatible types for comparison: this must be a boolean",
            path=("pilot", "env", "ENABLE_CLUSTER_TRUST_BUNDLE_API"),
            value=flag,
            hint="write true without quotes",
        )
    return {
        "bundle": f"istio.io:istiod-ca:{name or 'root-cert'}" if bundle and flag else None,
        "root_config_map": name or "istio-ca-root-cert",
    }


def _disruption_budget(value: Reader, own: Reader, helm: Helm) -> str | None:
    if not value("global.defaultPodDisruptionBudget.enabled"):
        return None
    replicas = own("autoscaleMin") if own("autoscaleEnabled") else own("replicaCount")
    if helm.has("disruption_budget_needs_replicas") and (replicas or 0) <= 1:
        return None
    return "policy/v1" if helm.has("classic_policy_v1_only") or helm.kubernetes >= 21 else "policy/v1beta1"


def _autoscaling(value: Reader, own: Reader, helm: Helm) -> str | None:
    if not (own("autoscaleEnabled") and own("autoscaleMin") and own("autoscaleMax")):
        return None
    if helm.has("autoscaling_v2_only"):
        return "autoscaling/v2"
    if not value("global.autoscalingv2API"):
        return "autoscaling/v2beta1"
    return "autoscaling/v2" if helm.kubernetes >= 23 else "autoscaling/v2beta2"
