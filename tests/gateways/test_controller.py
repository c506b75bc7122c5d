"""The Gateway API deployment controller: whom it serves, names, labels, ports, and the pods it writes."""

from __future__ import annotations

import pytest

from meshc.errors import InputError, MeshcError, SettingsError
from meshc.gateways.gateway_objects import gateway
from meshc.settings import Settings
from meshc.yamlio import Json
from tests.gateways.objects import GLOBAL, a_gateway, deployed, environment, pod, proxy, settings

NAME = "gateway.networking.k8s.io/gateway-name"
OLD_NAME = "istio.io/gateway-name"
OPENSHIFT = {
    "openshift.io/sa.scc.uid-range": "1000/10",
    "openshift.io/sa.scc.supplemental-groups": "2000/10",
}


def a_class(name: str, controller: str) -> Json:
    return {"kind": "GatewayClass", "metadata": {"name": name}, "spec": {"controllerName": controller}}


def a_namespace(**metadata: Json) -> Json:
    return {"kind": "Namespace", "metadata": {"name": "ns"} | metadata}


@pytest.mark.parametrize(
    ("release", "name", "controller", "kinds"),
    [
        ("1.30", "istio", None, 4),
        ("1.30", "nginx", None, 0),
        ("1.30", "custom", "istio.io/gateway-controller", 4),
        ("1.30", "istio", "example.com/other", 0),
        ("1.19", "custom", "istio.io/gateway-controller", 4),
        ("1.18", "custom", "istio.io/gateway-controller", 0),
        ("1.18", "istio", "istio.io/gateway-controller", 4),
        ("1.18", "istio", "example.com/other", 0),
        ("1.17", "custom", "istio.io/gateway-controller", 3),
        ("1.17", "istio-waypoint", None, 0),
        ("1.30", "istio-remote", None, 0),
        ("1.28", "istio-agentgateway", None, 0),
        ("1.29", "istio-agentgateway", None, 4),
        ("1.26", "istio-east-west", None, 0),
        ("1.27", "istio-east-west", None, 4),
    ],
)
def test_the_class_decides_who_deploys(release: str, name: str, controller: str | None, kinds: int) -> None:
    resources = [a_class(name, controller)] if controller else []
    assert len(deployed(release, a_gateway(name), resources=resources)) == kinds


@pytest.mark.parametrize(
    ("release", "feature", "written"),
    [
        ("1.21", {}, False),
        ("1.21", {"PILOT_ENABLE_AMBIENT_CONTROLLERS": "true"}, True),
        ("1.22", {"PILOT_ENABLE_AMBIENT_CONTROLLERS": "true"}, False),
        ("1.22", {"PILOT_ENABLE_AMBIENT": "true"}, True),
        ("1.22", {"PILOT_ENABLE_AMBIENT": "true", "PILOT_ENABLE_AMBIENT_WAYPOINTS": "false"}, False),
        ("1.22", {"PILOT_ENABLE_AMBIENT": "maybe"}, False),
    ],
)
def test_waypoints_need_their_switches(release: str, feature: dict[str, str], written: bool) -> None:
    assert bool(deployed(release, a_gateway("istio-waypoint"), feature=feature)) is written


def test_the_default_class_can_be_renamed_since_1_22() -> None:
    feature = {"PILOT_GATEWAY_API_DEFAULT_GATEWAYCLASS_NAME": "mine", "PILOT_GATEWAY_API_CONTROLLER_NAME": "a.b/c"}
    objects = deployed("1.22", a_gateway("mine"), feature=feature)
    assert objects["Service"]["metadata"]["labels"]["gateway.istio.io/managed"] == "a.b-c"
    assert deployed("1.22", a_gateway("istio"), feature=feature) == {}
    assert deployed("1.21", a_gateway("istio"), feature=feature) != {}


def test_the_controller_can_be_switched_off() -> None:
    assert deployed("1.30", a_gateway(), feature={"PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER": "false"}) == {}


