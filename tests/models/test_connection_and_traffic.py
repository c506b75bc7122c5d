"""Settings that came with 1.31: connection settings of a proxy, zone-aware balancing and traffic policy of the mesh."""

from __future__ import annotations

from typing import Any

import pytest

from meshc import catalog
from meshc.errors import SettingsError
from meshc.models import annotations as pod_annotations
from meshc.models import mesh, proxy

R131 = catalog.release("1.31.0")
R130 = catalog.release("1.30.3")


def _errors(config: dict[str, Any]) -> tuple[str, ...]:
    return mesh.validate(mesh.merge(mesh.defaults(R131), config, R131).value, R131).error_texts()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"listenerPerConnectionBufferLimitBytes": 0}, ""),
        (
            {"listenerPerConnectionBufferLimitBytes": -1},
            "listener_per_connection_buffer_limit_bytes must be non-negative",
        ),
        (
            {"clusterPerConnectionBufferLimitBytes": -1},
            "cluster_per_connection_buffer_limit_bytes must be non-negative",
        ),
        ({"httpIdleTimeout": "0s"}, ""),
        ({"httpIdleTimeout": "-1s"}, "http_idle_timeout must be non-negative"),
        ({"httpMaxStreamDuration": "-0.5s"}, "http_max_stream_duration must be non-negative"),
        ({"httpMaxConcurrentStreams": 0}, "http_max_concurrent_streams must be positive"),
        ({"httpMaxConcurrentStreams": 1}, ""),
        ({"listenerConnectionLimit": 0}, "listener_connection_limit must be positive"),
        ({"globalDownstreamConnectionLimit": -1}, "global_downstream_connection_limit must be positive"),
        ({"http2InitialStreamWindowSize": 65534}, "http2_initial_stream_window_size must be at least 65535"),
        ({"http2InitialConnectionWindowSize": 65535}, ""),
        ({"http2InitialConnectionWindowSize": 0}, "http2_initial_connection_window_size must be at least 65535"),
    ],
)
def test_connection_settings_have_least_values(settings: dict[str, Any], words: str) -> None:
    config = proxy.merge(mesh.defaults(R131).default_config, {"connectionSettings": settings}, R131)
    found = proxy.validate(config, R131).error_texts()
    (name,) = settings
    assert found == ((f"connectionSettings.{name}: invalid connection settings: {words}",) if words else ())


def test_a_bad_connection_setting_in_the_annotation_fails_the_injection() -> None:
    annotations = {"proxy.istio.io/config": "connectionSettings: {httpMaxConcurrentStreams: 0}"}
    (problem,) = pod_annotations.validate(annotations, R131)
    assert "invalid connection settings: http_max_concurrent_streams must be positive" in problem
    assert pod_annotations.validate(annotations, R130) == []


def test_connection_settings_replace_those_of_a_lower_layer_as_a_whole() -> None:
    low = {"connectionSettings": {"profile": "EDGE", "httpMaxConcurrentStreams": 5}}
    high = {"connectionSettings": {"httpIdleTimeout": "90s"}}
    merged = proxy.merge(proxy.merge(mesh.defaults(R131).default_config, low, R131), high, R131)
    assert merged.document["connectionSettings"] == {"httpIdleTimeout": "90s"}


