"""Injection, its templates and its webhook (docs/istio/injection.md, docs/istio/sidecar-template.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prometheus_client import REGISTRY

from meshc.catalog import Release
from meshc.injection.functions.function_table import functions
from meshc.injection.identity import Identity
from meshc.injection.pod_templates import Templates
from meshc.injection.templating.template_input import TemplateInput
from meshc.models.mesh_config import MeshConfig
from meshc.models.proxy_config import ProxyConfig
from meshc.webhook import metrics
from meshc.webhook.respond import Answer
from meshc.webhook.webhook_objects import Target, revision_webhook, tag_webhook
from meshc.yamlio import Json
from tests.releases.rows import Row, environment, injected, pod, proxy, refusal, resolved, settings

RANGE = "openshift.io/sa.scc.uid-range"
GROUPS = "openshift.io/sa.scc.supplemental-groups"
NAMESPACE: Json = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {
        "name": "shop",
        "labels": {"istio-injection": "enabled"},
        "annotations": {RANGE: "1000/100", GROUPS: "1000/100"},
    },
}
OPENSHIFT: Json = {"resources": [NAMESPACE], "feature": {"PLATFORM": "openshift"}}
TARGETS = "prometheus.istio.io/scrape-targets"
TARGET = Target("meshc-webhook", "istio-system")


def refuses(name: str, value: str) -> Callable[[Release], bool]:
    """Whether the injector refuses an annotation's value by its own check."""
    return lambda r: name in refusal(lambda: injected(pod({name: value}), settings(r)))


def owner(**metadata: Json) -> Callable[[Release], Json]:
    """The workload name of a bare Pod injected offline."""

    def observe(release: Release) -> Json:
        document = pod()
        document["metadata"] |= metadata
        return environment(injected(document, settings(release, mode="kube-inject")))["ISTIO_META_WORKLOAD_NAME"]

    return observe


def hidden_label(release: Release) -> bool:
    """Whether the label `deploymentconfig` is hidden from templates, which name the workload after it."""
    document = pod(labels={"deploymentconfig": "web"})
    controller = {"kind": "ReplicationController", "name": "web-1", "controller": True, "apiVersion": "v1", "uid": "1"}
    document["metadata"] |= {"generateName": "web-1-", "ownerReferences": [controller]}
    text = "metadata:\n  annotations:\n    seen: {{ ObjectMeta.labels.deploymentconfig | default('no') }}\n"
    known = settings(release, injector_config={"templates": {"sidecar": text}})
    return bool(injected(document, known)["metadata"]["annotations"]["seen"] == "no")


def openshift_user(release: Release, *, init: int | None = None, app: int | None = None) -> Json:
    """The proxy's user where its own equals the application's."""
    document = pod(
        containers=[
            {"name": "web", "image": "web", "securityContext": {"runAsUser": app}},
            {"name": "istio-proxy", "image": "auto", "securityContext": {"runAsUser": 1500, "runAsGroup": 1500}},
        ],
        initContainers=[{"name": "first", "image": "first", "securityContext": {"runAsUser": init}}],
    )
    return proxy(injected(document, settings(release, **OPENSHIFT)))["securityContext"]["runAsUser"]


def dropped_user(release: Release) -> Json:
    document = pod(
        containers=[
            {"name": "web", "image": "web"},
            {"name": "istio-proxy", "image": "auto", "securityContext": {"runAsUser": 1500, "runAsGroup": 1500}},
        ]
    )
    return proxy(injected(document, settings(release, **OPENSHIFT)))["securityContext"]["runAsUser"]