@pytest.mark.parametrize(
    ("addresses", "managed"),
    [
        ([], True),
        ([{"value": "1.2.3.4"}], True),
        ([{"type": "IPAddress", "value": "1.2.3.4"}], True),
        ([{"type": "Hostname", "value": "svc.ns"}], False),
        ([{"value": "1.2.3.4"}, {"value": "1.2.3.5"}], False),
    ],
)
def test_addresses_can_leave_the_deployment_to_the_user(addresses: Json, managed: bool) -> None:
    document = a_gateway(addresses=addresses)
    assert bool(deployed("1.26", document)) is managed
    assert deployed("1.26", document, feature={"ENABLE_GATEWAY_API_MANUAL_DEPLOYMENT": "false"}) != {}
    assert bool(deployed("1.25", document, feature={"ENABLE_GATEWAY_API_MANUAL_DEPLOYMENT": "false"})) is managed


@pytest.mark.parametrize(
    ("release", "version", "kinds"),
    [
        ("1.30", "5", ["ServiceAccount", "Deployment", "Service"]),
        ("1.30", "4", ["Gateway", "ServiceAccount", "Deployment", "Service"]),
        ("1.30", "6", []),
        ("1.30", "five", []),
        ("1.17.3", "2", []),
        ("1.17.2", "2", ["Service", "Deployment", "Gateway"]),
    ],
)
def test_the_version_annotation_marks_whose_gateway_it_is(release: str, version: str, kinds: list[str]) -> None:
    document = a_gateway(metadata={"annotations": {"gateway.istio.io/controller-version": version}})
    assert [d["kind"] for d in gateway(document, settings(release))] == kinds


@pytest.mark.parametrize(
    ("own", "namespace", "revision", "written"),
    [
        (None, None, "canary", True),
        ("canary", None, "canary", True),
        ("stable", None, "canary", False),
        (None, {}, "canary", False),
        (None, {"istio.io/rev": "canary"}, "canary", True),
        ("canary", {"istio.io/rev": "stable"}, "canary", True),
        ("default", None, "", True),
        (None, {"istio.io/rev": "canary"}, "", False),
    ],
)
def test_a_gateway_belongs_to_one_revision(own: str | None, namespace: Json, revision: str, written: bool) -> None:
    document = a_gateway(metadata={"labels": {"istio.io/rev": own} if own else {}})
    resources = [] if namespace is None else [a_namespace(labels=namespace)]
    known = Settings.load(
        release="1.30",
        resolved_values={"global": GLOBAL},
        revision=revision,
        resources=resources,
        resolved_mesh_config={},
    )
    assert bool(gateway(document, known)) is written


def test_a_namespace_that_is_not_watched_gives_nothing() -> None:
    assert gateway(a_gateway(), settings("1.30"), watched_namespaces=["other"]) == []
    assert gateway(a_gateway(), settings("1.30"), watched_namespaces=["ns"]) != []


def test_names_can_be_overridden_apart_from_the_service_account() -> None:
    objects = deployed("1.30", a_gateway(metadata={"annotations": {"gateway.istio.io/name-override": "other"}}))
    assert objects["Deployment"]["metadata"]["name"] == objects["Service"]["metadata"]["name"] == "other"
    assert objects["ServiceAccount"]["metadata"]["name"] == pod(objects)["spec"]["serviceAccountName"] == "gw-istio"
    assert "gateway.istio.io/name-override" not in objects["Deployment"]["metadata"]["annotations"]


def test_a_gateway_called_like_a_number_is_one_where_the_template_does_not_quote() -> None:
    objects = deployed("1.30", a_gateway(name="123"))
    assert objects["Service"]["metadata"]["ownerReferences"][0]["name"] == 123
    assert objects["Deployment"]["spec"]["selector"]["matchLabels"] == {NAME: 123}
    assert objects["ServiceAccount"]["metadata"]["ownerReferences"][0]["name"] == "123"
    waypoint = deployed("1.30", a_gateway("istio-waypoint", name="123"))
    assert waypoint["Service"]["spec"]["selector"] == {NAME: "123"}


