"""How the old installer merges lists and maps."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.errors import SettingsError
from meshc.profiles import spec_merge


def _named(names: str) -> list[dict[str, Any]]:
    return [{"name": name} for name in names]


@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        ("ab", "c", "cab"),
        ("ab", "b", "ab"),
        ("abc", "cx", "abcx"),
        ("abc", "xb", "xabc"),
        ("", "ab", "ab"),
        ("ab", "", "ab"),
    ],
)
def test_an_old_item_goes_first_only_if_it_stood_before_the_next_new_one(old: str, new: str, merged: str) -> None:
    assert spec_merge.merge_keyed(_named(old), _named(new), key="name") == _named(merged)


def test_gateways_merge_by_name_and_other_lists_replace() -> None:
    base = {"components": {"ingressGateways": [{"name": "a", "enabled": True}]}, "values": {"x": [1]}}
    over = {"components": {"ingressGateways": [{"name": "a", "k8s": {}}]}, "values": {"x": [2]}}
    assert spec_merge.merge(base, over) == {
        "components": {"ingressGateways": [{"name": "a", "enabled": True, "k8s": {}}]},
        "values": {"x": [2]},
    }


def test_null_deletes_and_tracing_replaces_as_a_whole() -> None:
    base = {"meshConfig": {"a": 1, "defaultConfig": {"tracing": {"zipkin": {}}}}}
    over: dict[str, Any] = {"meshConfig": {"a": None, "defaultConfig": {"tracing": {"datadog": {}}}}}
    assert spec_merge.merge(base, over) == {"meshConfig": {"defaultConfig": {"tracing": {"datadog": {}}}}}


def test_aliases_are_a_set() -> None:
    merged = spec_merge.merge(
        {"meshConfig": {"trustDomainAliases": ["a"]}}, {"meshConfig": {"trustDomainAliases": ["b", "a"]}}
    )
    assert merged == {"meshConfig": {"trustDomainAliases": ["a", "b"]}}


def test_a_gateway_without_a_name_is_refused() -> None:
    base = {"components": {"ingressGateways": _named("a")}}
    with pytest.raises(SettingsError, match="found by its name"):
        spec_merge.merge(base, {"components": {"ingressGateways": [{"k8s": {}}]}})
