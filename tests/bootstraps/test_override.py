"""A custom bootstrap laid over the file, as Envoy merges its `--config-yaml`."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.bootstraps.envoy import custom_bootstrap
from meshc.errors import InputError
from tests.bootstraps.samples import catalogue, document


def merged(base: Any, over: Any) -> Any:
    return custom_bootstrap.merge(base, over)


@pytest.mark.parametrize(
    ("base", "over", "wanted"),
    [
        ({"a": 1}, {"a": 2, "b": 3}, {"a": 2, "b": 3}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1, "y": 3}}),
        ({"l": [1]}, {"l": [2, 3]}, {"l": [1, 2, 3]}),
        ({"metadata": {"a": {"x": 1}, "b": 1}}, {"metadata": {"a": {"y": 1}}}, {"metadata": {"a": {"y": 1}, "b": 1}}),
        ({"c": {"@type": "t", "x": 1}}, {"c": {"@type": "u"}}, {"c": {"@type": "u"}}),
        ({"address": {"pipe": {"path": "p"}}}, {"address": {"socketAddress": {}}}, {"address": {"socket_address": {}}}),
        ({"a": "x", "b": 1}, {"a": "", "b": None}, {"a": "x", "b": 1}),
        ({"use_all_default_tags": True}, {"useAllDefaultTags": False}, {"use_all_default_tags": False}),
        ({"ignore_global_conn_limit": True}, {"ignore_global_conn_limit": False}, {"ignore_global_conn_limit": True}),
    ],
)
def test_merge(base: Any, over: Any, wanted: Any) -> None:
    assert merged(base, over) == wanted


def test_the_bootstrap_itself_is_left_alone() -> None:
    base = document()
    over = {"static_resources": {"clusters": [{"name": "mine"}]}, "layeredRuntime": {"layers": [{"name": "mine"}]}}
    found = merged(base, over)
    assert [c["name"] for c in found["static_resources"]["clusters"]][-1] == "mine"
    assert [layer["name"] for layer in found["layered_runtime"]["layers"]] == ["global config", "admin", "mine"]
    assert base == document()


@pytest.mark.parametrize(
    ("text", "host", "wanted"),
    [
        ("1.21", "10.0.0.9", "$(HOST_IP):1"),
        ("1.22", "10.0.0.9", "10.0.0.9:1"),
        ("1.24", "fd00::9", "fd00::9:1"),
        ("1.25", "fd00::9", "[fd00::9]:1"),
        ("1.30", "", "$(HOST_IP):1"),
    ],
)
def test_the_host_ip_in_a_custom_bootstrap(text: str, host: str, wanted: str) -> None:
    assert custom_bootstrap.read('a: "$(HOST_IP):1"', catalogue(text), host_ip=host) == {"a": wanted}


@pytest.mark.parametrize("text", ["- 1", "just text", "", "a: [", "{"])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        custom_bootstrap.read(text, catalogue("1.30"), file="custom.yaml")
    assert "custom.yaml" in str(caught.value)