def test_ports_follow_the_listeners() -> None:
    listeners = [
        {"name": "a.b", "port": 80, "protocol": "HTTP"},
        {"name": "again", "port": 80, "protocol": "TCP"},
        {"port": 443, "protocol": "TLS"},
        {"name": "x" * 70, "port": 15021, "protocol": "TCP"},
    ]
    ports = deployed("1.24", a_gateway(listeners=listeners))["Service"]["spec"]["ports"]
    assert [(p["name"], p["port"], p["appProtocol"]) for p in ports] == [
        ("status-port", 15021, "tcp"),
        ("a-b", 80, "http"),
        ("tls-2", 443, "tls"),
        ("x" * 63, 15021, "tcp"),
    ]
    older = deployed("1.23", a_gateway(listeners=listeners))["Service"]["spec"]["ports"]
    assert [len(p["name"]) for p in older] == [11, 3, 5, 70]


@pytest.mark.parametrize(
    ("release", "kind", "allowed", "attached"),
    [
        ("1.30", "ListenerSet", {"from": "Same"}, True),
        ("1.30", "ListenerSet", {"from": "All"}, True),
        ("1.30", "ListenerSet", {}, False),
        ("1.30", "XListenerSet", {"from": "Same"}, False),
        ("1.29", "XListenerSet", {"from": "Same"}, True),
        ("1.29", "ListenerSet", {"from": "Same"}, False),
        ("1.26", "XListenerSet", {"from": "Same"}, False),
        ("1.30", "ListenerSet", {"from": "Selector", "selector": {"matchLabels": {"team": "a"}}}, True),
        ("1.30", "ListenerSet", {"from": "Selector", "selector": {"matchLabels": {"team": "b"}}}, False),
    ],
)
def test_listener_sets_add_ports(release: str, kind: str, allowed: Json, attached: bool) -> None:
    more = {
        "kind": kind,
        "metadata": {"name": "more", "namespace": "ns"},
        "spec": {"parentRef": {"name": "gw"}, "listeners": [{"name": "more", "port": 8080, "protocol": "HTTP"}]},
    }
    document = a_gateway(allowedListeners={"namespaces": allowed})
    objects = deployed(
        release,
        document,
        feature={"PILOT_ENABLE_ALPHA_GATEWAY_API": "true"},
        resources=[more, a_namespace(labels={"team": "a"})],
    )
    assert ("more" in [p["name"] for p in objects["Service"]["spec"]["ports"]]) is attached


@pytest.mark.parametrize(
    ("release", "infrastructure", "expected"),
    [
        ("1.20", {"labels": {"a": "1"}}, {"own": "x"}),
        ("1.21", {"labels": {"a": "1", "gateway.networking.k8s.io/x": "y"}}, {"a": "1"}),
        ("1.21", {"annotations": {"a": "1"}}, {"own": "x"}),
        ("1.21", {"labels": {}}, {}),
    ],
)
def test_infrastructure_labels_replace_the_gateways_own(release: str, infrastructure: Json, expected: Json) -> None:
    document = a_gateway(metadata={"labels": {"own": "x"}}, infrastructure=infrastructure)
    labels = deployed(release, document, feature={})["Service"]["metadata"]["labels"]
    reserved = ("gateway.istio.io/managed", NAME, OLD_NAME)
    assert {k: v for k, v in labels.items() if k not in reserved} == expected


