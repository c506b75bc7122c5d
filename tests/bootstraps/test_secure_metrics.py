"""Metrics listeners over mutual TLS, self discovery and the DNS proxy's address (since 1.31)."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.bootstraps.agent.agent_inputs import Flags
from meshc.bootstraps.node import node_facts
from meshc.bootstraps.recovery import recovered_facts
from meshc.catalog import release
from meshc.errors import InputError
from tests.bootstraps.samples import agent, document

SECURE = {"ENVOY_SECURE_METRICS_PORT": "15091", "ENVOY_SECURE_MERGED_METRICS_PORT": "15092"}
SELF = {"ISTIO_META_ENABLE_SELF_DISCOVERY": "1"}


def _listeners(bootstrap: Any) -> list[Any]:
    found: list[Any] = bootstrap["static_resources"]["listeners"]
    return found


def _prefixes(listener: Any) -> list[str]:
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    return [route["match"]["prefix"] for route in manager["route_config"]["virtual_hosts"][0]["routes"]]


def test_secure_listeners_stand_between_metrics_and_status() -> None:
    found = _listeners(document("1.31", env=SECURE))
    assert [listener["name"] for listener in found] == [f"0.0.0.0_{port}" for port in (15090, 15091, 15092, 15021)]
    assert _prefixes(found[1]) == ["/stats/prometheus"]
    assert _prefixes(found[2]) == ["/stats/prometheus", "/metrics"]
    for listener in found[1:3]:
        assert listener["filter_chains"][0]["transport_socket"]["typed_config"]["require_client_certificate"] is True


@pytest.mark.parametrize("port", ["0", "", "x"])
def test_a_port_that_is_zero_or_no_number_gives_no_listener(port: str) -> None:
    bootstrap = document("1.31", env={"ENVOY_SECURE_METRICS_PORT": port})
    assert len(_listeners(bootstrap)) == 2
    assert "ENVOY_SECURE_METRICS_PORT" not in bootstrap["node"]["metadata"]


def test_secure_listeners_keep_to_the_wildcard_address() -> None:
    settings = {"proxyMetadata": {"METRICS_LOCALHOST_ACCESS_ONLY": "true"}}
    env = {**SECURE, "ISTIO_DUAL_STACK": "true"}
    found = _listeners(document("1.31", env=env, config=settings, addresses=("10.0.0.1", "fd00::1")))
    assert found[0]["address"]["socket_address"]["address"] == "127.0.0.1"
    assert "additionalAddresses" in found[0]
    for listener in found[1:3]:
        assert listener["address"]["socket_address"]["address"] == "0.0.0.0"
        assert "additionalAddresses" not in listener
    (_, six, _, _) = _listeners(document("1.31", env=SECURE, addresses=("fd00::1",)))
    assert six["name"] == "::_15091"


def test_the_ports_show_in_the_metadata_of_both_files() -> None:
    shown = node_facts.prepare(agent("1.31", env=SECURE)).shown
    assert (shown["ENVOY_SECURE_METRICS_PORT"], shown["ENVOY_SECURE_MERGED_METRICS_PORT"]) == (15091, 15092)


def test_a_port_given_as_metadata_is_of_the_wrong_kind() -> None:
    env = {"ISTIO_META_ENVOY_SECURE_METRICS_PORT": "15091"}
    with pytest.raises(InputError, match="ENVOY_SECURE_METRICS_PORT"):
        document("1.31", env=env)
    assert document("1.30", env=env)["node"]["metadata"]["ENVOY_SECURE_METRICS_PORT"] == "15091"


def test_self_discovery_adds_the_last_cluster_and_names_it() -> None:
    found = document("1.31", env=SELF, flags=Flags(outlier_log_path="/dev/stdout"), config={"statsdUdpAddress": ""})
    last = found["static_resources"]["clusters"][-1]
    assert (last["name"], last["type"], last["connect_timeout"]) == ("local_cluster", "EDS", "1s")
    assert list(found["cluster_manager"]) == [
        "local_cluster_name",
        "outlier_detection",
        "enable_deferred_cluster_creation",
    ]
    assert document("1.31", env=SELF)["cluster_manager"] == {
        "local_cluster_name": "local_cluster",
        "enable_deferred_cluster_creation": True,
    }


def test_self_discovery_is_a_boolean_since_1_31() -> None:
    assert document("1.31", env=SELF)["node"]["metadata"]["ENABLE_SELF_DISCOVERY"] == "true"
    off = {"ISTIO_META_ENABLE_SELF_DISCOVERY": "false"}
    assert document("1.31", env=off)["node"]["metadata"]["ENABLE_SELF_DISCOVERY"] == "false"
    assert "cluster_manager" not in document("1.31", env=off)
    before = document("1.30", env=SELF)
    assert before["node"]["metadata"]["ENABLE_SELF_DISCOVERY"] == "1"
    assert "cluster_manager" not in before
    bad = {"ISTIO_META_ENABLE_SELF_DISCOVERY": "maybe"}
    assert document("1.30", env=bad)["node"]["metadata"]["ENABLE_SELF_DISCOVERY"] == "maybe"
    with pytest.raises(InputError, match="ENABLE_SELF_DISCOVERY"):
        document("1.31", env=bad)


def test_the_dns_proxys_address_shows_where_it_is_set() -> None:
    env = {"DNS_PROXY_ADDR": "localhost:5353", "ISTIO_META_DNS_PROXY_ADDR": "other"}
    prepared = node_facts.prepare(agent("1.31", env=env))
    assert prepared.shown["DNS_PROXY_ADDR"] == prepared.complete["DNS_PROXY_ADDR"] == "localhost:5353"
    empty = node_facts.prepare(agent("1.31", env={"DNS_PROXY_ADDR": ""}))
    assert "DNS_PROXY_ADDR" not in empty.complete
    before = node_facts.prepare(agent("1.30", env=env))
    assert before.complete["DNS_PROXY_ADDR"] == "other"
    assert "DNS_PROXY_ADDR" not in before.shown


def test_the_facts_of_such_a_bootstrap_read_back() -> None:
    env = {**SECURE, **SELF, "DNS_PROXY_ADDR": "localhost:5353"}
    bootstrap = document("1.31", env=env)
    found = recovered_facts.facts(bootstrap, release("1.31"))["env"]
    assert {name: found[name] for name in SECURE} == SECURE
    assert "ENVOY_STATUS_PORT_ENABLE_PROXY_PROTOCOL" not in found
    assert document("1.31", env=found) == bootstrap
