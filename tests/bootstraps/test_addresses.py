"""Address families, the node's addresses and its id."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.bootstraps.agent import node_identity
from meshc.bootstraps.agent.agent_inputs import Flags
from meshc.errors import InputError
from meshc.models.annotation_names import SIDECAR_TRAFFIC_EXCLUDE_INTERFACES
from tests.bootstraps.samples import agent, catalogue, cluster, document

V4, V6 = "10.0.0.1", "fd00::1"
TRACER = {"tracing": {"zipkin": {"address": "zipkin:9411"}}}


def shown(text: str, *ips: str, dual: bool = False) -> tuple[str, str, str, list[str]]:
    found = document(text, addresses=ips, env={"ISTIO_DUAL_STACK": "true"} if dual else {}, config=TRACER)
    zipkin: Any = cluster(found, "zipkin")
    listener = found["static_resources"]["listeners"][1]
    extra = [a["address"]["socket_address"]["address"] for a in listener.get("additionalAddresses", [])]
    admin = found["admin"]["address"]["socket_address"]["address"]
    return admin, listener["address"]["socket_address"]["address"], zipkin["dns_lookup_family"], extra


@pytest.mark.parametrize(
    ("text", "ips", "dual", "wanted"),
    [
        ("1.17", [V6], False, ("::1", "::", "AUTO", [])),
        ("1.17", [V6, V4], True, ("127.0.0.1", "0.0.0.0", "V4_ONLY", [])),
        ("1.17", [], False, ("::1", "::", "AUTO", [])),
        ("1.18", [], False, ("127.0.0.1", "0.0.0.0", "V4_ONLY", [])),
        ("1.18", [V6], False, ("::1", "::", "V6_ONLY", [])),
        ("1.18", ["::ffff:10.0.0.1"], False, ("::1", "::", "V6_ONLY", [])),
        ("1.18", [V6, V4], False, ("127.0.0.1", "0.0.0.0", "V4_ONLY", [])),
        ("1.18", [V6, V4], True, ("::1", "::", "ALL", [])),
        ("1.20", [V6, V4], True, ("::1", "::", "ALL", ["0.0.0.0"])),
        ("1.20", [V4, V6], True, ("127.0.0.1", "0.0.0.0", "ALL", ["::"])),
        ("1.30", ["fe80::1", V4], True, ("127.0.0.1", "0.0.0.0", "ALL", ["::"])),
        ("1.18", ["odd", V6, V4], True, ("127.0.0.1", "0.0.0.0", "ALL", [])),
    ],
)
def test_family(text: str, ips: list[str], dual: bool, wanted: tuple[str, str, str, list[str]]) -> None:
    assert shown(text, *ips, dual=dual) == wanted


def test_a_dual_stack_node_needs_a_readable_first_address_since_1_19() -> None:
    with pytest.raises(InputError, match="not an IP address") as caught:
        shown("1.19", "odd", V6, V4, dual=True)
    assert caught.value.path == "addresses[0]"


@pytest.mark.parametrize(
    ("text", "instance", "pod_ips", "excluded", "wanted"),
    [
        ("1.17", V4, [V4, V6], "", (V4, V6)),
        ("1.17", "", [], "", ("127.0.0.1", "::1")),
        ("1.17", V4, [], "", (V4,)),
        ("1.18", V4, [V4, V6], "eth0", (V4, V6)),
        ("1.19", V4, [V4, V6], "eth0", ()),
        ("1.20", V4, [V4, V6], "net1", (V4, V6)),
        ("1.21", V4, [V4, V6], "lo,eth0", (V4,)),
        ("1.21", V4, [], "", (V4, "127.0.0.1", "::1")),
        ("1.30", "FD00:0::1", ["::ffff:10.0.0.1"], "", ("fd00::1", V4)),
        ("1.30", "odd", [V4], "", (V4,)),
    ],
)
def test_node_addresses(text: str, instance: str, pod_ips: list[str], excluded: str, wanted: tuple[str, ...]) -> None:
    annotations = {SIDECAR_TRAFFIC_EXCLUDE_INTERFACES: excluded}
    found = node_identity.addresses(
        {"INSTANCE_IP": instance}, pod_ips, annotations=annotations, release=catalogue(text)
    )
    assert found == wanted


def test_node_id_counts_missing_values_as_empty() -> None:
    assert node_identity.node_id("sidecar", (), env={}, flags=Flags()) == "sidecar~~.~.svc.cluster.local"
    env = {"POD_NAME": "a", "POD_NAMESPACE": "b"}
    assert node_identity.node_id("router", (V4,), env=env, flags=Flags(domain="x")) == f"router~{V4}~a.b~x"


@pytest.mark.parametrize(("text", "address", "extra"), [("1.21", "0.0.0.0", "::"), ("1.22", "127.0.0.1", "::1")])
def test_metrics_kept_to_localhost_since_1_22(text: str, address: str, extra: str) -> None:
    config = {"proxyMetadata": {"METRICS_LOCALHOST_ACCESS_ONLY": "true"}}
    given = {"config": config, "addresses": (V4, V6), "env": {"ISTIO_DUAL_STACK": "true"}}
    metrics, status = document(text, **given)["static_resources"]["listeners"]
    assert metrics["address"]["socket_address"]["address"] == address
    assert metrics["additionalAddresses"][0]["address"]["socket_address"]["address"] == extra
    assert status["address"]["socket_address"]["address"] == "0.0.0.0"


def test_localhost_only_is_read_from_the_proxy_config_not_the_environment() -> None:
    found = document(env={"METRICS_LOCALHOST_ACCESS_ONLY": "true"})
    assert found["static_resources"]["listeners"][0]["address"]["socket_address"]["address"] == "0.0.0.0"


def test_all_kinds_of_agents_build() -> None:
    assert agent().waypoint is False
    assert agent(node_id="waypoint~1~a.b~c").waypoint is True