@pytest.mark.parametrize(("release", "mode"), [("1.22.0", None), ("1.22.1", "none"), ("1.30", "none")])
def test_infrastructure_labels_lost_the_dataplane_mode_in_one_patch(release: str, mode: str | None) -> None:
    objects = deployed(release, a_gateway(infrastructure={"labels": {"a": "1"}}))
    assert objects["Service"]["metadata"]["labels"].get("istio.io/dataplane-mode") == mode
    assert deployed(release, a_gateway())["Service"]["metadata"]["labels"]["istio.io/dataplane-mode"] == "none"


@pytest.mark.parametrize(
    ("release", "network", "given", "expected"),
    [
        ("1.20", "net", None, None),
        ("1.21", "net", None, "net"),
        ("1.21", "", None, ""),
        ("1.22.0", "", None, None),
        ("1.22.0", "net", "own", "own"),
        ("1.22.1", "net", "own", "net"),
        ("1.30", "net", "own", "net"),
    ],
)
def test_waypoints_are_labelled_with_the_network(
    release: str, network: str, given: str | None, expected: str | None
) -> None:
    key = "topology.istio.io/network"
    infrastructure = {"labels": {key: given}} if given else {}
    values = {"global": GLOBAL | {"network": network}}
    objects = deployed(release, a_gateway("istio-waypoint", infrastructure=infrastructure), values=values)
    assert objects["Service"]["metadata"]["labels"].get(key) == expected


def test_the_pods_run_as_the_namespace_says() -> None:
    context = proxy(deployed("1.30", a_gateway(), resources=[a_namespace(annotations=OPENSHIFT)]))["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"]) == (1009, 2009)
    older = proxy(deployed("1.19", a_gateway(), resources=[a_namespace(annotations=OPENSHIFT)]))["securityContext"]
    assert (older["runAsUser"], older["runAsGroup"]) == (1337, 1337)


def an_old_deployment(name: str, **labels: str) -> Json:
    selector = {OLD_NAME: "gw", NAME: "gw"}
    return {
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "ns", "labels": labels},
        "spec": {"selector": {"matchLabels": selector}, "template": {"metadata": {"labels": dict(selector)}}},
    }


@pytest.mark.parametrize(
    ("release", "selector", "labelled"),
    [
        ("1.22", {OLD_NAME: "gw"}, True),
        ("1.24.2", {NAME: "gw"}, False),
        ("1.24.3", {OLD_NAME: "gw", NAME: "gw"}, True),
    ],
)
def test_an_existing_deployment_keeps_its_selector(release: str, selector: Json, labelled: bool) -> None:
    existing = an_old_deployment("gw-istio", **{"gateway.istio.io/managed": "istio.io-gateway-controller"})
    objects = deployed(release, a_gateway(), resources=[existing])
    assert objects["Deployment"]["spec"]["selector"]["matchLabels"] == selector
    assert (OLD_NAME in pod(objects)["metadata"]["labels"]) is labelled


def test_objects_of_somebody_else_are_left_alone() -> None:
    foreign = an_old_deployment("gw-istio")
    foreign["spec"]["selector"]["matchLabels"] = {"app": "mine"}
    service = {"kind": "Service", "metadata": {"name": "gw-istio", "namespace": "ns"}}
    assert list(deployed("1.30", a_gateway(), resources=[foreign, service])) == ["Gateway", "ServiceAccount"]
    assert "Deployment" in deployed("1.30", a_gateway(), resources=[an_old_deployment("gw-istio")])


def test_proxy_config_resources_select_the_gateways_pods() -> None:
    def resource(label: str) -> Json:
        return {
            "apiVersion": "networking.istio.io/v1beta1",
            "kind": "ProxyConfig",
            "metadata": {"name": "p", "namespace": "ns"},
            "spec": {"selector": {"matchLabels": {label: "gw"}}, "environmentVariables": {"A": "1"}},
        }

    assert environment(deployed("1.30", a_gateway(), resources=[resource(NAME)]))["A"] == "1"
    assert "A" not in environment(deployed("1.30", a_gateway(), resources=[resource(OLD_NAME)]))
    assert environment(deployed("1.20", a_gateway(), resources=[resource(OLD_NAME)]))["A"] == "1"


