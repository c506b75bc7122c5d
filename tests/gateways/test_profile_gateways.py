"""The gateways of install profiles, and what a component's `k8s` block changes in them."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from meshc import catalog
from meshc.errors import SettingsError
from meshc.gateways.charts.k8s_patches import patched
from meshc.gateways.gateway_objects import profile_gateways
from meshc.settings import Gateway, Settings
from meshc.yamlio import Json
from tests.gateways.objects import installed, pod, proxy

DEMO_PORTS = [15021, 8080, 8443, 31400, 15443, 15090]


def changed(release: str, k8s: Json, values: Json = None) -> dict[str, Json]:
    """The ingress gateway's objects after a `k8s` block."""
    gateway = Gateway("istio-ingress", "istio-ingressgateway", "istio-system", MappingProxyType(values or {}), k8s)
    documents = list(installed("istio-ingress", release, values).values())
    return {d["kind"]: d for d in patched(documents, gateway, catalog.release(release))}


@pytest.mark.parametrize("release", catalog.releases(), ids=str)
def test_demo_has_two_gateways_with_small_requests(release: catalog.Release) -> None:
    found = {
        g.name: {d["kind"]: d for d in docs}
        for g, docs in profile_gateways(Settings.load(release=release, profile="demo"))
    }
    assert list(found) == ["istio-ingressgateway", "istio-egressgateway"]
    for objects in found.values():
        assert "HorizontalPodAutoscaler" not in objects
        assert proxy(objects)["resources"] == {
            "requests": {"cpu": "10m", "memory": "40Mi"},
            "limits": {"cpu": "2000m", "memory": "1024Mi"},
        }
    assert [p["containerPort"] for p in proxy(found["istio-ingressgateway"])["ports"]] == DEMO_PORTS


def test_default_has_one_and_minimal_none() -> None:
    assert [g.name for g, _ in profile_gateways(Settings.load(release="1.30"))] == ["istio-ingressgateway"]
    assert profile_gateways(Settings.load(release="1.30", profile="minimal")) == []


def test_a_block_changes_the_deployment() -> None:
    objects = changed(
        "1.30",
        {
            "replicaCount": 4,
            "resources": {"requests": {"cpu": "1"}},
            "env": [{"name": "NEW", "value": "x"}, {"name": "TRUST_DOMAIN", "value": "td"}],
            "nodeSelector": {"a": "b"},
            "podAnnotations": {"c": "d"},
            "strategy": {"rollingUpdate": {"maxSurge": "50%"}},
            "priorityClassName": "high",
            "securityContext": {"runAsUser": 7},
            "imagePullPolicy": "Always",
        },
    )
    spec = objects["Deployment"]["spec"]
    assert spec["replicas"] == 4
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": "50%", "maxUnavailable": "25%"}
    assert proxy(objects)["resources"]["requests"] == {"cpu": "1", "memory": "128Mi"}
    assert proxy(objects)["imagePullPolicy"] == "Always"
    names = [entry["name"] for entry in proxy(objects)["env"]]
    assert names[0] == "NEW"
    assert names.count("TRUST_DOMAIN") == 1
    assert {e["name"]: e.get("value") for e in proxy(objects)["env"]}["TRUST_DOMAIN"] == "td"
    assert pod(objects)["metadata"]["annotations"]["c"] == "d"
    assert pod(objects)["spec"]["securityContext"] == {"runAsUser": 7, "runAsGroup": 1337, "runAsNonRoot": True}
    assert (pod(objects)["spec"]["nodeSelector"], pod(objects)["spec"]["priorityClassName"]) == ({"a": "b"}, "high")


def test_a_block_changes_service_and_scaler() -> None:
    objects = changed(
        "1.30", {"serviceAnnotations": {"a": "b"}, "service": {"type": "NodePort"}, "hpaSpec": {"maxReplicas": 9}}
    )
    assert objects["Service"]["metadata"]["annotations"] == {"a": "b"}
    assert objects["Service"]["spec"]["type"] == "NodePort"
    assert objects["HorizontalPodAutoscaler"]["spec"]["maxReplicas"] == 9


@pytest.mark.parametrize(("release", "kept"), [("1.24.1", True), ("1.24.2", False)])
def test_a_maximum_replaces_the_minimum_of_a_budget(release: str, kept: bool) -> None:
    budget = changed(release, {"podDisruptionBudget": {"maxUnavailable": 1}})["PodDisruptionBudget"]["spec"]
    assert ("minAvailable" in budget) is kept
    assert budget["maxUnavailable"] == 1


def test_the_old_engine_skips_empty_values_and_replicas_while_it_scales() -> None:
    values = {"gateways": {"istio-ingressgateway": {"autoscaleEnabled": True}}}
    block = {"replicaCount": 3, "priorityClassName": ""}
    assert "replicas" not in changed("1.20", block, values)["Deployment"]["spec"]
    assert changed("1.20", block)["Deployment"]["spec"]["replicas"] == 3
    assert changed("1.24", block, values)["Deployment"]["spec"]["replicas"] == 3
    assert "priorityClassName" not in pod(changed("1.20", block))["spec"]


def test_free_overlays_write_and_delete() -> None:
    overlays = [
        {
            "kind": "Deployment",
            "name": "istio-ingressgateway",
            "patches": [
                {"path": "spec.template.spec.hostNetwork", "value": True},
                {
                    "path": "spec.template.spec.containers.[name:istio-proxy].ports.[containerPort:15090].hostPort",
                    "value": 1,
                },
                {"path": "spec.template.spec.containers.[name:istio-proxy].readinessProbe", "value": None},
                {"path": "spec.template.spec.containers.[name:nobody].image", "value": None},
            ],
        }
    ]
    objects = changed("1.30", {"overlays": overlays})
    assert pod(objects)["spec"]["hostNetwork"] is True
    assert proxy(objects)["ports"][-1]["hostPort"] == 1
    assert "readinessProbe" not in proxy(objects)


def test_an_overlay_that_leads_nowhere_is_refused() -> None:
    overlays = [{"kind": "Service", "name": "istio-ingressgateway", "patches": [{"path": "spec.[0]", "value": 1}]}]
    with pytest.raises(SettingsError) as raised:
        changed("1.30", {"overlays": overlays})
    assert raised.value.path == "k8s.overlays[0].patches[0].path"
