"""The gRPC bootstrap: bytes as Istio writes them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from meshc import bootstrap
from meshc.bootstraps import grpc_bootstrap
from meshc.bootstraps.node import node_facts
from tests.bootstraps.samples import MINORS, agent, field, pod, settings
from tests.newest import NEWEST


def compiled(text: str = NEWEST, **given: Any) -> bytes:
    return grpc_bootstrap.dump(grpc_bootstrap.build(node_facts.prepare(agent(text, **given))))


@pytest.mark.parametrize("text", MINORS)
def test_form_of_the_file(text: str) -> None:
    data = compiled(text, annotations={"a": "<b>&\u2028"}, env={"OUTPUT_CERTS": "/certs//x/"})
    assert data.startswith(b'{\n  "xds_servers": [\n    {\n      "server_uri": "unix:///etc/istio/proxy/XDS",\n')
    assert data.endswith(b'\n  "server_listener_resource_name_template": "xds.istio.io/grpc/lds/inbound/%s"\n}')
    assert rb'"a": "\u003cb\u003e\u0026\u2028"' in data
    assert b'    "locality": {},\n    "UserAgentVersionType": null\n' in data
    document = orjson.loads(data)
    assert list(document) == ["xds_servers", "node", "certificate_providers", "server_listener_resource_name_template"]
    assert document["node"]["metadata"]["GENERATOR"] == "grpc"
    assert document["certificate_providers"]["default"]["config"]["certificate_file"] == "/certs/x/cert-chain.pem"


@pytest.mark.parametrize(("path", "uri"), [("/etc/x/", "unix:////etc/x/XDS"), ("./a/../b", "unix:///b/XDS")])
def test_server_uri_is_the_cleaned_path(path: str, uri: str) -> None:
    assert orjson.loads(compiled(config={"configPath": path}))["xds_servers"][0]["server_uri"] == uri


def test_a_chosen_generator_gives_way() -> None:
    found = orjson.loads(compiled(env={"ISTIO_META_GENERATOR": "other"}))
    assert found["node"]["metadata"]["GENERATOR"] == "grpc"


def test_proxyless_agent_writes_no_envoy_bootstrap() -> None:
    env = [
        {"name": "DISABLE_ENVOY", "value": "true"},
        {"name": "ISTIO_META_GENERATOR", "value": "grpc"},
        {"name": "OUTPUT_CERTS", "value": "/var/lib/istio/data"},
    ]
    nodes = bootstrap(pod(env=env), settings())
    assert nodes.envoy is None
    assert nodes.grpc is not None
    assert b"/var/lib/istio/data/root-cert.pem" in nodes.grpc
    assert (nodes.envoy_path, nodes.grpc_path) == ("", "etc/istio/proxy/grpc-bootstrap.json")


def test_an_empty_path_means_no_grpc_bootstrap() -> None:
    nodes = bootstrap(pod(env=[{"name": "GRPC_XDS_BOOTSTRAP", "value": ""}]), settings())
    assert nodes.grpc is None
    assert nodes.envoy is not None


def test_pods_without_agent_get_what_their_init_container_means() -> None:
    manifest = pod()
    manifest["spec"]["containers"].pop()
    manifest["spec"]["initContainers"] = [
        {
            "name": "grpc-bootstrap-init",
            "env": [
                field("INSTANCE_IP", "status.podIP"),
                field("POD_NAME", "metadata.name"),
                field("POD_NAMESPACE", "metadata.namespace"),
                {"name": "ISTIO_NAMESPACE", "value": "istio-system\n"},
            ],
        }
    ]
    nodes = bootstrap(manifest, settings())
    assert nodes.envoy is None
    document = orjson.loads(nodes.grpc or b"")
    assert document["xds_servers"][0]["server_uri"] == "dns:///istiod.istio-system.svc:15010"
    assert document["node"] == {"id": "sidecar~10.1.2.3~web-0.shop~cluster.local", "metadata": {"GENERATOR": "grpc"}}
    assert nodes.grpc_path == "var/lib/grpc/data/bootstrap.json"
    assert "newline" in nodes.warnings[0]