def test_a_waypoint_with_the_charts_own_values() -> None:
    known = Settings.load(
        release="1.30", installer="helm", feature={"PILOT_ENABLE_AMBIENT": "true"}, kube_version="1.32"
    )
    listener = {"name": "mesh", "port": 15008, "protocol": "HBONE"}
    objects = {d["kind"]: d for d in gateway(a_gateway("istio-waypoint", name="wp", listeners=[listener]), known)}
    assert " ".join(proxy(objects)["args"]) == (
        "proxy waypoint --domain $(POD_NAMESPACE).svc.cluster.local --serviceCluster wp.$(POD_NAMESPACE) "
        "--proxyLogLevel warning --proxyComponentLogLevel misc:error --log_output_level default:info"
    )
    assert list(environment(objects)) == [
        "ISTIO_META_SERVICE_ACCOUNT",
        "ISTIO_META_NODE_NAME",
        "PILOT_CERT_PROVIDER",
        "CA_ADDR",
        "POD_NAME",
        "POD_NAMESPACE",
        "INSTANCE_IP",
        "SERVICE_ACCOUNT",
        "HOST_IP",
        "ISTIO_CPU_LIMIT",
        "PROXY_CONFIG",
        "GOMEMLIMIT",
        "GOMAXPROCS",
        "ISTIO_META_CLUSTER_ID",
        "ISTIO_META_INTERCEPTION_MODE",
        "ISTIO_META_WORKLOAD_NAME",
        "ISTIO_META_OWNER",
        "ISTIO_META_MESH_ID",
        "TRUST_DOMAIN",
    ]
    assert proxy(objects)["resources"] == {
        "limits": {"cpu": "2", "memory": "1Gi"},
        "requests": {"cpu": "100m", "memory": "128Mi"},
    }
    assert pod(objects)["metadata"]["labels"] == {
        "gateway.istio.io/managed": "istio.io-mesh-controller",
        "gateway.networking.k8s.io/gateway-class-name": "istio-waypoint",
        NAME: "wp",
        "istio.io/dataplane-mode": "none",
        "service.istio.io/canonical-name": "wp",
        "service.istio.io/canonical-revision": "latest",
        "sidecar.istio.io/inject": "false",
    }
    assert objects["Service"]["metadata"]["annotations"] == {"networking.istio.io/traffic-distribution": "PreferClose"}
    assert objects["Service"]["spec"]["type"] == "ClusterIP"


def test_values_that_are_missing_print_as_go_prints_them() -> None:
    objects = deployed("1.26", a_gateway(), values={})
    assert proxy(objects)["image"] == "/proxyv2:"
    assert environment(objects)["CA_ADDR"] == "istiod-<no value>.<no value>.svc:15012"
    assert "<nil>" in proxy(objects)["args"]


def test_a_null_parent_fails_as_in_istio() -> None:
    with pytest.raises(MeshcError, match="nil pointer evaluating interface"):
        deployed("1.26", a_gateway(), values={"global": {"hub": "h", "proxy": None}})


def test_a_lifecycle_is_torn_apart_until_1_21() -> None:
    values = {"global": GLOBAL | {"proxy": {"lifecycle": {"preStop": {"exec": {"command": ["sleep"]}}}}}}
    torn = proxy(deployed("1.21", a_gateway(), values=values))
    assert (torn["lifecycle"], torn["exec"]) == ({"preStop": None}, {"command": ["sleep"]})
    whole = proxy(deployed("1.22", a_gateway(), values=values))
    assert whole["lifecycle"] == {"preStop": {"exec": {"command": ["sleep"]}}}


