"""Profiles, values, MeshConfig and ProxyConfig (docs/istio/profiles.md, docs/istio/injection.md § 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meshc import profiles
from meshc.catalog import Release
from meshc.models import effective, mesh, proxy
from meshc.models.mesh_config import MeshConfig
from meshc.models.proxy_config import ProxyConfig
from meshc.models.values import Values
from meshc.profiles import configmaps, overlays, setflags
from meshc.settings import injector
from meshc.trees import get
from meshc.yamlio import Json
from tests.releases.rows import Row, refusal, settings


def mesh_of(release: Release, **given: Any) -> Json:
    """The mesh document of an installation."""
    return settings(release, **given).mesh_document


def values_of(release: Release, **given: Any) -> Json:
    """The values that the injector sees."""
    return settings(release, **given).values.document


def telemetry(**options: Json) -> Json:
    return {"telemetry": {"v2": {"prometheus": options}}}


def metrics(release: Release, values: Json) -> Json:
    """The default providers of metrics."""
    return (
        configmaps.mesh_document(release, Values(values), namespace="istio-system")
        .get("defaultProviders", {})
        .get("metrics")
    )


def tracing(release: Release, **values: Json) -> Json:
    """The tracing block that a tracer's values lead to."""
    chosen = {"global": {"proxy": {"tracer": values.pop("tracer")}, "tracer": values.pop("options", {})}} | values
    document = configmaps.mesh_document(release, Values(chosen), namespace="istio-system")
    return document["defaultConfig"].get("tracing", "absent")


ON = {"telemetry": {"enabled": True, "v2": {"enabled": True, "prometheus": {"enabled": True}}}}
OVERRIDDEN = {
    "telemetry": {
        "enabled": True,
        "v2": {"enabled": True, "prometheus": {"enabled": True, "configOverride": {"gateway": {"a": 1}}}},
    }
}


def discovery(release: Release, **values: Json) -> str:
    document = configmaps.mesh_document(release, Values(values), namespace="istio-system")
    return str(document["defaultConfig"]["discoveryAddress"]).partition(".")[0]


def findings(release: Release, config: Json) -> int:
    """How many errors and warnings a ProxyConfig laid over the defaults has."""
    found = proxy.validate(ProxyConfig({**proxy.defaults(release).document, **config}), release)
    return len(found.errors) + len(found.warnings)


def tls(release: Release, **options: Json) -> int:
    return findings(release, {"tracing": {"zipkin": {"address": "a:1"}, "tlsSettings": {"mode": "SIMPLE", **options}}})


def curves(release: Release) -> bool:
    return bool(
        mesh.validate(
            MeshConfig({**mesh.defaults(release).document, "meshMTLS": {"ecdhCurves": ["P-256"]}}), release
        ).errors
    )


def headers(release: Release) -> Json:
    base = ProxyConfig({"proxyHeaders": {"server": {"value": "one"}}})
    return proxy.merge(base, {"proxyHeaders": {"requestId": {"disabled": True}}}, release).document["proxyHeaders"]


def layered(release: Release) -> Json:
    """The members of a message that the mesh and a pod's annotation both set."""
    own = {**proxy.defaults(release).document, "proxyStatsMatcher": {"inclusionPrefixes": ["mesh"]}}
    pod = effective.Pod("shop", {}, {"proxy.istio.io/config": "proxyStatsMatcher: {inclusionPrefixes: [pod]}"})
    return effective.for_pod(MeshConfig({"defaultConfig": own}), pod, (), release).document["proxyStatsMatcher"][
        "inclusionPrefixes"
    ]


def istiod_environment(release: Release, user: Json = None) -> dict[str, Json]:
    """The environment of the istiod container: name to value or source."""
    made = profiles.istioctl(release, "default", stamp=profiles.released(release), user=user or {})
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in made.environment or []}


def variable(name: str, user: Json = None) -> Callable[[Release], bool]:
    return lambda r: name in istiod_environment(r, user)


def divisor(name: str) -> Callable[[Release], Json]:
    return lambda r: (istiod_environment(r).get(name) or {}).get("resourceFieldRef", {}).get("divisor", "")


def visible(*path: str) -> Callable[[Release], bool]:
    """Whether the injector sees a value."""

    def observe(release: Release) -> bool:
        given: Json = {"seen": True}
        for key in reversed(path):
            given = {key: given}
        made = profiles.istioctl(release, "default", stamp=profiles.released(release), user={"values": given})
        return get(made.values, (*path, "seen")) is True

    return observe


