"""ProxyConfig: defaults, merging, the text of PROXY_CONFIG."""

from __future__ import annotations

from typing import Any

import pytest

from meshc import catalog
from meshc.errors import InputError
from meshc.models import proxy
from meshc.models.proxy_config import ProxyConfig

NEWEST = catalog.newest()


@pytest.mark.parametrize(
    ("release", "concurrency", "tracing"),
    [
        ("1.17.0", 2, {"zipkin": {"address": "zipkin.istio-system:9411"}}),
        ("1.18.0", None, {"zipkin": {"address": "zipkin.istio-system:9411"}}),
        ("1.21.6", None, {"zipkin": {"address": "zipkin.istio-system:9411"}}),
        ("1.22.0", None, None),
        ("1.30", None, None),
    ],
)
def test_defaults_lose_concurrency_and_tracing(release: str, concurrency: object, tracing: object) -> None:
    found = proxy.defaults(catalog.release(release)).document
    assert (found.get("concurrency"), found.get("tracing")) == (concurrency, tracing)
    assert found["statusPort"] == 15020


def test_defaults_are_a_fresh_value() -> None:
    release = catalog.release("1.21")
    proxy.defaults(release).document["tracing"]["zipkin"]["address"] = "changed"
    assert proxy.defaults(release).tracing.zipkin.address == "zipkin.istio-system:9411"


def test_merge_replaces_fields_and_adds_metadata_up() -> None:
    base = {
        "proxyMetadata": {"A": "1", "B": "2"},
        "extraStatTags": ["x"],
        "proxyStatsMatcher": {"inclusionPrefixes": ["p"]},
        "image": {"imageType": "distroless"},
    }
    document = {"proxy_metadata": {"B": "3"}, "extraStatTags": [], "proxyStatsMatcher": {"inclusionSuffixes": ["s"]}}
    assert proxy.merge(ProxyConfig(base), document, NEWEST).document == {
        "proxyMetadata": {"A": "1", "B": "3"},
        "proxyStatsMatcher": {"inclusionSuffixes": ["s"]},
        "image": {"imageType": "distroless"},
    }


def test_merge_drops_an_empty_map() -> None:
    assert proxy.merge(ProxyConfig({"runtimeValues": {"a": "b"}}), {"runtimeValues": {}}, NEWEST).document == {}


@pytest.mark.parametrize(("release", "kept"), [("1.19.0", False), ("1.19.1", True), ("1.20", True)])
def test_members_of_proxy_headers_are_kept(release: str, kept: bool) -> None:
    old = {
        "requestId": {"disabled": True},
        "server": {"value": "s"},
        "metadataExchangeHeaders": {"mode": "IN_MESH"},
    }
    merged = proxy.merge(ProxyConfig({"proxyHeaders": old}), {"proxyHeaders": {"server": {}}}, catalog.release(release))
    assert merged.proxy_headers.document == (
        {"requestId": {"disabled": True}, "server": {}} if kept else {"server": {}}
    )


def test_merge_tells_what_it_ignored() -> None:
    assert proxy.overlay(ProxyConfig(), {"foo": 1}, NEWEST).warnings == ("foo: unknown field of ProxyConfig, ignored",)


@pytest.mark.parametrize(
    ("text", "document"), [("", {}), ("# nothing", {}), ("a: yes", {"a": True}), ('{"a": 1}', {"a": 1})]
)
def test_texts_are_yaml_or_json(text: str, document: Any) -> None:
    assert proxy.parse_text(text) == document


def test_bad_syntax_points_at_its_line() -> None:
    with pytest.raises(InputError) as raised:
        proxy.parse_text("a: 1\nb: [", file="annotation")
    assert raised.value.file == "annotation"
    assert raised.value.line


@pytest.mark.parametrize("release", ["1.17", "1.21", "1.30"])
def test_defaults_print_as_nothing(release: str) -> None:
    found = catalog.release(release)
    assert proxy.to_json_text(proxy.defaults(found), found) == "{}"


def test_what_differs_from_the_defaults_is_printed_in_schema_order() -> None:
    release = catalog.release("1.17")
    document = {"proxyMetadata": {"foo": "barr"}, "drainDuration": "7s", "configPath": "/foo/bar", "tracing": {}}
    config = proxy.merge(proxy.defaults(release), document, release)
    assert (
        proxy.to_json_text(config, release)
        == '{"configPath":"/foo/bar","drainDuration":"7s","tracing":{},"proxyMetadata":{"foo":"barr"}}'
    )
    assert (
        proxy.to_json_text(ProxyConfig({"statusPort": 15020}), release, drop_defaults=False) == '{"statusPort":15020}'
    )
