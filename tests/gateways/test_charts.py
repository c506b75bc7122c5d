"""The charts: release differences, overlays, and what Helm's failures become."""

from __future__ import annotations

import pytest

from meshc.errors import SettingsError, UsageError
from meshc.gateways.gateway_objects import chart
from meshc.settings import Settings
from meshc.yamlio import Json
from tests.gateways.objects import environment, installed, pod, proxy

INGRESS = "istio-ingressgateway"


def ingress(release: str, own: Json = None, **values: Json) -> dict[str, Json]:
    return installed("istio-ingress", release, {"gateways": {INGRESS: own or {}}} | values)


def test_objects_come_in_the_order_helm_installs_them() -> None:
    values = {"gateways": {INGRESS: {"autoscaleMin": 2}}, "global": {"networkPolicy": {"enabled": True}}}
    assert list(installed("istio-ingress", "1.30", values)) == [
        "NetworkPolicy",
        "PodDisruptionBudget",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "Service",
        "Deployment",
        "HorizontalPodAutoscaler",
    ]


def test_an_unknown_chart_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="istio-ingress"):
        chart("istio-ingres", {}, Settings.load(release="1.30", installer="helm", resolved_values={}), name="x")


@pytest.mark.parametrize(
    ("release", "version", "image"),
    [
        ("1.17.2", None, "docker.io/istio/proxyv2:1.17.2"),
        ("1.30", None, "registry.istio.io/release/proxyv2:1.30.3"),
        ("1.30", "1.0.0", "registry.istio.io/release/proxyv2:1.30.3"),
    ],
)
def test_released_charts_carry_released_images(release: str, version: str | None, image: str) -> None:
    assert proxy(installed("istio-ingress", release, version=version))["image"] == image


def test_a_gateway_has_a_tag_of_its_own_since_1_26() -> None:
    assert proxy(ingress("1.25", {"tag": "own"}))["image"].endswith(":1.25.5")
    assert proxy(ingress("1.26", {"tag": "own"}))["image"].endswith(":own")


@pytest.mark.parametrize(("release", "written"), [("1.20.6", 5), ("1.20.7", "5"), ("1.21.2", 5), ("1.21.3", "5")])
def test_a_revision_that_looks_like_a_number_is_quoted_since_two_patches(release: str, written: Json) -> None:
    assert ingress(release, revision="5")["Deployment"]["metadata"]["labels"]["istio.io/rev"] == written


@pytest.mark.parametrize(
    ("release", "memory"), [("1.28.5", True), ("1.28.6", False), ("1.29.0", True), ("1.29.1", False)]
)
def test_null_resources_vanish_since_two_patches(release: str, memory: bool) -> None:
    resources = proxy(ingress(release, {"resources": {"limits": {"memory": None}}}))["resources"]
    assert ("memory" in resources["limits"]) is memory


def test_a_user_null_takes_a_default_away_until_1_20_and_is_a_value_after() -> None:
    own = {"resources": {"limits": {"cpu": None}}}
    assert "cpu" not in proxy(ingress("1.20", own))["resources"]["limits"]
    assert proxy(ingress("1.21", own))["resources"]["limits"]["cpu"] is None


@pytest.mark.parametrize(
    ("kube", "api"), [("1.21", "autoscaling/v2beta2"), ("1.23", "autoscaling/v2"), ("1.32", "autoscaling/v2")]
)
def test_autoscaling_follows_kubernetes_until_1_21(kube: str, api: str) -> None:
    assert installed("istio-ingress", "1.21", kube=kube)["HorizontalPodAutoscaler"]["apiVersion"] == api
    assert installed("istio-ingress", "1.22", kube=kube)["HorizontalPodAutoscaler"]["apiVersion"] == "autoscaling/v2"


def test_autoscaling_without_the_second_version_has_the_old_metric() -> None:
    scaler = ingress("1.17", **{"global": {"autoscalingv2API": False}})["HorizontalPodAutoscaler"]
    assert scaler["apiVersion"] == "autoscaling/v2beta1"
    assert scaler["spec"]["metrics"][0]["resource"] == {"name": "cpu", "targetAverageUtilization": 80}