def feature(name: str) -> Callable[[Release], str]:
    return lambda r: settings(r).feature(name)


def kubernetes(version: str) -> Callable[[Release], bool]:
    """Whether a release supports a Kubernetes version."""
    return lambda r: version in r.fact("profiles.kubernetes")["supported"]


def oldest_kubernetes(release: Release) -> str | None:
    return settings(release).chart_kube_version


def shipped(name: str) -> Callable[[Release], bool]:
    return lambda r: name in injector.from_values(Values(), r).templates


def autoscaling(release: Release) -> Json:
    user = {"components": {"pilot": {"k8s": {"hpaSpec": {"minReplicas": 3}}}}}
    made = profiles.istioctl(release, "default", stamp=profiles.released(release), user=user)
    return made.chart_values.get("autoscaleMin")


def cpu(release: Release) -> Json:
    user = {"components": {"pilot": {"k8s": {"resources": {"requests": {"cpu": "2000m"}}}}}}
    made = profiles.istioctl(release, "default", stamp=profiles.released(release), user=user)
    return get(made.chart_values, "resources.requests.cpu")


def chosen(values: Json) -> Callable[[Release], int]:
    return lambda r: len(overlays.chosen(r, values))


def writes(release: Release, values: Json) -> bool:
    return configmaps.writes_injector(release, Values(values))


def refuses(values: Json) -> Callable[[Release], bool]:
    return lambda r: bool(refusal(lambda: overlays.refuse(r, values)))


def compatible(release: Release) -> Json:
    return setflags.typed("compatibilityVersion", "1.20", release)


def ztunnel(release: Release) -> bool:
    user = {"components": {"ztunnel": {"enabled": True, "namespace": "ztunnels"}}}
    made = profiles.istioctl(release, "default", stamp=profiles.released(release), user=user)
    return "ztunnels" in str(made.chart_values)


