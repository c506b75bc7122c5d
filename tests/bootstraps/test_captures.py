"""Bootstraps taken from a running cluster come out again, key by key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from meshc import Settings, yamlio
from meshc.bootstraps.compiler import bootstrap
from meshc.bootstraps.recovery import bootstrap_reading, recovered_facts
from meshc.catalog import release
from meshc.gateways.gateway_objects import profile_gateways

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("MESHC_CAPTURES") or CHECKOUT.parent / "shared" / "captures")
GATEWAY = FOLDER / "1.17.2" / "ingressgateway"
pytestmark = pytest.mark.skipif(not GATEWAY.is_dir(), reason="no captures: set MESHC_CAPTURES")


def captured(name: str) -> Any:
    return bootstrap_reading.bootstrap_of(bootstrap_reading.load((GATEWAY / name).read_bytes()))


def written(document: Any) -> str:
    """Text in which the order of keys shows."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def demo() -> Settings:
    return Settings.load(release="1.17.2", profile="demo")


@pytest.mark.parametrize("name", ["envoy-rev.json", "grpc-bootstrap.json"])
def test_captured_files_come_out_of_their_own_facts(name: str) -> None:
    wanted = captured(name)
    nodes = bootstrap(None, demo(), recovered_facts.facts(wanted, release("1.17.2")))
    found = orjson.loads((nodes.grpc if "grpc" in name else nodes.envoy) or b"")
    assert found == wanted
    assert written(found["node"]) == written(wanted["node"])
    if "grpc" in name:
        assert written(found) == written(wanted)


def test_captured_files_come_out_of_the_demo_profiles_gateway() -> None:
    wanted = captured("envoy-rev.json")
    annotations = wanted["node"]["metadata"]["ANNOTATIONS"]
    facts = {
        "pod_name": wanted["node"]["metadata"]["NAME"],
        "pod_ip": wanted["node"]["metadata"]["INSTANCE_IPS"],
        "node_name": "master01",
        "kubelet_annotations": {k: v for k, v in annotations.items() if k.startswith("kubernetes.io/config.")},
    }
    nodes = bootstrap(ingress_gateway(), demo(), facts)
    assert orjson.loads(nodes.envoy or b"") == wanted
    assert orjson.loads(nodes.grpc or b"") == captured("grpc-bootstrap.json")


def test_node_of_the_captured_sidecar() -> None:
    pod = yamlio.load((FOLDER / "1.17.2" / "httpbin" / "injected-pod.yaml").read_text())
    node = orjson.loads(bootstrap(pod, demo(), {"pod_ip": "10.10.241.82"}).envoy or b"")["node"]
    assert node["id"] == "sidecar~10.10.241.82~httpbin-798dbb9f74-l7ntg.istio-demo~istio-demo.svc.cluster.local"
    assert node["cluster"] == "httpbin.istio-demo"
    assert node["metadata"]["PROXY_CONFIG"]["concurrency"] == 2
    assert list(node["metadata"]["LABELS"]) == [
        "app",
        "security.istio.io/tlsMode",
        "service.istio.io/canonical-name",
        "service.istio.io/canonical-revision",
        "version",
    ]


def ingress_gateway() -> Any:
    objects = [o for _, made in profile_gateways(demo()) for o in made if o["kind"] == "Deployment"]
    return next(o for o in objects if o["metadata"]["name"] == "istio-ingressgateway")
