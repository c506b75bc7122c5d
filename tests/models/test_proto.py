"""Reading and writing protobuf-JSON by the message tables (docs/istio/injection.md § 5.1)."""

from __future__ import annotations

from typing import Any

import pytest

from meshc import catalog
from meshc.errors import ErrorGroup, SettingsError
from meshc.models import proto
from meshc.models.mesh_config import MeshConfig
from meshc.models.proxy_config import ProxyConfig

NEWEST = catalog.newest()
OLDEST = catalog.releases()[0]


def read(document: Any, **options: Any) -> dict[str, Any]:
    """One ProxyConfig document on its own."""
    return dict(proto.read(ProxyConfig, document, NEWEST, **options).value.document)


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ({"configPath": "/a"}, {"configPath": "/a"}),
        ({"config_path": "/a"}, {"configPath": "/a"}),
        ({"config_path": "/a", "configPath": "/b"}, {"configPath": "/b"}),
        ({"config_path": "/a", "configPath": None}, {}),
        ({"sds": {"k8s_sa_jwt_path": "x"}}, {"sds": {"k8sSaJwtPath": "x"}}),
        ({"statusPort": 0}, {"statusPort": 0}),
        ({"statusPort": "15021"}, {"statusPort": 15021}),
        ({"statusPort": 15021.0}, {"statusPort": 15021}),
        ({"statusPort": None}, {}),
        ({"concurrency": 0}, {"concurrency": 0}),
        ({"drainDuration": "1m30s"}, {"drainDuration": "90s"}),
        ({"interceptionMode": 1}, {"interceptionMode": "TPROXY"}),
        ({"interceptionMode": 2.0}, {"interceptionMode": "NONE"}),
        ({"interceptionMode": 77}, {"interceptionMode": 77}),
        ({"controlPlaneAuthPolicy": 1000}, {"controlPlaneAuthPolicy": "INHERIT"}),
        ({"tracing": {}}, {"tracing": {}}),
        ({"tracing": {"sampling": "0.5"}}, {"tracing": {"sampling": 0.5}}),
        ({"tracing": {"sampling": 10}}, {"tracing": {"sampling": 10}}),
        ({"tracing": {"zipkin": {}, "datadog": {}}}, {"tracing": {"datadog": {}}}),
        ({"tracing": {"customTags": {"a": None}}}, {"tracing": {"customTags": {"a": None}}}),
        ({"extraStatTags": ["a", None]}, {"extraStatTags": ["a", ""]}),
        ({"proxyMetadata": {"A": None}}, {"proxyMetadata": {"A": ""}}),
        (
            {"serviceCluster": "x", "tracingServiceName": "CANONICAL_NAME_ONLY"},
            {"tracingServiceName": "CANONICAL_NAME_ONLY"},
        ),
        (
            {"readinessProbe": {"httpGet": {"httpHeaders": [None]}}},
            {"readinessProbe": {"httpGet": {"httpHeaders": [{}]}}},
        ),
        (None, {}),
    ],
)
def test_documents_become_the_interchange_form(document: Any, value: dict[str, Any]) -> None:
    assert read(document) == value


