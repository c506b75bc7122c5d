"""Charts and the Gateway API deployment controller (docs/istio/other-templates.md)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from meshc import yamlio
from meshc.catalog import Release
from meshc.gateways.gateway_objects import chart, gateway
from meshc.yamlio import Json
from tests.gateways.objects import AMBIENT, a_gateway, pod, proxy
from tests.releases.rows import Row, refusal, settings

GLOBAL = {"hub": "hub", "tag": "tag", "pilotCertProvider": "istiod"}
NETWORK = "topology.istio.io/network"
ABSENT = "absent"


def charted(release: Release, values: Json, *, name: str = "gateway", kube: str = "1.30") -> dict[str, Json]:
    """A chart's objects by kind."""
    known = settings(release, installer="helm", resolved_values={}, kube_version=kube)
    made = chart(name, values, known, name="istio-edge", namespace="edge", version="1.0.0")
    return {document["kind"]: document for document in made}


def namespace(release: Release) -> Json:
    """The namespace on objects of a chart that is installed in a namespace of digits."""
    known = settings(release, installer="helm", resolved_values={}, kube_version="1.30")
    made = chart("gateway", {}, known, name="edge", namespace="1234", version="1.0.0")
    return made[0]["metadata"]["namespace"]


def deployed(release: Release, document: Json, **given: Any) -> dict[str, Json]:
    """What the deployment controller writes for a Gateway, by kind."""
    values = {"global": GLOBAL} | given.pop("values", {})
    known = settings(
        release,
        **{"resolved_values": values, "resolved_mesh_config": {}, "kube_version": "1.30", "feature": AMBIENT} | given,
    )
    return {made["kind"]: made for made in gateway(document, known)}


def listener_ports(*listeners: Json) -> Callable[[Release], list[str]]:
    def observe(release: Release) -> list[str]:
        made = deployed(release, a_gateway(listeners=list(listeners)))
        return [port["name"] for port in made["Service"]["spec"]["ports"]]

    return observe


def quic_ports(switch: str) -> Callable[[Release], list[str]]:
    """Protocols of the Service ports of a Gateway with one HTTPS listener."""
    listener = {"name": "web", "port": 443, "protocol": "HTTPS"}

    def observe(release: Release) -> list[str]:
        feature = {**AMBIENT, "PILOT_ENABLE_QUIC_LISTENERS": switch}
        made = deployed(release, a_gateway(listeners=[listener]), feature=feature)
        return [port["protocol"] for port in made["Service"]["spec"]["ports"]]

    return observe


def workload_socket(release: Release) -> Json:
    volumes = pod(deployed(release, a_gateway()))["spec"]["volumes"]
    return next(volume["emptyDir"] for volume in volumes if volume["name"] == "workload-socket")


def service(**values: Json) -> Callable[[Release], Json]:
    return lambda r: charted(r, {"service": values})["Service"]["spec"]


def spec_field(field: str, value: Json) -> Callable[[Release], bool]:
    """Whether a value of the gateway chart reaches the pod's spec under its own name."""
    return lambda r: field in pod(charted(r, {field: value}))["spec"]


def service_field(field: str, value: Json) -> Callable[[Release], bool]:
    return lambda r: field in service(**{field: value})(r)


def replicas(count: int | None) -> Callable[[Release], Json]:
    given = {} if count is None else {"replicaCount": count}
    return lambda r: charted(r, {"autoscaling": {"enabled": False}} | given)["Deployment"]["spec"].get(
        "replicas", ABSENT
    )


def budget(release: Release) -> bool:
    values = {"podDisruptionBudget": {"minAvailable": 1}, "autoscaling": {"minReplicas": 2}}
    return "PodDisruptionBudget" in charted(release, values)


def pod_labels(values: Json) -> Callable[[Release], Json]:
    return lambda r: pod(charted(r, values))["metadata"]["labels"]


def low_ports(release: Release) -> Json:
    return proxy(charted(release, {}, kube="1.21"))["securityContext"]["capabilities"].get("add", [])


def user(values: Json) -> Callable[[Release], bool]:
    return lambda r: "runAsUser" in proxy(charted(r, values))["securityContext"]


def rollout(release: Release) -> Json:
    return "minReadySeconds" in charted(release, {"minReadySeconds": 5})["Deployment"]["spec"]


