"""Every kind of proxy, from the manifest Istio's own parts would write to its bootstraps."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from meshc import Settings
from meshc.bootstraps.compiler import bootstrap
from meshc.gateways.gateway_objects import gateway
from meshc.injection.api import inject
from meshc.kubernetes.pods import pod_of
from tests.bootstraps.samples import MINORS, minors, settings

AMBIENT = ("PILOT_ENABLE_AMBIENT", "PILOT_ENABLE_AMBIENT_CONTROLLERS", "PILOT_ENABLE_AMBIENT_WAYPOINTS")


def deployment(template: str) -> Any:
    """A Deployment that asks for an injection template."""
    container = {"name": "istio-proxy", "image": "auto"} if template == "gateway" else {"name": "web", "image": "web:1"}
    metadata: Any = {"labels": {"app": "web"}, "annotations": {"inject.istio.io/templates": template}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": metadata, "spec": {"containers": [container]}},
        },
    }


@pytest.mark.parametrize(
    ("template", "role", "has_envoy"),
    [
        ("sidecar", "sidecar", True),
        ("gateway", "router", True),
        ("grpc-agent", "sidecar", False),
        ("grpc-simple", "sidecar", False),
    ],
)
@pytest.mark.parametrize("text", MINORS)
def test_injected_workloads(text: str, template: str, role: str, has_envoy: bool) -> None:
    manifest = deployment(template)
    assert not pod_of(manifest).carries_bootstrap
    injected = inject(manifest, settings(text), mode="webhook").manifest
    assert pod_of(injected).carries_bootstrap
    nodes = bootstrap(injected, settings(text))
    assert (nodes.envoy is not None) == has_envoy
    node = orjson.loads(nodes.grpc or b"")["node"]
    assert node["id"].startswith(f"{role}~192.0.2.1~web-pod.shop~")
    assert node["metadata"]["GENERATOR"] == "grpc"


@pytest.mark.parametrize("text", minors("waypoint_delta"))
def test_waypoints_of_the_gateway_controller(text: str) -> None:
    chosen = Settings.load(release=text, feature=dict.fromkeys(AMBIENT, "true"))
    found = orjson.loads(bootstrap(deployed("istio-waypoint", chosen), chosen).envoy or b"")
    assert found["node"]["id"].startswith("waypoint~")
    assert found["dynamic_resources"]["ads_config"]["api_type"] == "DELTA_GRPC"
    assert found["bootstrap_extensions"][0]["name"] == "metadata_discovery"


@pytest.mark.parametrize("text", minors("waypoint_delta"))
def test_gateways_of_the_gateway_controller(text: str) -> None:
    found = orjson.loads(bootstrap(deployed("istio", settings(text)), settings(text)).envoy or b"")
    assert found["node"]["id"].startswith("router~")
    assert found["node"]["cluster"].endswith(".shop")


def deployed(name: str, chosen: Settings) -> Any:
    """The Deployment the controller writes for a Gateway of a class."""
    listener = {"name": "mesh", "port": 15008, "protocol": "HBONE"}
    manifest = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "gw", "namespace": "shop"},
        "spec": {"gatewayClassName": name, "listeners": [listener]},
    }
    return next(d for d in gateway(manifest, chosen) if d["kind"] == "Deployment")
