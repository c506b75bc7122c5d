"""The chart `gateway`."""

from __future__ import annotations

import pytest

from meshc.errors import SettingsError
from meshc.yamlio import Json
from tests.gateways.objects import environment, installed, pod, proxy


def the_chart(release: str, values: Json = None, **given: Json) -> dict[str, Json]:
    return installed("gateway", release, values, **{"name": "istio-edge", "version": "1.0.0"} | given)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("istio-edge", {}, ("istio-edge", "edge")),
        ("istio-edge", {"name": "other"}, ("other", "other")),
        ("RELEASE-NAME", {}, ("istio-ingressgateway", "ingressgateway")),
        ("edge", {"labels": {"app": "a", "istio": "i"}}, ("a", "i")),
    ],
)
def test_names_and_selector(name: str, values: Json, expected: tuple[str, str]) -> None:
    selector = the_chart("1.30", values, name=name)["Service"]["spec"]["selector"]
    assert (selector["app"], selector["istio"]) == expected


@pytest.mark.parametrize(("release", "expected"), [("1.22", None), ("1.23", "")])
def test_an_empty_selector_label_is_dropped_until_1_22(release: str, expected: str | None) -> None:
    assert the_chart(release, {"labels": {"istio": ""}})["Service"]["spec"]["selector"].get("istio") == expected


@pytest.mark.parametrize(
    ("release", "given", "replicas"),
    [
        ("1.18", None, 1),
        ("1.18", 0, 0),
        ("1.19", 0, "absent"),
        ("1.19", 3, 3),
        ("1.25", 0, "absent"),
        ("1.26", 0, 0),
        ("1.26", None, "absent"),
    ],
)
def test_replicas_without_autoscaling(release: str, given: int | None, replicas: Json) -> None:
    values = {"autoscaling": {"enabled": False}} | ({} if given is None else {"replicaCount": given})
    assert the_chart(release, values)["Deployment"]["spec"].get("replicas", "absent") == replicas


@pytest.mark.parametrize(
    ("release", "platform", "ids"),
    [("1.21.2", "openshift", True), ("1.21.3", "openshift", False), ("1.29", "", True), ("1.30", "", False)],
)
def test_user_and_group_are_left_to_openshift_and_then_to_injection(release: str, platform: str, ids: bool) -> None:
    assert ("runAsUser" in proxy(the_chart(release, {"platform": platform}))["securityContext"]) is ids


def test_values_under_global_count_at_the_top_since_1_24_3() -> None:
    values = {"global": {"platform": "openshift"}}
    assert "runAsUser" in proxy(the_chart("1.23", values))["securityContext"]
    assert "runAsUser" not in proxy(the_chart("1.24.3", values))["securityContext"]


def test_an_old_kubernetes_cannot_open_low_ports() -> None:
    objects = the_chart("1.21", kube="1.21")
    assert pod(objects)["spec"]["securityContext"] is None
    assert proxy(objects)["securityContext"]["capabilities"]["add"] == ["NET_BIND_SERVICE"]
    assert "add" not in proxy(the_chart("1.22", kube="1.21"))["securityContext"]["capabilities"]


def test_a_network_gateway_has_fixed_ports_and_view() -> None:
    objects = the_chart("1.29", {"networkGateway": "net1"})
    assert [p["port"] for p in objects["Service"]["spec"]["ports"]] == [15021, 15443, 15012, 15017]
    assert "protocol" not in objects["Service"]["spec"]["ports"][0]
    assert environment(objects) == {"ISTIO_META_REQUESTED_NETWORK_VIEW": "net1"}
    assert pod(objects)["metadata"]["labels"]["topology.istio.io/network"] == "net1"


@pytest.mark.parametrize("entry", [None, {"targetPort": 1}])
def test_a_network_gateway_port_without_number_is_refused_since_1_30(entry: Json) -> None:
    values = {
        "networkGateway": "net1",
        "networkGatewayPorts": {"tls": entry if entry is None else entry | {"port": None}},
    }
    with pytest.raises(SettingsError, match="networkGatewayPorts needs an entry tls") as raised:
        the_chart("1.30", values)
    assert raised.value.path == "networkGatewayPorts.tls"


def test_an_empty_list_of_ports_is_refused_since_1_30() -> None:
    assert the_chart("1.29", {"service": {"ports": []}})["Service"]["spec"]["ports"] == []
    with pytest.raises(SettingsError, match="at least one port"):
        the_chart("1.30", {"service": {"ports": []}})
    assert "Service" not in the_chart("1.30", {"service": {"type": "None", "ports": []}})


@pytest.mark.parametrize(
    ("release", "written"), [("1.17.2", False), ("1.17.3", True), ("1.18.0", False), ("1.18.1", True)]
)
def test_the_disruption_budget_came_with_patches(release: str, written: bool) -> None:
    assert ("PodDisruptionBudget" in the_chart(release, {"podDisruptionBudget": {"minAvailable": 1}})) is written


@pytest.mark.parametrize(
    ("release", "reached"), [("1.27.5", False), ("1.27.6", True), ("1.28.2", False), ("1.28.3", True)]
)
def test_selector_labels_of_the_service_came_with_patches(release: str, reached: bool) -> None:
    selector = the_chart(release, {"service": {"selectorLabels": {"zone": "a"}}})["Service"]["spec"]["selector"]
    assert ("zone" in selector) is reached


def test_a_daemon_set_is_not_scaled() -> None:
    objects = the_chart("1.30", {"kind": "DaemonSet"})
    assert "DaemonSet" in objects
    assert "HorizontalPodAutoscaler" not in objects


def test_a_null_section_is_an_error_and_no_traceback() -> None:
    with pytest.raises(SettingsError) as raised:
        the_chart("1.30", {"autoscaling": None})
    assert raised.value.path == "autoscaling"


def test_the_chart_label_is_a_label() -> None:
    labels = the_chart("1.30", version=f"1.30.3+{'x' * 60}")["Deployment"]["metadata"]["labels"]
    assert len(labels["helm.sh/chart"]) == 63
    assert "+" not in labels["helm.sh/chart"]