@pytest.mark.parametrize(
    ("policy", "path"),
    [
        ({}, ""),
        ({"connectionPool": {}}, "connectionPool"),
        ({"connectionPool": {"http": {}}}, ""),
        ({"connectionPool": {"http": {"http1MaxPendingRequests": -1}}}, "connectionPool.http.http1MaxPendingRequests"),
        ({"connectionPool": {"http": {"maxConcurrentStreams": -1}}}, "connectionPool.http.maxConcurrentStreams"),
        ({"connectionPool": {"tcp": {"maxConnections": -1}}}, "connectionPool.tcp.maxConnections"),
        ({"connectionPool": {"http": {"idleTimeout": "0s"}}}, "connectionPool.http.idleTimeout"),
        ({"connectionPool": {"tcp": {"idleTimeout": "0s"}}}, ""),
        ({"connectionPool": {"tcp": {"idleTimeout": "0.0005s"}}}, "connectionPool.tcp.idleTimeout"),
        ({"connectionPool": {"tcp": {"connectTimeout": "0.0015s"}}}, "connectionPool.tcp.connectTimeout"),
        ({"connectionPool": {"tcp": {"tcpKeepalive": {"time": "0s"}}}}, "connectionPool.tcp.tcpKeepalive.time"),
        (
            {"connectionPool": {"http": {"useClientProtocol": True, "h2UpgradePolicy": "UPGRADE"}}},
            "connectionPool.http.h2UpgradePolicy",
        ),
        ({"connectionPool": {"http": {"useClientProtocol": True, "http2KeepAlive": {"interval": "5s"}}}}, ""),
        ({"outlierDetection": {"interval": "0s"}}, "outlierDetection.interval"),
        ({"outlierDetection": {"baseEjectionTime": "30s", "outlierDetectionHttpErrorCodes": [500]}}, ""),
        (
            {"outlierDetection": {"consecutiveLocalOriginFailures": 1}},
            "outlierDetection.consecutiveLocalOriginFailures",
        ),
        (
            {"outlierDetection": {"consecutiveLocalOriginFailures": 1, "splitExternalLocalOriginErrors": True}},
            "",
        ),
        ({"outlierDetection": {"consecutiveLocalOriginFailures": 0}}, ""),
        ({"outlierDetection": {"maxEjectionPercent": -1}}, "outlierDetection.maxEjectionPercent"),
        ({"outlierDetection": {"minHealthPercent": 101}}, "outlierDetection.minHealthPercent"),
    ],
)
def test_the_default_traffic_policy_follows_the_rules_of_a_destination_rule(policy: dict[str, Any], path: str) -> None:
    found = _errors({"defaultTrafficPolicy": policy})
    assert [text.partition(": ")[0] for text in found] == ([f"defaultTrafficPolicy.{path}"] if path else [])


def test_zone_aware_failover_is_between_regions() -> None:
    failover = [{"from": "a", "to": "a"}, {"from": "a/b", "to": "c"}, {"from": "a", "to": "b"}]
    found = _errors({"zoneAwareLbSetting": {"failover": failover, "failoverPriority": ["version"]}})
    assert [text.partition(": ")[0] for text in found] == [
        "zoneAwareLbSetting.failover[0].to",
        "zoneAwareLbSetting.failover[1].from",
    ]


def test_service_entry_visibility_is_read_with_its_namespace_selector() -> None:
    rule = {"namespaceSelector": {"matchLabels": {"a": "b"}}}
    setting = {"defaultVisibility": "NAMESPACE", "policies": [{"visibility": "PUBLIC", "matchingRules": [rule]}]}
    found = mesh.apply(mesh.defaults(R131), {"serviceEntryVisibility": setting}, R131)
    assert found.value.document["serviceEntryVisibility"] == setting


@pytest.mark.parametrize(
    ("field", "release", "since"),
    [
        ("zoneAwareLbSetting", R130, "1.31"),
        ("defaultTrafficPolicy", R130, "1.31"),
        ("serviceEntryVisibility", R130, "1.31"),
        ("defaultInboundHttpRetryPolicy", R131, "1.32"),
    ],
)
def test_a_field_of_a_later_release_names_it(field: str, release: catalog.Release, since: str) -> None:
    with pytest.raises(SettingsError, match=f"Istio knows it since {since}"):
        mesh.apply(mesh.defaults(release), {field: {}}, release, strict=True)
    lenient = mesh.apply(mesh.defaults(release), {field: {}}, release)
    assert field not in lenient.value.document
    assert since in lenient.warnings[0]