@pytest.mark.parametrize(
    ("annotations", "config", "image"),
    [
        ({}, None, "hub/agentgateway:tag"),
        ({"gateway.istio.io/agentgatewayImage": "x/y:1"}, None, "x/y:1"),
        ({"gateway.istio.io/agentgatewayImage": "debug"}, None, "hub/agentgateway:tag-debug"),
        ({"sidecar.istio.io/proxyImageType": "debug"}, None, "hub/agentgateway:tag"),
    ],
)
def test_the_image_of_agentgateway(annotations: Json, config: Json, image: str) -> None:
    objects = deployed("1.30", a_gateway("istio-agentgateway", metadata={"annotations": annotations}))
    assert proxy(objects)["image"] == image


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"kind": "Service"}, "kind"),
        (
            {"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": {"name": "x"}, "spec": {}},
            "apiVersion",
        ),
        (a_gateway() | {"spec": None}, "spec"),
        (a_gateway(name=""), "metadata.name"),
        (a_gateway(listeners={"name": "x"}), "spec.listeners"),
        (a_gateway(listeners=[{"port": "80"}]), "spec.listeners[0].port"),
        (a_gateway(metadata={"labels": {"a": 1}}), "metadata.labels"),
    ],
)
def test_what_is_no_gateway_is_refused_with_its_place(document: Json, path: str) -> None:
    with pytest.raises(InputError) as raised:
        deployed("1.30", document)
    assert raised.value.path == path
    assert raised.value.hint


def test_a_trust_bundle_switch_that_is_text_fails() -> None:
    values = {"global": GLOBAL, "pilot": {"env": {"ENABLE_CLUSTER_TRUST_BUNDLE_API": "true"}}}
    with pytest.raises(SettingsError, match="incompatible types"):
        deployed("1.26", a_gateway(), values=values)


def test_what_names_no_namespace_is_in_the_given_one() -> None:
    document = a_gateway(infrastructure={"parametersRef": {"group": "", "kind": "ConfigMap", "name": "c"}})
    del document["metadata"]["namespace"]
    options = {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"deployment": "spec: {replicas: 2}"}}
    known = Settings.load(
        release="1.30", resolved_values={}, resolved_mesh_config={}, namespace="team", resources=[options]
    )
    objects = {d["kind"]: d for d in gateway(document, known)}
    assert objects["Deployment"]["metadata"]["namespace"] == "team"
    assert objects["Deployment"]["spec"]["replicas"] == 2


@pytest.mark.parametrize("resource", ["text", {"kind": "Namespace", "metadata": {"labels": ["a"]}}])
def test_a_malformed_object_of_the_cluster_is_refused(resource: Json) -> None:
    with pytest.raises(MeshcError):
        deployed("1.30", a_gateway(), resources=[resource])


def test_a_users_template_stands_for_the_shipped_one() -> None:
    text = (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ deployment }}\n  namespace: {{ gateway.namespace }}\n"
        "spec:\n  type: {{ service_type }}\n"
    )
    values = {"global": GLOBAL, "sidecarInjectorWebhook": {"templates": {"kube-gateway": text}}}
    objects = deployed("1.30", a_gateway(), values=values)
    assert list(objects) == ["Gateway", "Service"]
    assert objects["Service"]["spec"] == {"type": "LoadBalancer"}


@pytest.mark.parametrize("change", ["name: other", "namespace: elsewhere"])
def test_a_users_template_may_write_only_its_gateways_objects(change: str) -> None:
    metadata = {"name": "name: gw", "namespace": "namespace: ns"} | {change.partition(":")[0]: change}
    text = "apiVersion: v1\nkind: Service\nmetadata:\n" + "".join(f"  {line}\n" for line in metadata.values())
    values = {"global": GLOBAL, "sidecarInjectorWebhook": {"templates": {"kube-gateway": text}}}
    with pytest.raises(InputError, match="may not write this object"):
        deployed("1.28.4", a_gateway(), values=values)
    assert "Service" in deployed("1.28.3", a_gateway(), values=values)
