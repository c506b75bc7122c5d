"""Facts read back out of bootstraps give the same bootstraps again."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from meshc.bootstraps.compiler import Bootstraps, bootstrap
from meshc.bootstraps.recovery import bootstrap_reading, recovered_facts
from meshc.errors import InputError
from tests.bootstraps.samples import MINORS, catalogue, pod, settings

VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "switches": {
        "env": {
            "ISTIO_DELTA_XDS": "false",
            "ISTIO_DUAL_STACK": "true",
            "ENABLE_DELIMITED_STATS_TAG_REGEX": "false",
            "ENABLE_DEFERRED_CLUSTER_CREATION": "false",
            "ENABLE_DEFERRED_STATS_CREATION": "false",
            "BYPASS_OVERLOAD_MANAGER_FOR_STATIC_LISTENERS": "false",
            "ENVOY_STATUS_PORT_ENABLE_PROXY_PROTOCOL": "true",
            "HTTP_STRIP_FRAGMENT_FROM_PATH_UNSAFE_IF_DISABLED": "false",
            "COMPLIANCE_POLICY": "fips-140-2",
            "EXIT_ON_ZERO_ACTIVE_CONNECTIONS": "true",
            "ENVOY_SKIP_DEPRECATED_LOGS": "false",
            "PEER_METADATA_DISCOVERY": "true",
            "WORKLOAD_IDENTITY_SOCKET_FILE": "own",
            "OUTPUT_CERTS": "/certs",
        },
        "pod_ips": ["fd00::1", "10.0.0.1"],
        "log_as_json": True,
        "sts_port": 15463,
        "outlier_log_path": "/dev/stdout",
        "credential_socket": True,
        "workload_socket": True,
    },
    "labels": {
        "labels": {"app": "web", "istio-locality": "r.z"},
        "env": {"ISTIO_METAJSON_LABELS": '{"app":"static","tier":"x"}', "ISTIO_METAJSON_X": '{"n":[1,{"b":2}]}'},
        "platform": {"metadata": {"gcp_project": "p"}, "locality": {"region": "r", "zone": "z"}},
        "pilot_san": ["spiffe://a/b"],
    },
    "services": {
        "env": {
            "HOST_IP": "fd00::9",
            "PROXY_CONFIG": '{"tracing":{"datadog":{"address":"$(HOST_IP):8126"}},"statsdUdpAddress":"1.2.3.4:8125",'
            '"envoyMetricsService":{"address":"ms:1"},"runtimeValues":{"a":"true"},"concurrency":0,"configPath":"/c"}',
        },
        "platform": {"locality": {"region": "r"}},
    },
}


def again(data: bytes | None, text: str) -> Bootstraps:
    found = bootstrap_reading.bootstrap_of(bootstrap_reading.load(data or b""))
    return bootstrap(None, settings(text), recovered_facts.facts(found, catalogue(text)))


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("text", MINORS)
def test_recompiling_gives_the_same_bytes(text: str, name: str) -> None:
    nodes = bootstrap(pod(), settings(text), VARIANTS[name])
    assert nodes.envoy is not None
    assert again(nodes.envoy, text).envoy == nodes.envoy
    assert again(nodes.grpc, text).grpc == nodes.grpc


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("text", MINORS)
def test_the_documents_are_what_the_files_hold(text: str, name: str) -> None:
    made = bootstrap(pod(), settings(text), VARIANTS[name])
    for kind in ("envoy", "grpc"):
        assert made.document(kind) == orjson.loads(made.data(kind) or b"null")


def test_a_waypoint_does_not_tell_the_delta_switch() -> None:
    nodes = bootstrap(pod(args=["proxy", "waypoint"]), settings("1.20"))
    assert b"DELTA_GRPC" in (nodes.envoy or b"")
    assert again(nodes.envoy, "1.20").envoy == nodes.envoy


def test_the_release_is_read_from_the_node() -> None:
    nodes = bootstrap(pod(), settings("1.24.2"))
    assert recovered_facts.release_of(orjson.loads(nodes.envoy or b"")) == "1.24.2"
    assert recovered_facts.release_of({"node": {}}) is None


def test_a_config_dump_holds_the_bootstrap() -> None:
    inner = {"node": {"id": "x"}}
    dump = {"configs": [{"@type": "other"}, {"@type": "t/envoy.admin.v3.BootstrapConfigDump", "bootstrap": inner}]}
    assert bootstrap_reading.bootstrap_of(dump) == inner


def test_files_that_are_no_strict_json_are_read() -> None:
    text = r"""{"node": {"a": "it\'s, ] }",}, "l": [1, 2, ], "cluster_manager": {"enable": true,
    }, }"""
    assert bootstrap_reading.load(text) == {
        "node": {"a": "it's, ] }"},
        "l": [1, 2],
        "cluster_manager": {"enable": True},
    }


@pytest.mark.parametrize("text", ["", "{", "[1,,]", "node: {}", "{'a': 1}"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not a bootstrap file") as caught:
        bootstrap_reading.load(text, file="x.json")
    assert str(caught.value).startswith("x.json")


@pytest.mark.parametrize("document", [[], {}, {"node": 1}, {"configs": []}, "x"])
def test_documents_without_a_bootstrap_are_refused(document: Any) -> None:
    with pytest.raises(InputError, match="no bootstrap"):
        bootstrap_reading.bootstrap_of(document)