def probers_added(release: Release) -> bool:
    """Whether re-injection gives a proxy without probers its variable."""
    document = pod(
        containers=[
            {"name": "web", "image": "web", "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}}},
        ]
    )
    once = injected(document, settings(release))
    container = proxy(once)
    container["env"] = [entry for entry in container["env"] if entry["name"] != "ISTIO_KUBE_APP_PROBERS"]
    once["spec"]["containers"][0 if once["spec"]["containers"][0]["name"] == "web" else 1]["readinessProbe"] = {
        "httpGet": {"path": "/ready", "port": 8080}
    }
    return "ISTIO_KUBE_APP_PROBERS" in environment(injected(once, settings(release)))


def unusable_values(release: Release) -> bool:
    """Whether a template is refused unrendered when the injector has no values."""
    templates = Templates(release, None, MeshConfig(), own={"own": "spec: {}"})
    given = TemplateInput({}, {"containers": []}, Identity("v1", "Pod", "web", "shop"), ProxyConfig())
    return bool(refusal(lambda: templates.render("own", given)))


def torn_overlay(release: Release) -> bool:
    """Whether an overlay that does not fit a Pod is refused before the merge."""
    text = "spec:\n  terminationGracePeriodSeconds: never\n"
    known = settings(release, injector_config={"templates": {"sidecar": text}})
    return "failed applying injection overlay" in refusal(lambda: injected(pod(), known))


def counted(metric: str, answer: Answer) -> Callable[[Release], float]:
    """By how much an answer raises a metric."""

    def observe(release: Release) -> float:
        before = REGISTRY.get_sample_value(metric) or 0
        metrics.count(answer, release, 0.001)
        return (REGISTRY.get_sample_value(metric) or 0) - before

    return observe


def certificates(release: Release) -> bool:
    known = resolved(release, **{"global": {"pilotCertProvider": "kubernetes"}})
    return "kube-root-ca.crt" in str(injected(pod(), known))


def included_ports(release: Release) -> bool:
    """Whether the CNI plugin is told that no inbound port is captured."""
    on = {"istio_cni": {"enabled": True}, "pilot": {"cni": {"enabled": True}}}
    known = resolved(release, **on, **{"global": {"proxy": {"includeInboundPorts": ""}}})
    return "traffic.sidecar.istio.io/includeInboundPorts" in injected(pod(), known)["metadata"]["annotations"]


def captured_by_cni(release: Release, **values: Json) -> bool:
    names = [c["name"] for c in injected(pod(), resolved(release, **values))["spec"]["initContainers"]]
    return "istio-validation" in names


def revoked(release: Release) -> bool:
    """Whether the ConfigMap of the revocation list can be named."""
    return "revoked" in str(injected(pod(), resolved(release, pilot={"crlConfigMapName": "revoked"})))


def attributes(release: Release) -> bool:
    mesh = {
        "extensionProviders": [
            {
                "name": "otel",
                "opentelemetry": {
                    "service": "a.b",
                    "port": 1,
                    "serviceAttributeEnrichment": "OTEL_SEMANTIC_CONVENTIONS",
                },
            }
        ],
        "defaultProviders": {"tracing": ["otel"]},
    }
    return "OTEL_RESOURCE_ATTRIBUTES" in environment(injected(pod(), settings(release, mesh_config=mesh)))


def local_probes(release: Release) -> bool:
    known = settings(release, feature={"PILOT_ENABLE_INBOUND_PASSTHROUGH": "false"})
    return "REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION" in environment(injected(pod(), known))


def image(release: Release) -> str:
    return str(proxy(injected(pod(), resolved(release, **{"global": {"variant": "debug"}})))["image"])


def gateway_security(release: Release) -> bool:
    known = settings(release, values={"gateways": {"securityContext": {"fsGroup": 2000}}})
    document = pod({"inject.istio.io/templates": "gateway"}, containers=[{"name": "istio-proxy", "image": "auto"}])
    return bool((injected(document, known)["spec"].get("securityContext") or {}).get("fsGroup") == 2000)


def grpc_revision(release: Release) -> bool:
    known = settings(release, revision="10")
    return bool(refusal(lambda: injected(pod({"inject.istio.io/templates": "grpc-agent"}), known)))


def knows_field(part: str, marker: str, **fields: Json) -> Callable[[Release], bool]:
    """Whether a release's Kubernetes API knows a field: unknown ones are lost."""

    def observe(release: Release) -> bool:
        document = pod()
        node = document["spec"] if part == "pod" else document["spec"]["containers"][0]
        node |= fields
        return marker in str(injected(document, settings(release))["spec"])

    return observe


def scrapes_targets(release: Release) -> bool:
    made = injected(pod({"prometheus.io/scrape": "true", TARGETS: "9090,9091"}), settings(release))
    return "9091" in (environment(made).get("ISTIO_PROMETHEUS_ANNOTATIONS") or "")


def refuses_port(release: Release) -> bool:
    """Whether a scrape port that is a name is refused."""
    document = pod({"prometheus.io/scrape": "true", "prometheus.io/port": "http"})
    return bool(refusal(lambda: injected(document, settings(release))))


def secure_port(release: Release) -> bool:
    variables = {"proxyMetadata": {"ENVOY_SECURE_MERGED_METRICS_PORT": "15443"}}
    known = settings(release, mesh_config={"defaultConfig": variables})
    return "prometheus.istio.io/secure-port" in injected(pod(), known)["metadata"]["annotations"]


def canonical_name(release: Release) -> str:
    name = "a" * 61 + "--b"
    document = pod(labels={"app.kubernetes.io/name": name})
    return str(injected(document, settings(release))["metadata"]["labels"]["service.istio.io/canonical-name"])


def init_image(release: Release) -> str:
    known = resolved(release, **{"global": {"proxy_init": {"image": "init"}}})
    return str(injected(pod(), known)["spec"]["initContainers"][0]["image"]).rpartition("/")[2].partition(":")[0]


def debug_flags(release: Release) -> Json:
    known = settings(release, feature={"COMPLIANCE_POLICY": "fips-140-3"})
    return environment(injected(pod(), known)).get("GODEBUG")


def inherited_type(release: Release) -> bool:
    """Whether a ProxyConfig image without a type keeps the mesh's variant."""
    known = resolved(release, **{"global": {"variant": "debug"}})
    return str(proxy(injected(pod({"proxy.istio.io/config": "image: {}"}), known))["image"]).endswith("-debug")


def function(name: str) -> Callable[[Release], bool]:
    return lambda r: name in functions(r, {})


def hook(release: Release, values: Json = None, **target: Any) -> Json:
    """The first webhook of the injection configuration."""
    made = revision_webhook(settings(release, values=values or {}), TARGET)
    return made["webhooks"][0] if made else {}


def tag(release: Release, values: Json = None, field: str = "") -> Json:
    made = tag_webhook(settings(release, values=values or {}), TARGET, "prod")
    return bool(made) if not field else field in made["webhooks"][0]["clientConfig"] if made else None


REMOTE = {"istiodRemote": {"enabled": True}}
BUNDLE = {"istiodRemote": {"injectionCABundle": "QQ=="}}
LONG = "a-canonical-name-that-is-longer-than-the-63-bytes-of-a-label-value"
ROWS = [
    Row(
        "annotations.core_dump_checked",
        refuses("sidecar.istio.io/enableCoreDump", "maybe"),
        {"1.24": True, "1.25": False},
    ),
    Row(
        "annotations.resources_checked",
        refuses("sidecar.istio.io/proxyCPU", "lots"),
        {"1.27.5": False, "1.27.6": True, "1.28.3": False, "1.28.4": True, "1.29.0": True},
    ),
    Row(
        "annotations.interfaces_checked",
        refuses("traffic.sidecar.istio.io/excludeInterfaces", "no interface!"),
        {"1.29": False, "1.30": True},
    ),
    Row(
        "injection.offline_pod_owner",
        owner(
            generateName="db-",
            ownerReferences=[
                {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db", "controller": True, "uid": "1"}
            ],
        ),
        {"1.20": "web", "1.21": "db"},
    ),
    Row(
        "injection.deploymentconfig_label_hidden",
        hidden_label,
        {"1.19.7": True, "1.19.8": True, "1.20.4": True, "1.20.5": False, "1.22": False},
    ),
    Row(
        "injection.openshift_ids",
        lambda r: proxy(injected(pod(), settings(r, **OPENSHIFT)))["securityContext"]["runAsUser"],
        {"1.19": 1337, "1.20": 1099},
    ),
    Row(
        "injection.openshift_clears_equal_uid", lambda r: openshift_user(r, app=1500), {"1.23.0": 1500, "1.23.1": 1099}
    ),
    Row(
        "injection.openshift_compares_init_containers",
        lambda r: openshift_user(r, init=1500),
        {"1.26": 1500, "1.27": 1099},
    ),
    Row(
        "injection.user_ids_dropped",
        dropped_user,
        {
            "1.20.0": 1500,
            "1.20.1": 1099,
            "1.20.6": 1099,
            "1.20.7": 1500,
            "1.21.0": 1099,
            "1.21.3": 1500,
            "1.22.0": 1099,
            "1.22.1": 1500,
        },
    ),
    Row("injection.probers_added_when_missing", probers_added, {"1.26": False, "1.27": True}),
    Row("injection.values_checked_before_rendering", unusable_values, {"1.22": False, "1.23": True}),
    Row("injection.overlay_checked_alone_first", torn_overlay, {"1.18": False, "1.19": True}),
    Row(
        "injection.body_failures_counted",
        counted("sidecar_injection_failure_total", Answer(400, b"", "failed", "body-too-large")),
        {"1.25": 0.0, "1.26": 1.0},
    ),
    Row(
        "injection.success_per_response",
        counted("sidecar_injection_success_total", Answer(200, b"", "skipped", "")),
        {"1.25": 0.0, "1.26": 1.0},
    ),
    Row(
        "webhook.time_histogram",
        counted("sidecar_injection_time_seconds_count", Answer(200, b"", "skipped", "")),
        {"1.17": 0.0, "1.18": 1.0},
    ),
    Row("sidecar.kubernetes_certificates", certificates, {"1.23": True, "1.24": False}),
    Row("sidecar.include_inbound_always", included_ports, {"1.24": False, "1.25": True}),
    Row("sidecar.istio_cni", lambda r: captured_by_cni(r, istio_cni={"enabled": True}), {"1.23": True, "1.24": False}),
    Row("sidecar.crl_config_map_name", revoked, {"1.28": False, "1.29": True}),
    Row("sidecar.otel_resource_attributes", attributes, {"1.29": False, "1.30": True}),
    Row("templates.localhost_probes_from_mesh", local_probes, {"1.21": True, "1.22": False}),
    Row("templates.image_variant", lambda r: image(r).endswith("-debug"), {"1.21": False, "1.22": True}),
    Row(
        "templates.gateway_security_values",
        gateway_security,
        {"1.20.7": False, "1.20.8": True, "1.21.3": False, "1.21.4": True, "1.22.1": False, "1.22.2": True},
    ),
    Row(
        "templates.grpc_agent_revision_quoted",
        grpc_revision,
        {"1.20.6": True, "1.20.7": False, "1.21.2": True, "1.21.3": False, "1.22.0": False},
    ),
    Row("templates.function_to_json_alias", function("toJson"), {"1.18": True, "1.19": False}),
    Row("templates.functions_omit_strdict", function("strdict"), {"1.17": False, "1.18": True}),
    Row("templates.function_merge_maps", function("mergeMaps"), {"1.20": False, "1.21": True}),
    Row(
        "kubernetes.minor",
        knows_field(
            "container", "resizePolicy", resizePolicy=[{"resourceName": "cpu", "restartPolicy": "NotRequired"}]
        ),
        {"1.17": False, "1.18": True},
    ),
    Row("kubernetes.minor", knows_field("container", "Always", restartPolicy="Always"), {"1.18": False, "1.19": True}),
    Row(
        "kubernetes.minor",
        knows_field("container", "sleep", lifecycle={"preStop": {"sleep": {"seconds": 5}}}),
        {"1.20": False, "1.21": True},
    ),
    Row(
        "kubernetes.minor",
        knows_field("container", "appArmorProfile", securityContext={"appArmorProfile": {"type": "Unconfined"}}),
        {"1.21": False, "1.22": True},
    ),
    Row(
        "kubernetes.minor",
        knows_field("pod", "Strict", securityContext={"supplementalGroupsPolicy": "Strict"}),
        {"1.23": False, "1.24": True},
    ),
    Row(
        "kubernetes.minor",
        knows_field("pod", "MountOption", securityContext={"seLinuxChangePolicy": "MountOption"}),
        {"1.24": False, "1.25": True},
    ),
    Row(
        "kubernetes.minor",
        knows_field("container", "SIGUSR1", lifecycle={"stopSignal": "SIGUSR1"}),
        {"1.26.1": False, "1.26.2": True},
    ),
    Row(
        "kubernetes.minor",
        knows_field("pod", "hostnameOverride", hostnameOverride="web"),
        {"1.27": False, "1.28": True},
    ),
    Row(
        "kubernetes.minor",
        knows_field("pod", "workloadRef", workloadRef={"name": "web"}),
        {"1.28": False, "1.29": True, "1.30": True, "1.31": False},
    ),
    Row(
        "kubernetes.minor",
        knows_field("pod", "schedulingGroup", schedulingGroup={"podGroupName": "web"}),
        {"1.30": False, "1.31": True},
    ),
    Row("injection.scrape_targets", scrapes_targets, {"1.30": False, "1.31": True}),
    Row("injection.scrape_ports_checked", refuses_port, {"1.30": False, "1.31": True}),
    Row("injection.secure_port_annotation", secure_port, {"1.30": False, "1.31": True}),
    Row("sidecar.canonical_name_trimmed", canonical_name, {"1.30": "a" * 61 + "-", "1.31": "a" * 61}),
    Row("sidecar.init_image", init_image, {"1.30": "proxyv2", "1.31": "init"}),
    Row("templates.go_debug_of_policy", debug_flags, {"1.30": None, "1.31": "fips140=only"}),
    Row("templates.empty_image_type_inherits", inherited_type, {"1.30": False, "1.31": True}),
    Row("webhook.reinvocation_policy", lambda r: "reinvocationPolicy" in hook(r), {"1.18": False, "1.19": True}),
    Row(
        "webhook.chart_labels",
        lambda r: "helm.sh/chart" in str(revision_webhook(settings(r), TARGET)),
        {"1.23": False, "1.24": True},
    ),
    Row(
        "webhook.ca_bundle_value",
        lambda r: "caBundle" in hook(r, BUNDLE)["clientConfig"],
        {"1.21": False, "1.22": True},
    ),
    Row(
        "webhook.v1_reviews_only",
        lambda r: hook(r)["admissionReviewVersions"],
        {"1.22": ["v1beta1", "v1"], "1.23": ["v1"]},
    ),
    Row(
        "webhook.resource_scope",
        lambda r: bool(hook(r, {"global": {"resourceScope": "namespace"}})),
        {"1.27": True, "1.28": False},
    ),
    Row("webhook.tag_ca_bundle", lambda r: tag(r, BUNDLE, "caBundle"), {"1.26": False, "1.27": True}),
    Row(
        "webhook.tags_skip_remote",
        lambda r: tag(r, REMOTE),
        {"1.23": True, "1.24.5": False, "1.24.6": True, "1.25.2": False, "1.25.3": True},
    ),
    Row(
        "webhook.tag_gating",
        lambda r: tag(r, {"global": {"operatorManageWebhooks": True}}),
        {"1.27": True, "1.28": False},
    ),
]
