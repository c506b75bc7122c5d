"""Clusters that leave the pod: tracers, metrics service, access log service; their TLS, keep-alive and sinks."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.bootstraps.agent.agent_inputs import Flags, Platform
from meshc.errors import InputError
from tests.bootstraps.samples import MINORS, catalogue, cluster, document
from tests.newest import NEWEST

TRACERS: dict[str, Any] = {
    "zipkin": {"zipkin": {"address": "zipkin.obs:9411"}},
    "lightstep": {"lightstep": {"address": "ls:8080", "accessToken": "t"}},
    "datadog": {"datadog": {"address": "$(HOST_IP):8126"}},
    "openCensusAgent": {"openCensusAgent": {"address": "dns:oc:55678", "context": ["W3C_TRACE_CONTEXT", "GRPC_BIN"]}},
    "stackdriver": {"stackdriver": {"maxNumberOfAttributes": 7}},
}
CLUSTERS = {"zipkin": "zipkin", "lightstep": "lightstep", "datadog": "datadog_agent"}
GCP = Platform(metadata={"gcp_project": "p"})


def context(found: Any, name: str) -> Any:
    service: Any = cluster(found, name)
    return service["transport_socket"]["typed_config"]


def services(text: str = NEWEST, **settings: Any) -> Any:
    return document(text, config={"envoyMetricsService": {"address": "ms:1", **settings}})


@pytest.mark.parametrize("text", MINORS)
@pytest.mark.parametrize("kind", TRACERS)
def test_tracers_are_rendered_as_long_as_the_release_knows_them(text: str, kind: str) -> None:
    found = document(text, config={"tracing": TRACERS[kind]}, env={"HOST_IP": "fd00::9"}, platform=GCP)
    assert ("tracing" in found) == (kind in catalogue(text).fact("bootstrap.tracers"))
    if kind in CLUSTERS:
        assert cluster(found, CLUSTERS[kind]) is not None


def test_tracer_without_settings_leaves_no_trace() -> None:
    found = document("1.17", config={"tracing": {}})
    assert "tracing" not in found
    assert [c["name"] for c in found["static_resources"]["clusters"]][-1] == "xds-grpc"


def test_datadog_reports_the_node_cluster_and_reaches_the_host() -> None:
    found = document(config={"tracing": TRACERS["datadog"]}, env={"HOST_IP": "fd00::9"}, labels={"app": "web"})
    assert found["tracing"]["http"]["typed_config"]["service_name"] == found["node"]["cluster"] == "web."
    agent: Any = cluster(found, "datadog_agent")
    address = agent["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]["socket_address"]
    assert address == {"address": "fd00::9", "port_value": 8126}


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        ([], ["TRACE_CONTEXT", "GRPC_TRACE_BIN", "CLOUD_TRACE_CONTEXT", "B3"]),
        (["B3", "UNSPECIFIED", "GRPC_BIN"], ["B3", "GRPC_TRACE_BIN"]),
        (["UNSPECIFIED"], None),
    ],
)
def test_opencensus_contexts(names: list[str], wanted: list[str] | None) -> None:
    tracing = {"openCensusAgent": {"address": "oc:1", "context": names}}
    typed = document("1.24", config={"tracing": tracing})["tracing"]["http"]["typed_config"]
    assert typed["incoming_trace_context"] == typed["outgoing_trace_context"] == wanted


@pytest.mark.parametrize(("port", "has"), [(0, False), (15463, True)])
def test_stackdriver_uses_the_token_server_only_with_a_port(port: int, has: bool) -> None:
    given = {"config": {"tracing": TRACERS["stackdriver"]}, "platform": GCP, "flags": Flags(sts_port=port)}
    typed = document("1.22", **given)["tracing"]["http"]["typed_config"]
    assert ("stackdriver_grpc_service" in typed) == has
    assert typed["trace_config"]["max_number_of_attributes"] == 7
    assert typed["stdout_exporter_enabled"] is False


@pytest.mark.parametrize("text", ["1.17", "1.30"])
def test_stackdriver_needs_a_project_in_every_release(text: str) -> None:
    with pytest.raises(InputError, match="GCP project") as caught:
        document(text, config={"tracing": TRACERS["stackdriver"]})
    assert caught.value.path == "proxyConfig.tracing.stackdriver"


@pytest.mark.parametrize("text", ["nowhere", "host:", ":9411", "host:0", "host:70000", "a:b:1", "host:http"])
def test_addresses_need_host_and_port(text: str) -> None:
    with pytest.raises(InputError, match="not an address") as caught:
        document(config={"tracing": {"zipkin": {"address": text}}})
    assert caught.value.path == "proxyConfig.tracing.zipkin.address"


def test_brackets_of_ipv6_are_dropped() -> None:
    found = document(config={"statsdUdpAddress": "[fd00::5]:8125"})
    sink = found["stats_sinks"][0]["typed_config"]["address"]["socket_address"]
    assert sink == {"address": "fd00::5", "port_value": 8125}


def test_sinks_stand_metrics_service_first() -> None:
    found = document(config={"statsdUdpAddress": "1.2.3.4:1", "envoyMetricsService": {"address": "ms:1"}})
    names = [s["name"].removeprefix("envoy.stat_sinks.") for s in found["stats_sinks"]]
    assert names == ["metrics_service", "statsd"]


def test_disabled_tls_has_no_socket() -> None:
    ms: Any = cluster(services(tlsSettings={"mode": "DISABLE"}), "envoy_metrics_service")
    assert "transport_socket" not in ms


@pytest.mark.parametrize(
    ("tls", "sni", "alpn", "certificate", "root"),
    [
        ({"mode": "SIMPLE", "caCertificates": "/ca"}, None, ["h2"], None, "file-root:/ca"),
        ({"mode": "SIMPLE", "sni": "own"}, "own", ["h2"], None, None),
        ({"mode": "MUTUAL", "clientCertificate": "/c", "privateKey": "/k"}, None, ["h2"], "file-cert:/c~/k", None),
        ({"mode": "MUTUAL", "clientCertificate": "/c"}, None, ["h2"], None, None),
        ({"mode": "ISTIO_MUTUAL"}, "envoy_metrics_service", ["istio", "h2"], "default", "ROOTCA"),
    ],
)
def test_tls_modes(tls: Any, sni: str | None, alpn: list[str], certificate: str | None, root: str | None) -> None:
    typed = context(services(tlsSettings=tls), "envoy_metrics_service")
    common = typed["common_tls_context"]
    assert (typed.get("sni"), common["alpn_protocols"]) == (sni, alpn)
    certificates = [c["name"] for c in common.get("tls_certificate_sds_secret_configs", [])]
    assert certificates == ([certificate] if certificate else [])
    validation = common["combined_validation_context"].get("validation_context_sds_secret_config")
    assert (validation and validation["name"]) == root
    for secret in [*common.get("tls_certificate_sds_secret_configs", []), *([validation] if validation else [])]:
        istio = secret["name"] in ("default", "ROOTCA")
        assert ("initial_fetch_timeout" in secret["sds_config"]) == istio


@pytest.mark.parametrize(("kind", "alpn"), [("zipkin", False), ("datadog", False), ("lightstep", True)])
def test_tracer_tls(kind: str, alpn: bool) -> None:
    tls = {"mode": "ISTIO_MUTUAL", "subjectAltNames": ["a", "b"]}
    found = document("1.30", config={"tracing": {**TRACERS[kind], "tlsSettings": tls}}, env={"HOST_IP": "1.2.3.4"})
    typed = context(found, CLUSTERS[kind])
    assert typed["sni"] == "tracer"
    assert ("alpn_protocols" in typed["common_tls_context"]) == alpn
    names = typed["common_tls_context"]["combined_validation_context"]["default_validation_context"]
    assert names == {"match_subject_alt_names": [{"exact": "a"}, {"exact": "b"}]}


def test_certificates_of_the_node_win_over_the_settings() -> None:
    env = {f"ISTIO_META_TLS_CLIENT_{k}": f"/n/{k}" for k in ("ROOT_CERT", "CERT_CHAIN", "KEY")}
    tls = {"mode": "MUTUAL", "clientCertificate": "/c", "privateKey": "/k", "caCertificates": "/ca"}
    found = document(config={"envoyAccessLogService": {"address": "als:1", "tlsSettings": tls}}, env=env)
    common = context(found, "envoy_accesslog_service")["common_tls_context"]
    assert common["tls_certificate_sds_secret_configs"][0]["name"] == "file-cert:/n/CERT_CHAIN~/n/KEY"
    root = common["combined_validation_context"]["validation_context_sds_secret_config"]["name"]
    assert root == "file-root:/n/ROOT_CERT"


def test_keepalive_values_are_objects_and_zero_ones_absent() -> None:
    ms: Any = cluster(services(tcpKeepalive={"probes": 3, "time": "90.9s"}), "envoy_metrics_service")
    assert ms["upstream_connection_options"] == {
        "tcp_keepalive": {"keepalive_probes": {"value": 3}, "keepalive_time": {"value": 90}}
    }
    empty: Any = cluster(services(tcpKeepalive={}), "envoy_metrics_service")
    assert empty["upstream_connection_options"] == {"tcp_keepalive": {}}
    plain: Any = cluster(services(), "envoy_metrics_service")
    assert "upstream_connection_options" not in plain