def scaler(values: Json) -> Callable[[Release], Json]:
    return lambda r: charted(r, {"autoscaling": {"maxReplicas": 3} | values})["HorizontalPodAutoscaler"]["spec"]


def network_port(release: Release) -> Json:
    values = {"networkGateway": "net1", "networkGatewayPorts": {"tls": {"port": 443}}}
    return next(p["port"] for p in charted(release, values)["Service"]["spec"]["ports"] if p["name"] == "tls")


def ingress(values: Json, kube: str = "1.30") -> Callable[[Release], dict[str, Json]]:
    """The objects of the classic ingress chart."""
    return lambda r: charted(r, {"global": GLOBAL} | values, name="istio-ingress", kube=kube)


def trust_bundle(release: Release) -> bool:
    """Whether a Gateway API gateway takes the root certificate from a ClusterTrustBundle."""
    values = {"pilot": {"env": {"ENABLE_CLUSTER_TRUST_BUNDLE_API": True}}}
    return "clusterTrustBundle" in str(pod(deployed(release, a_gateway(), values=values)))


def waypoint_bundle(name: str) -> Callable[[Release], bool]:
    return lambda r: "clusterTrustBundle" in str(deployed(r, a_gateway(name)))


def image(release: Release) -> str:
    values = {"global": {**GLOBAL, "variant": "debug"}}
    return str(proxy(deployed(release, a_gateway(), values=values))["image"])


def network_label(release: Release) -> Json:
    return deployed(release, a_gateway("istio-waypoint"))["Service"]["metadata"].get("labels", {}).get(NETWORK, ABSENT)


def old_kubernetes(release: Release) -> bool:
    return "NET_BIND_SERVICE" in str(deployed(release, a_gateway(), kube_version="1.21"))


def kept_account(release: Release) -> bool:
    existing = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "gw-istio", "namespace": "ns"}}
    return "ServiceAccount" not in deployed(release, a_gateway(), resources=[existing])


def another_revision(release: Release) -> bool:
    document = a_gateway(metadata={"labels": {"istio.io/rev": "other"}})
    return bool(deployed(release, document))


def switched(feature: dict[str, str], document: Json) -> Callable[[Release], bool]:
    """Whether istiod with these variables writes anything for a Gateway."""
    return lambda r: "Service" in deployed(r, document, feature=feature)


def old_selector(release: Release) -> Json:
    existing = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "gw-istio",
            "namespace": "ns",
            "labels": {"gateway.istio.io/managed": "istio.io-gateway-controller"},
        },
        "spec": {"selector": {"matchLabels": {"istio.io/gateway-name": "gw", "mine": "kept"}}},
    }
    found = deployed(release, a_gateway(), resources=[existing])
    return found["Deployment"]["spec"]["selector"]["matchLabels"].get("mine", ABSENT)


def openshift_user(release: Release) -> bool:
    values = {"global": {**GLOBAL, "platform": "openshift"}}
    return "runAsUser" in proxy(deployed(release, a_gateway("istio-waypoint"), values=values))["securityContext"]


def seccomp(name: str) -> Callable[[Release], bool]:
    values = {"gateways": {"seccompProfile": {"type": "RuntimeDefault"}}}
    return lambda r: "RuntimeDefault" in str(deployed(r, a_gateway(name), values=values))


def proxy_config_by(label: str) -> Callable[[Release], bool]:
    """Whether a ProxyConfig that selects this label reaches the Gateway's pods."""
    resource = {
        "apiVersion": "networking.istio.io/v1beta1",
        "kind": "ProxyConfig",
        "metadata": {"name": "one", "namespace": "ns"},
        "spec": {"selector": {"matchLabels": {label: "gw"}}, "environmentVariables": {"FOUND": "yes"}},
    }
    return lambda r: "FOUND" in str(deployed(r, a_gateway(), resources=[resource]))


def may_write(kind: str, namespace: str) -> Callable[[Release], bool]:
    """Whether a user's template may write an object of this kind into this namespace."""
    document = {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "gw-istio", "namespace": namespace}}
    templates = {"templates": {"kube-gateway": yamlio.dump(document)}}
    return lambda r: not refusal(lambda: deployed(r, a_gateway(), injector_config=templates))


def both(*releases: tuple[Sequence[str], Json]) -> dict[str, Json]:
    """Outcomes of several releases each."""
    return {release: outcome for names, outcome in releases for release in names}