@pytest.mark.parametrize(
    ("document", "path", "hint"),
    [
        ({"proxyMetadata": {"X": True}}, "proxyMetadata.X", 'quote it: "true"'),
        ({"proxyMetadata": {"X": 5}}, "proxyMetadata.X", 'quote it: "5"'),
        ({"configPath": ["x"]}, "configPath", "write one string"),
        ({"holdApplicationUntilProxyStarts": "true"}, "holdApplicationUntilProxyStarts", "without quotes"),
        ({"concurrency": "two"}, "concurrency", "digits"),
        ({"concurrency": "010"}, "concurrency", "digits"),
        ({"concurrency": 1.5}, "concurrency", "digits"),
        ({"concurrency": True}, "concurrency", "digits"),
        ({"concurrency": 2**31}, "concurrency", "bounds"),
        ({"fileFlushMinSizeKb": -1}, "fileFlushMinSizeKb", "bounds"),
        ({"drainDuration": 45}, "drainDuration", "45s"),
        ({"drainDuration": "45"}, "drainDuration", "45s"),
        ({"interceptionMode": "tproxy"}, "interceptionMode", "REDIRECT, TPROXY, NONE"),
        ({"interceptionMode": "1"}, "interceptionMode", "REDIRECT, TPROXY, NONE"),
        ({"tracing": {"sampling": "lots"}}, "tracing.sampling", "0.5"),
        ({"tracing": {"sampling": "1e999"}}, "tracing.sampling", "0.5"),
        ({"tracing": []}, "tracing", "as keys"),
        ({"extraStatTags": "a"}, "extraStatTags", "as a list"),
        ({"proxyMetadata": "a"}, "proxyMetadata", "keys and values"),
        ({"extra_stat_tags": [{}]}, "extra_stat_tags[0]", "one string"),
    ],
)
def test_wrong_types_are_errors_with_path_value_and_hint(document: Any, path: str, hint: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read(document)
    assert raised.value.path == path
    assert raised.value.has_value
    assert hint in str(raised.value.hint)


def test_a_document_that_is_no_map_is_an_error() -> None:
    with pytest.raises(SettingsError, match="must be a map"):
        read("configPath")


def test_a_struct_takes_any_map() -> None:
    formats = [{"name": "x", "envoyFileAccessLog": {"logFormat": {"labels": {"a": {"b": [1]}}}}}]
    assert proto.read(MeshConfig, {"extensionProviders": formats}, NEWEST).value.document == {
        "extensionProviders": formats
    }
    formats[0]["envoyFileAccessLog"] = {"logFormat": {"labels": "a"}}
    with pytest.raises(
        SettingsError, match=r"extensionProviders\[0\].envoyFileAccessLog.logFormat.labels: must be a map"
    ):
        proto.read(MeshConfig, {"extensionProviders": formats}, NEWEST)


def test_all_errors_of_a_document_are_told() -> None:
    with pytest.raises(ErrorGroup) as raised:
        read({"concurrency": "x", "tracing": {"sampling": []}})
    assert [error.path for error in raised.value.errors] == ["concurrency", "tracing.sampling"]


def test_unknown_keys_are_warnings() -> None:
    reading = proto.read(ProxyConfig, {"proxyMetdata": {}, "tracing": {"nope": 1}}, NEWEST)
    assert reading.value.document == {"tracing": {}}
    assert reading.warnings == (
        "tracing.nope: unknown field of Tracing, ignored",
        "proxyMetdata: unknown field of ProxyConfig, ignored; did you mean proxyMetadata?",
    )


def test_unknown_keys_are_errors_in_strict_mode() -> None:
    with pytest.raises(SettingsError) as raised:
        read({"holdapplicationuntilproxystarts": True}, strict=True, path=("defaultConfig",))
    assert str(raised.value) == (
        "defaultConfig.holdapplicationuntilproxystarts: unknown field of ProxyConfig (got true)\n"
        "  hint: did you mean holdApplicationUntilProxyStarts?"
    )


def test_fields_are_known_from_their_release_on() -> None:
    document = {"proxyHeaders": {"xForwardedHost": {"enabled": False}}, "fileFlushInterval": "1s"}
    assert read(document) == document
    old = proto.read(ProxyConfig, document, OLDEST)
    assert old.value.document == {}
    assert old.warnings[0] == (
        "proxyHeaders: unknown field of ProxyConfig in Istio 1.17.8, ignored; Istio knows it since 1.19"
    )


def test_a_document_over_a_base_replaces_whole_fields() -> None:
    base = {"serviceCluster": "a", "tracing": {"sampling": 5, "zipkin": {"address": "x:1"}}, "statusPort": 1}
    value = read(
        {"tracing": {"sampling": 1}, "tracingServiceName": "CANONICAL_NAME_ONLY", "statusPort": None},
        base=ProxyConfig(base),
    )
    assert value == {"tracing": {"sampling": 1}, "tracingServiceName": "CANONICAL_NAME_ONLY", "statusPort": 1}
    assert base["serviceCluster"] == "a"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"statusPort": 0, "configPath": "", "interceptionMode": "REDIRECT", "controlPlaneAuthPolicy": "NONE"}, "{}"),
        ({"interceptionMode": 77, "concurrency": None}, '{"interceptionMode":77}'),
        (
            {"concurrency": 0, "holdApplicationUntilProxyStarts": False},
            '{"concurrency":0,"holdApplicationUntilProxyStarts":false}',
        ),
        (
            {"tracing": {"customTags": {"b": {"literal": {"value": ""}}, "a": None}}},
            '{"tracing":{"customTags":{"a":{},"b":{"literal":{}}}}}',
        ),
        ({"terminationDrainDuration": "0s"}, '{"terminationDrainDuration":"0s"}'),
        ({"tracingServiceName": "APP_LABEL_AND_NAMESPACE"}, '{"tracingServiceName":"APP_LABEL_AND_NAMESPACE"}'),
        ({"extraStatTags": [], "proxyMetadata": {}}, "{}"),
        (
            {"tracing": {"stackdriver": {"maxNumberOfAttributes": 5, "debug": False}}},
            '{"tracing":{"stackdriver":{"maxNumberOfAttributes":"5"}}}',
        ),
        ({"tracing": {"sampling": 10.0, "maxPathTagLength": 0}}, '{"tracing":{"sampling":10}}'),
        ({"tracing": {"sampling": 1e-7}}, '{"tracing":{"sampling":1e-7}}'),
        ({"meshId": "<a>&\u2028é\n"}, '{"meshId":"\\u003ca\\u003e\\u0026\\u2028é\\n"}'),
        ({"statusPort": 1, "configPath": "x"}, '{"configPath":"x","statusPort":1}'),
        ({"proxyMetadata": {"b": "", "a": "1"}}, '{"proxyMetadata":{"a":"1","b":""}}'),
        ({"extraStatTags": ["b", "a"]}, '{"extraStatTags":["b","a"]}'),
    ],
)
def test_written_text(value: dict[str, Any], text: str) -> None:
    assert proto.to_text(ProxyConfig(value), NEWEST) == text
