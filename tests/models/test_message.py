"""Messages as typed views of documents."""

from __future__ import annotations

import pickle

import pytest

from meshc import catalog
from meshc.models import mesh
from meshc.models.mesh_config import MeshConfig
from meshc.models.proxy_config import ProxyConfig
from meshc.models.value_fields import Below, NotAMap
from meshc.models.values import Values

NEWEST = catalog.newest()


def test_attributes_read_the_document() -> None:
    config = mesh.defaults(NEWEST).default_config
    assert config.status_port == 15020
    assert config.document["statusPort"] == 15020
    assert config.at(ProxyConfig.status_port) == ("defaultConfig", "statusPort")


def test_what_is_absent_reads_as_zero_or_none() -> None:
    config = ProxyConfig({})
    assert (config.config_path, config.status_port, config.interception_mode) == ("", 0, "REDIRECT")
    assert (config.concurrency, config.service_cluster, config.drain_duration) == (None, None, None)
    assert not config.tracing
    assert not config.tracing.tls_settings
    assert config.tracing.tls_settings.mode == "DISABLE"
    assert (list(config.extra_stat_tags), dict(config.proxy_metadata)) == ([], {})


def test_absent_and_explicit_zero_stay_different() -> None:
    config = ProxyConfig({"statusPort": 0, "tracing": {}})
    assert config.has(ProxyConfig.status_port)
    assert not config.has(ProxyConfig.proxy_admin_port)
    assert config.tracing
    assert not config.tracing.zipkin


def test_lists_and_maps_of_messages_are_views_too() -> None:
    given = MeshConfig({"extensionProviders": [{"name": "a", "zipkin": {"port": 1}}]})
    (provider,) = given.extension_providers
    assert (provider.name, provider.zipkin.port) == ("a", 1)
    assert provider.zipkin.place == ("extensionProviders", 0, "zipkin")
    tags = ProxyConfig({"tracing": {"customTags": {"x": {"literal": {"value": "1"}}, "y": None}}}).tracing.custom_tags
    assert tags["x"].literal.value == "1"
    assert not tags["y"]


def test_a_changed_message_is_another_one() -> None:
    config = ProxyConfig({"statusPort": 1})
    assert config.changed(ProxyConfig.status_port, 2).status_port == 2
    assert config.status_port == 1


def test_messages_travel_between_processes() -> None:
    config = pickle.loads(pickle.dumps(ProxyConfig({}).tracing))
    assert not config
    assert not config.tls_settings


def test_an_absent_value_is_none() -> None:
    values = Values({"global": {"proxy": {"logLevel": "info"}}})
    assert values.global_.proxy.log_level == "info"
    assert values.global_.sds.token.aud is None
    assert values.pilot.env is None
    assert not values.global_.sds


@pytest.mark.parametrize("value", [None, "x"])
def test_a_value_below_what_is_no_map_is_an_error(value: str | None) -> None:
    values = Values({"global": {"sds": value}})
    with pytest.raises(NotAMap) as raised:
        assert values.global_.sds.token.aud
    assert (raised.value.path, raised.value.child) == ("global.sds", "token")
    assert raised.value.has_value


def test_some_read_nothing_below_what_is_no_map() -> None:
    assert Values({"global": None}, below=Below.NOTHING).global_.sds.token.aud is None


def test_a_chart_s_values_are_complete() -> None:
    values = Values({"global": {}}, below=Below.CHART)
    assert values.global_.hub is None
    with pytest.raises(NotAMap):
        assert values.global_.sds.token
