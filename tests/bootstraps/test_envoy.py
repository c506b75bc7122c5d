"""The Envoy bootstrap's parts in every release."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.errors import InputError
from tests.bootstraps.samples import MINORS, cluster, document, minors

FIPS = "envoy.reloadable_features.google_grpc_disable_tls_13"
WAYPOINT = "waypoint~10.0.0.1~w.shop~shop.svc.cluster.local"
ORDER = [
    "application_log_config",
    "node",
    "layered_runtime",
    "bootstrap_extensions",
    "stats_flush_interval",
    "stats_eviction_interval",
    "stats_config",
    "admin",
    "dynamic_resources",
    "static_resources",
    "overload_manager",
    "tracing",
    "stats_sinks",
    "cluster_manager",
    "deferred_stat_options",
]


def layer(bootstrap: Any) -> Any:
    return bootstrap["layered_runtime"]["layers"][0]["static_layer"]


@pytest.mark.parametrize("text", MINORS)
def test_top_level_keys_stand_in_order(text: str) -> None:
    found = list(document(text, config={"statsdUdpAddress": "10.9.9.9:8125"}))
    assert found == [key for key in ORDER if key in found]
    assert ("application_log_config" in found) == (text in minors("application_log_config"))
    assert ("overload_manager" in found) == (text in minors("overload_manager"))
    assert "stats_sinks" in found


@pytest.mark.parametrize("text", MINORS)
def test_switches_of_the_agent(text: str) -> None:
    off = {
        "ENABLE_DEFERRED_CLUSTER_CREATION": "false",
        "ENABLE_DEFERRED_STATS_CREATION": "false",
        "BYPASS_OVERLOAD_MANAGER_FOR_STATIC_LISTENERS": "false",
    }
    plain, without = document(text), document(text, env=off)
    assert ("cluster_manager" in plain) == (text in minors("deferred_clusters_flag"))
    assert "cluster_manager" not in without
    always = text in minors("deferred_stats")
    assert ("deferred_stat_options" in plain) == (always or text in minors("deferred_stats_flag"))
    assert ("deferred_stat_options" in without) == always
    status = without["static_resources"]["listeners"][1]
    assert ("bypass_overload_manager" in status) == (text in minors("listener_bypass"))


@pytest.mark.parametrize("text", MINORS)
def test_cluster_manager_holds_outlier_log_and_load_stats(text: str) -> None:
    from meshc.bootstraps.agent.agent_inputs import Flags

    env = {"ISTIO_META_LOAD_STATS_CONFIG_JSON": '{"api_type": "GRPC"}'}
    found = document(text, env=env, flags=Flags(outlier_log_path="/dev/stdout"))["cluster_manager"]
    inside = text in minors("deferred_clusters_flag") + minors("deferred_clusters_inside")
    names = ["outlier_detection"] + (["load_stats_config"] if text in minors("load_stats_config") else [])
    deferred = ["enable_deferred_cluster_creation"] if inside else []
    assert list(found) == (names + deferred if text in minors("deferred_clusters_last") else deferred + names)


def test_load_stats_came_with_1_18_1() -> None:
    env = {"ISTIO_META_LOAD_STATS_CONFIG_JSON": "{}"}
    assert "cluster_manager" not in document("1.18.0", env=env)
    assert document("1.18.1", env=env)["cluster_manager"] == {"load_stats_config": {}}
    with pytest.raises(InputError, match="not JSON"):
        document("1.18.1", env={"ISTIO_META_LOAD_STATS_CONFIG_JSON": "{"})


@pytest.mark.parametrize(
    ("text", "node_id", "env", "wanted"),
    [
        ("1.21", "sidecar~1~a.b~c", {}, "GRPC"),
        ("1.22", "sidecar~1~a.b~c", {}, "DELTA_GRPC"),
        ("1.22", "sidecar~1~a.b~c", {"ISTIO_DELTA_XDS": "False"}, "GRPC"),
        ("1.22", "sidecar~1~a.b~c", {"ISTIO_DELTA_XDS": "no"}, "DELTA_GRPC"),
        ("1.17", WAYPOINT, {}, "GRPC"),
        ("1.18", WAYPOINT, {"ISTIO_DELTA_XDS": "false"}, "DELTA_GRPC"),
    ],
)
def test_kind_of_stream(text: str, node_id: str, env: dict[str, str], wanted: str) -> None:
    assert document(text, node_id=node_id, env=env)["dynamic_resources"]["ads_config"]["api_type"] == wanted


@pytest.mark.parametrize(
    ("text", "node_id", "env", "wanted"),
    [
        ("1.17", WAYPOINT, {}, False),
        ("1.18", WAYPOINT, {}, True),
        ("1.19", "sidecar~1~a.b~c", {"PEER_METADATA_DISCOVERY": "true"}, False),
        ("1.20", "sidecar~1~a.b~c", {"PEER_METADATA_DISCOVERY": "true"}, True),
        ("1.25", "sidecar~1~a.b~c", {"ISTIO_META_ENABLE_HBONE": "true"}, True),
        ("1.25", "sidecar~1~a.b~c", {"ISTIO_META_ENABLE_HBONE": "true", "PEER_METADATA_DISCOVERY": "x"}, False),
        ("1.25", "sidecar~1~a.b~c", {"PEER_METADATA_DISCOVERY": "1", "ISTIO_DELTA_XDS": "false"}, True),
        ("1.26", "sidecar~1~a.b~c", {"PEER_METADATA_DISCOVERY": "1", "ISTIO_DELTA_XDS": "false"}, False),
    ],
)
def test_metadata_discovery(text: str, node_id: str, env: dict[str, str], wanted: bool) -> None:
    found = document(text, node_id=node_id, env=env)
    names = [e["name"] for e in found["bootstrap_extensions"]]
    assert names[-1] == "envoy.bootstrap.internal_listener"
    assert ("metadata_discovery" in names) == wanted
    prefixes = found["stats_config"]["stats_matcher"]["inclusion_list"]["patterns"]
    assert ({"prefix": "workload_discovery"} in prefixes) == wanted


@pytest.mark.parametrize(
    ("text", "has"), [("1.19.7", False), ("1.19.8", True), ("1.20.3", False), ("1.20.4", True), ("1.21.0", True)]
)
def test_fips_runtime_key(text: str, has: bool) -> None:
    assert (FIPS in layer(document(text, env={"COMPLIANCE_POLICY": "fips-140-2"}))) == has
    assert FIPS not in layer(document(text, env={"COMPLIANCE_POLICY": "pqc"}))


@pytest.mark.parametrize(("text", "on"), [("1.18", "true"), ("1.19", True)])
def test_runtime_values(text: str, on: object) -> None:
    values = {"a": "true", "b": "1", "re2.max_program_size.error_level": ""}
    found = layer(document(text, config={"runtimeValues": values}))
    assert (found["a"], found["b"]) == (on, "1")
    assert "re2.max_program_size.error_level" not in found
    assert list(found) == sorted(found)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1.21.0", "envoy.restart_features.use_eds_cache_for_ads"),
        ("1.30.1", "envoy.reloadable_features.coalesce_lb_rebuilds_on_batch_update"),
    ],
)
def test_runtime_keys_of_single_patches(text: str, key: str) -> None:
    other = {"1.21.0": "1.21.1", "1.30.1": "1.30.0"}[text]
    assert key in layer(document(text))
    assert key not in layer(document(other))


@pytest.mark.parametrize("text", MINORS)
def test_path_fragment_switch_is_text_in_every_release(text: str) -> None:
    key = "envoy.reloadable_features.http_strip_fragment_from_path_unsafe_if_disabled"
    env = {"HTTP_STRIP_FRAGMENT_FROM_PATH_UNSAFE_IF_DISABLED": "false"}
    assert layer(document(text, env=env))[key] == "false"
    assert key not in layer(document(text))


@pytest.mark.parametrize(
    ("text", "config", "wanted"),
    [
        ("1.28", {"proxyMetadata": {"ISTIO_META_GLOBAL_DOWNSTREAM_MAX_CONNECTIONS": "5"}}, 2147483647),
        ("1.29", {"proxyMetadata": {"ISTIO_META_GLOBAL_DOWNSTREAM_MAX_CONNECTIONS": "5"}}, 5),
        ("1.29", {"runtimeValues": {"overload.global_downstream_max_connections": "7"}}, 7),
        ("1.29", {"proxyMetadata": {"ISTIO_META_GLOBAL_DOWNSTREAM_MAX_CONNECTIONS": "x"}}, 2147483647),
    ],
)
def test_connection_limit(text: str, config: Any, wanted: int) -> None:
    monitor = document(text, config=config)["overload_manager"]["resource_monitors"][0]
    assert monitor["typed_config"]["max_active_downstream_connections"] == wanted


@pytest.mark.parametrize("text", MINORS)
def test_metrics_compression(text: str) -> None:
    def filters(**given: Any) -> list[str]:
        chain = document(text, **given)["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]
        return [f["name"].removeprefix("envoy.filters.http.") for f in chain["typed_config"]["http_filters"]]

    annotated = {"annotations": {"sidecar.istio.io/statsCompression": "zstd"}}
    if text in minors("compression_default"):
        assert filters(**annotated) == ["compressor.brotli", "compressor.zstd", "compressor.gzip", "router"]
        assert filters(config={"statsCompression": False}) == ["router"]
    else:
        assert filters(**annotated) == (["compressor"] if text in minors("compression_annotation") else []) + ["router"]
        assert filters(annotations={"sidecar.istio.io/statsCompression": "lz4"}) == ["router"]


@pytest.mark.parametrize("text", MINORS)
def test_static_clusters(text: str) -> None:
    env = {"WORKLOAD_IDENTITY_SOCKET_FILE": "own.sock"}
    found = document(text, env=env, workload_socket=True, config={"configPath": "./some//where"})
    sds: Any = cluster(found, "sds-grpc")
    pipe = sds["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]["pipe"]["path"]
    assert pipe.endswith("/own.sock" if text in minors("workload_socket_name") else "/socket")
    assert (cluster(found, "sds-files-grpc") is not None) == (text in minors("sds_files_cluster"))
    assert (sds.get("alt_stat_name") == "sds-grpc;") == (text in minors("alt_stat_names"))
    xds: Any = cluster(found, "xds-grpc")
    assert xds["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]["pipe"]["path"] == (
        "./some//where/XDS"
    )


@pytest.mark.parametrize("text", MINORS)
def test_status_listener(text: str) -> None:
    env = {"ENVOY_STATUS_PORT_ENABLE_PROXY_PROTOCOL": "true", "ENVOY_STATUS_PORT": "17021"}
    metrics, status = document(text, env=env)["static_resources"]["listeners"]
    assert ("listener_filters" in status) == (text in minors("status_proxy_protocol"))
    assert "listener_filters" not in metrics
    assert status["address"]["socket_address"]["port_value"] == 17021
    assert status.get("name") == ("0.0.0.0_17021" if text in minors("listener_names") else None)


def test_log_format_as_json() -> None:
    from meshc.bootstraps.agent.agent_inputs import Flags

    text = document("1.22")["application_log_config"]["log_format"]["text_format"]
    assert text == "%Y-%m-%dT%T.%fZ\t%l\tenvoy %n %g:%#\t%v\tthread=%t"
    found = document("1.22", flags=Flags(log_as_json=True))["application_log_config"]["log_format"]
    assert list(found["json_format"]) == ["time", "level", "scope", "msg", "caller", "thread"]