NEW = "gateway.networking.k8s.io/gateway-name"
OLD = "istio.io/gateway-name"
CLASSIC_OPENSHIFT: Json = {"platform": "openshift"}
ROWS = [
    Row(
        "gateways.chart_user_labels_on_pods",
        lambda r: "team" in pod_labels({"labels": {"team": "a"}})(r),
        both((["1.17"], False), (["1.18"], True)),
    ),
    Row("gateways.chart_disruption_budget", budget, {"1.17.2": False, "1.17.3": True, "1.18.0": False, "1.18.1": True}),
    Row(
        "gateways.chart_ip_families",
        service_field("ipFamilyPolicy", "PreferDualStack"),
        {"1.18.2": False, "1.18.3": True, "1.19.0": False, "1.19.1": True},
    ),
    Row("gateways.chart_replicas_always", replicas(0), {"1.18": 0, "1.19": ABSENT}),
    Row("gateways.chart_zero_replicas", replicas(0), {"1.25": ABSENT, "1.26": 0}),
    Row(
        "gateways.chart_termination_grace",
        spec_field("terminationGracePeriodSeconds", 5),
        {"1.18": False, "1.19": True},
    ),
    Row("gateways.chart_priority_class", spec_field("priorityClassName", "high"), {"1.19.3": False, "1.19.4": True}),
    Row(
        "gateways.chart_volumes", spec_field("volumes", [{"name": "v", "emptyDir": {}}]), {"1.19": False, "1.20": True}
    ),
    Row(
        "gateways.chart_scaling_behavior",
        lambda r: "behavior" in scaler({"autoscaleBehavior": {"scaleDown": {}}})(r),
        {"1.20.1": False, "1.20.2": True},
    ),
    Row(
        "gateways.chart_memory_metric",
        lambda r: len(scaler({"targetMemoryUtilizationPercentage": 70})(r)["metrics"]),
        {"1.20": 1, "1.21": 2},
    ),
    Row(
        "gateways.chart_node_ports",
        service_field("allocateLoadBalancerNodePorts", False),
        {"1.20": False, "1.21": True},
    ),
    Row("gateways.chart_old_kubernetes", low_ports, {"1.21": ["NET_BIND_SERVICE"], "1.22": []}),
    Row("gateways.chart_openshift", user({"platform": "openshift"}), {"1.21.2": True, "1.21.3": False}),
    Row(
        "gateways.chart_empty_selector_label",
        lambda r: pod_labels({"labels": {"istio": ""}})(r).get("istio", ABSENT),
        {"1.22": ABSENT, "1.23": ""},
    ),
    Row(
        "gateways.chart_named_pods",
        lambda r: "app.kubernetes.io/name" in pod_labels({})(r),
        {"1.22": False, "1.23": True},
    ),
    Row("gateways.chart_rollout", rollout, {"1.23": False, "1.24": True}),
    Row(
        "gateways.common_labels",
        lambda r: "app.kubernetes.io/part-of" in pod_labels({})(r),
        {"1.23": False, "1.24": True},
    ),
    Row(
        "gateways.chart_pod_network",
        lambda r: NETWORK in pod_labels({"networkGateway": "net1"})(r),
        {"1.25": False, "1.26": True},
    ),
    Row("gateways.chart_load_balancer_class", service_field("loadBalancerClass", "one"), {"1.25": False, "1.26": True}),
    Row(
        "gateways.chart_more_containers",
        spec_field("initContainers", [{"name": "first"}]),
        {"1.26": False, "1.27": True},
    ),
    Row(
        "gateways.chart_selector_labels",
        lambda r: "extra" in service(selectorLabels={"extra": "a"})(r)["selector"],
        {"1.27.5": False, "1.27.6": True, "1.28.2": False, "1.28.3": True},
    ),
    Row(
        "gateways.chart_internal_traffic",
        service_field("internalTrafficPolicy", "Local"),
        {"1.27": False, "1.28": True},
    ),
    Row("gateways.chart_no_ids", user({}), {"1.29": True, "1.30": False}),
    Row("gateways.chart_network_ports", network_port, {"1.29": 15443, "1.30": 443}),
    Row(
        "gateways.chart_ports_required",
        lambda r: bool(refusal(lambda: service(ports=[])(r))),
        {"1.29": False, "1.30": True},
    ),
    Row("gateways.global_flattened", user({"global": {"platform": "openshift"}}), {"1.24.2": True, "1.24.3": False}),
    Row(
        "gateways.autoscaling_v2_only",
        lambda r: charted(r, {}, kube="1.22")["HorizontalPodAutoscaler"]["apiVersion"],
        {"1.21": "autoscaling/v2beta2", "1.22": "autoscaling/v2"},
    ),
    Row(
        "gateways.classic_policy_v1_only",
        lambda r: ingress({}, kube="1.20")(r)["PodDisruptionBudget"]["apiVersion"],
        {"1.20": "policy/v1beta1", "1.21": "policy/v1"},
    ),
    Row("gateways.cluster_trust_bundle", trust_bundle, {"1.25": False, "1.26": True}),
    Row("templates.image_variant", lambda r: image(r).endswith("-debug"), {"1.21": False, "1.22": True}),
    Row("gateways.old_kubernetes", old_kubernetes, {"1.22": True, "1.23": False}),
    Row("gateways.existing_accounts_kept", kept_account, {"1.19": False, "1.20": True}),
    Row("gateways.revision_owner", another_revision, {"1.17": True, "1.18": False}),
    Row(
        "gateways.class_from_environment",
        switched({"PILOT_GATEWAY_API_DEFAULT_GATEWAYCLASS_NAME": "mine"}, a_gateway("mine")),
        {"1.21": False, "1.22": True},
    ),
    Row(
        "gateways.ambient_waypoint_flags",
        switched({"PILOT_ENABLE_AMBIENT_CONTROLLERS": "true"}, a_gateway("istio-waypoint")),
        {"1.21": True, "1.22": False},
    ),
    Row(
        "gateways.manual_deployment_flag",
        switched(
            {"ENABLE_GATEWAY_API_MANUAL_DEPLOYMENT": "false"},
            a_gateway(addresses=[{"type": "Hostname", "value": "gateway.example.com"}]),
        ),
        {"1.25": False, "1.26": True},
    ),
    Row("gateways.network_label_empty", network_label, {"1.21": "", "1.22": ABSENT}),
    Row("gateways.keeps_old_selector", old_selector, {"1.24.2": ABSENT, "1.24.3": "kept"}),
    Row(
        "gateways.object_safeguards",
        may_write("Deployment", "elsewhere"),
        {"1.27.5": True, "1.27.6": False, "1.28.3": True, "1.28.4": False, "1.29.0": False},
    ),
    Row("gateways.waypoint_openshift", openshift_user, {"1.23": True, "1.24": False}),
    Row("gateways.kube_gateway_seccomp", seccomp("istio"), {"1.22": False, "1.23": True}),
    Row("gateways.proxy_config_labels", proxy_config_by(NEW), {"1.20": False, "1.21": True}),
    Row("gateways.proxy_config_labels", proxy_config_by(OLD), {"1.23": True, "1.24": False}),
    Row("gateways.deployed_kinds", may_write("DaemonSet", "ns"), {"1.29": False, "1.30": True}),
    Row("gateways.quoted_namespace", namespace, {"1.30": 1234, "1.31": "1234"}),
    Row("gateways.chart_pod_dns", spec_field("dnsPolicy", "Default"), {"1.30": False, "1.31": True}),
    Row("gateways.chart_health_check_port", service_field("healthCheckNodePort", 32000), {"1.30": False, "1.31": True}),
    Row(
        "gateways.agentgateway_waypoint_class",
        lambda r: len(deployed(r, a_gateway("istio-agentgateway-waypoint"))),
        {"1.30": 0, "1.31": 4},
    ),
    Row(
        "gateways.unique_port_names",
        listener_ports({"name": "status-port", "port": 80, "protocol": "HTTP"}),
        {"1.30": ["status-port", "status-port"], "1.31": ["status-port", "status-port-80"]},
    ),
    Row("gateways.quic_ports", quic_ports("true"), {"1.30": ["TCP", "TCP"], "1.31": ["TCP", "TCP", "UDP"]}),
    Row("gateways.features", quic_ports("what"), {"1.31": ["TCP", "TCP"]}),
    Row("gateways.open_workload_socket", workload_socket, {"1.30": {}, "1.31": None}),
]