METADATA = {
    "iop": [
        {
            "apiVersion": "install.istio.io/v1alpha1",
            "kind": "IstioOperator",
            "spec": {"meshConfig": {"defaultConfig": {"proxyMetadata": {"PORT": 1}}}},
        }
    ]
}
FIPS = {"values": {"pilot": {"env": {"COMPLIANCE_POLICY": "fips-140-3"}}}}
NODE_TAINT = {"values": {"pilot": {"taint": {"enabled": True}}}}
ROWS = [
    Row(
        "mesh.inbound_listen_port_default",
        lambda r: "proxyInboundListenPort" in mesh.defaults(r).document,
        {"1.17": False, "1.18": True},
    ),
    Row(
        "mesh.prometheus_merge_default",
        lambda r: "enablePrometheusMerge" in mesh.defaults(r).document,
        {"1.17": False, "1.18": True},
    ),
    Row(
        "mesh.inbound_policy_default",
        lambda r: "inboundTrafficPolicy" in mesh.defaults(r).document,
        {"1.21": False, "1.22": True},
    ),
    Row(
        "mesh.default_concurrency", lambda r: "concurrency" in proxy.defaults(r).document, {"1.17": True, "1.18": False}
    ),
    Row("mesh.default_tracing", lambda r: "tracing" in proxy.defaults(r).document, {"1.21": True, "1.22": False}),
    Row("mesh.layers_written_out", layered, {"1.17.1": ["mesh", "pod"], "1.17.2": ["pod"]}),
    Row("mesh.proxy_headers_inherited", lambda r: "server" in headers(r), {"1.19.0": False, "1.19.1": True}),
    Row("mesh.drain_duration_limit", lambda r: findings(r, {"drainDuration": "7200s"}), {"1.21": 1, "1.22": 0}),
    Row(
        "mesh.skip_verify_excludes_ca",
        lambda r: tls(r, insecureSkipVerify=True, caCertificates="/ca"),
        {"1.18": 0, "1.19": 1},
    ),
    Row(
        "mesh.configmap_credential_refused", lambda r: tls(r, credentialName="configmap://one"), {"1.25": 0, "1.26": 1}
    ),
    Row(
        "mesh.dns_auto_allocate_deprecated",
        lambda r: findings(r, {"proxyMetadata": {"ISTIO_META_DNS_AUTO_ALLOCATE": "true"}}),
        {"1.24": 0, "1.25": 1},
    ),
    Row("mesh.ecdh_curves_checked", curves, {"1.17": False, "1.18": True}),
    Row("profiles.ztunnel_component", ztunnel, {"1.17": False, "1.18": True}),
    Row("profiles.compatibility_version", compatible, {"1.20": 1.2, "1.21": "1.20"}),
    Row("profiles.wrapped_defaults", chosen({"profile": "demo"}), {"1.20": 0, "1.21": 1}),
    Row("profiles.platform_overlays", chosen({"global": {"platform": "openshift"}}), {"1.23": 0, "1.24": 1}),
    Row("profiles.top_level_platform", chosen({"platform": "openshift"}), {"1.24": 0, "1.25": 1}),
    Row("profiles.default_providers", lambda r: metrics(r, ON), {"1.17": None, "1.18": ["prometheus"]}),
    Row(
        "profiles.override_turns_default_provider_off",
        lambda r: metrics(r, OVERRIDDEN),
        {"1.18": None, "1.20": None, "1.21": ["prometheus"]},
    ),
    Row(
        "profiles.telemetry_overrides_refused",
        refuses(telemetry(configOverride={"a": 1})),
        {"1.20": False, "1.21": True},
    ),
    Row(
        "profiles.stackdriver_options_refused",
        refuses({"global": {"pilotCertProvider": "kubernetes"}}),
        {"1.23": False, "1.24": True},
    ),
    Row("profiles.empty_tracing_without_tracer", lambda r: tracing(r, tracer="none"), {"1.21": {}, "1.22": "absent"}),
    Row(
        "profiles.stackdriver_tracer_complete",
        lambda r: len(tracing(r, tracer="stackdriver")["stackdriver"] or {}),
        {"1.18.5": 0, "1.18.6": 4},
    ),
    Row(
        "profiles.remote_istiod_with_pilot",
        lambda r: discovery(r, **{"global": {"remotePilotAddress": "a"}, "pilot": {"enabled": True}}),
        {"1.23": "istiod-remote", "1.24": "istiod"},
    ),
    Row(
        "profiles.remote_istiod_with_local_injector",
        lambda r: discovery(
            r,
            **{
                "global": {"remotePilotAddress": "a"},
                "istiodRemote": {"enabled": True, "enabledLocalInjectorIstiod": True},
            },
        ),
        {"1.26": "istiod", "1.27": "istiod-remote"},
    ),
    Row(
        "profiles.remote_without_istiod",
        lambda r: configmaps.writes_istiod(r, Values({"istiodRemote": {"enabled": True}})),
        {"1.23": True, "1.24": False},
    ),
    Row(
        "profiles.resource_scope",
        lambda r: writes(r, {"global": {"resourceScope": "cluster"}}),
        {"1.27": True, "1.28": False},
    ),
    Row(
        "profiles.proxy_metadata_stays_text",
        lambda r: bool(refusal(lambda: settings(r, **METADATA))),
        {"1.17": True, "1.18": False, "1.23": False, "1.24": True},
    ),
    Row("profiles.set_keeps_text", lambda r: setflags.typed("tag", "1", r), {"1.23": 1, "1.24": "1"}),
    Row(
        "profiles.set_takes_second_equals_as_path",
        lambda r: bool(refusal(lambda: setflags.parse("a=b=c", r))),
        {"1.23": True, "1.24": False},
    ),
    Row("profiles.autoscaling_values_from_k8s", autoscaling, {"1.28.7": 1, "1.28.8": 3, "1.29": 1}),
    Row(
        "profiles.set_value_may_hold_equals",
        lambda r: refusal(lambda: setflags.parse("a=b=c", r)) or setflags.parse("a=b=c", r)[1],
        {"1.30": "", "1.31": "b=c"},
    ),
    Row("profiles.shipped_templates", shipped("agentgateway-waypoint"), {"1.30": False, "1.31": True}),
    Row("profiles.istiod_env", variable("GODEBUG", FIPS), {"1.30": False, "1.31": True}),
    Row("profiles.shipped_templates", shipped("waypoint"), {"1.17": False, "1.18": True}),
    Row("profiles.shipped_templates", shipped("agentgateway"), {"1.28": False, "1.29": True}),
    Row("profiles.visible_values", visible("pilot", "cni"), {"1.21": False, "1.22.1": True, "1.22": True}),
    Row(
        "profiles.visible_values",
        visible("gateways", "securityContext"),
        {"1.20.7": False, "1.20.8": True, "1.21.3": False, "1.21.4": True, "1.22.1": False, "1.22.2": True},
    ),
    Row("profiles.visible_values", visible("gateways", "seccompProfile"), {"1.22": False, "1.23": True}),
    Row("profiles.visible_values", visible("istio_cni"), {"1.23": True, "1.24": False}),
    Row("profiles.visible_values", visible("pilot", "env"), {"1.25": False, "1.26": True}),
    Row("profiles.istiod_env", variable("GOMEMLIMIT"), {"1.17": False, "1.18": True, "1.28": True, "1.29": False}),
    Row("profiles.istiod_env", variable("PLATFORM"), {"1.18": False, "1.19": True}),
    Row("profiles.istiod_env", variable("ISTIOD_ADDR"), {"1.19": True, "1.20": False}),
    Row("profiles.istiod_env", variable("JWT_POLICY"), {"1.21": True, "1.22": False}),
    Row(
        "profiles.istiod_env",
        variable("EXTERNAL_ISTIOD", {"values": {"global": {"externalIstiod": True}}}),
        {"1.22": False, "1.23": True},
    ),
    Row("profiles.istiod_env", divisor("GOMAXPROCS"), {"1.23": "", "1.24": "1"}),
    Row("profiles.istiod_env", divisor("GOMEMLIMIT"), {"1.25": "", "1.26": "1"}),
    Row(
        "profiles.istiod_env",
        variable("PILOT_CA_CERT_CONFIGMAP", {"values": {"global": {"trustBundleName": "a"}}}),
        {"1.26": False, "1.27": True},
    ),
    Row(
        "profiles.istiod_env",
        variable("PILOT_CRL_CONFIGMAP", {"values": {"pilot": {"crlConfigMapName": "a"}}}),
        {"1.28": False, "1.29": True},
    ),
    Row(
        "profiles.istiod_env",
        variable("PILOT_ENABLE_NODE_UNTAINT_CONTROLLERS", NODE_TAINT),
        {"1.29": False, "1.30": True},
    ),
    Row("profiles.istiod_env_defaults", feature("CA_TRUSTED_NODE_ACCOUNTS"), {"1.17": "", "1.18": ""}),
    Row(
        "profiles.istiod_env_defaults",
        feature("ENABLE_NATIVE_SIDECARS"),
        {"1.18": "", "1.19": "false", "1.26": "false", "1.27": "auto"},
    ),
    Row(
        "profiles.istiod_env_defaults",
        feature("PILOT_ENABLE_AMBIENT_CONTROLLERS"),
        {"1.17": "", "1.18": "false", "1.21": "false", "1.22": ""},
    ),
    Row(
        "profiles.istiod_env_defaults",
        feature("PILOT_ENABLE_GATEWAY_API_GATEWAYCLASS_CONTROLLER"),
        {"1.19": "", "1.20": "true"},
    ),
    Row(
        "profiles.istiod_env_defaults",
        feature("ENABLE_AUTO_SNI"),
        {"1.20": "false", "1.21": "true", "1.25": "true", "1.26": ""},
    ),
    Row("profiles.istiod_env_defaults", feature("PILOT_ENABLE_SENDING_HBONE"), {"1.21": "", "1.22": "true"}),
    Row("profiles.istiod_env_defaults", feature("VERIFY_CERTIFICATE_AT_CLIENT"), {"1.23": "true", "1.24": ""}),
    Row("profiles.istiod_env_defaults", feature("PILOT_CRL_CONFIGMAP"), {"1.28": "", "1.29": "istio-ca-crl"}),
    Row(
        "profiles.kubernetes",
        oldest_kubernetes,
        {
            "1.17": "1.23",
            "1.18": "1.24",
            "1.19": "1.25",
            "1.20": "1.25",
            "1.21": "1.26",
            "1.22": "1.26",
            "1.24": "1.28",
            "1.25": "1.29",
            "1.28": "1.30",
            "1.30": "1.32",
        },
    ),
    Row("profiles.kubernetes", kubernetes("1.29"), {"1.19": False, "1.20": True}),
    Row("profiles.kubernetes", kubernetes("1.30"), {"1.21": False, "1.22": True}),
    Row("profiles.kubernetes", kubernetes("1.33"), {"1.25": False, "1.26": True}),
    Row("profiles.kubernetes", kubernetes("1.35"), {"1.28": False, "1.29": True}),
    Row(
        "profiles.images",
        lambda r: values_of(r)["global"]["hub"],
        {"1.17": "docker.io/istio", "1.29": "docker.io/istio", "1.30": "registry.istio.io/release"},
    ),
    Row(
        "profiles.quoted_root_namespace",
        lambda r: bool(refusal(lambda: mesh_of(r, installer="helm", values={"global": {"istioNamespace": "1234"}}))),
        {"1.30": True, "1.31": False},
    ),
    Row("profiles.cpu_values_from_k8s", cpu, {"1.30": "500m", "1.31": "2"}),
]