@pytest.mark.parametrize(("release", "expected"), [("1.27", True), ("1.28", False)])
def test_a_single_replica_has_no_disruption_budget_since_1_28(release: str, expected: bool) -> None:
    assert ("PodDisruptionBudget" in ingress(release)) is expected
    assert "PodDisruptionBudget" in ingress(release, {"autoscaleEnabled": False, "replicaCount": 2})


def test_architectures_and_selectors_become_affinity() -> None:
    objects = ingress(
        "1.30", {"nodeSelector": {"zone": "a"}}, **{"global": {"arch": {"s390x": 0, "arm64": 2, "amd64": 1}}}
    )
    node = pod(objects)["spec"]["affinity"]["nodeAffinity"]
    assert node["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"][0]["matchExpressions"] == [
        {"key": "kubernetes.io/arch", "operator": "In", "values": ["amd64", "arm64"]},
        {"key": "zone", "operator": "In", "values": ["a"]},
    ]
    preferred = node["preferredDuringSchedulingIgnoredDuringExecution"]
    assert [(term["weight"], term["preference"]["matchExpressions"][0]["values"]) for term in preferred] == [
        (1, ["amd64"]),
        (2, ["arm64"]),
    ]


def test_anti_affinity_namespaces_belong_to_required_terms_only() -> None:
    rule = {"key": "k", "operator": "In", "values": "a,b", "topologyKey": "t", "namespaces": "x,y"}
    own = {"podAntiAffinityLabelSelector": [rule], "podAntiAffinityTermLabelSelector": [rule]}
    anti = pod(ingress("1.30", own))["spec"]["affinity"]["podAntiAffinity"]
    assert anti["requiredDuringSchedulingIgnoredDuringExecution"][0]["namespaces"] == ["x", "y"]
    assert "namespaces" not in anti["preferredDuringSchedulingIgnoredDuringExecution"][0]["podAffinityTerm"]


def test_the_trust_bundle_switch_must_be_a_boolean() -> None:
    with pytest.raises(SettingsError, match="incompatible types for comparison") as raised:
        ingress("1.26", pilot={"env": {"ENABLE_CLUSTER_TRUST_BUNDLE_API": "true"}})
    assert raised.value.path == "pilot.env.ENABLE_CLUSTER_TRUST_BUNDLE_API"


def test_a_network_of_the_gateway_replaces_the_mesh_network() -> None:
    found = environment(ingress("1.30", {"env": {"ISTIO_META_NETWORK": "own"}}, **{"global": {"network": "mesh"}}))
    assert found["ISTIO_META_NETWORK"] == "own"


@pytest.mark.parametrize("values", [{"profile": "demo"}, {"global": {"profile": "demo"}}])
def test_a_profile_lies_over_the_defaults(values: Json) -> None:
    objects = installed("istio-ingress", "1.25", values)
    assert proxy(objects)["resources"]["requests"] == {"cpu": "10m", "memory": "40Mi"}
    assert "HorizontalPodAutoscaler" not in objects


def test_a_profile_under_global_is_only_data_until_1_24() -> None:
    assert "HorizontalPodAutoscaler" in installed("istio-ingress", "1.24", {"global": {"profile": "demo"}})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"profile": "dmo"}, "unknown profile dmo"),
        ({"compatibilityVersion": "1.10"}, "unknown compatibility version 1.10"),
        ({"platform": "moon"}, "unknown platform moon"),
    ],
)
def test_overlays_nobody_has_are_refused(values: Json, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        installed("gateway", "1.30", values)


def test_the_reserved_key_is_refused() -> None:
    with pytest.raises(SettingsError, match="chart's own") as raised:
        installed("istio-ingress", "1.24", {"defaults": {"revision": "x"}})
    assert raised.value.path == "defaults"
