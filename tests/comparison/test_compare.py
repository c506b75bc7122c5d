"""Comparison by meaning."""

from __future__ import annotations

from typing import Any

import pytest
from deepdiff import DeepDiff
from hypothesis import given, settings
from hypothesis import strategies as st

from meshc.comparison.compare import compare


def _found(old: Any, new: Any, **options: Any) -> list[tuple[str, str]]:
    return [(d.kind, d.where) for d in compare(old, new, **options)]


def test_containers_are_matched_by_name_and_order_is_its_own_finding() -> None:
    old = {"containers": [{"name": "a", "image": "x"}, {"name": "b"}]}
    new = {"containers": [{"name": "b"}, {"name": "a", "image": "y"}]}
    assert _found(old, new) == [("changed", "containers[name=a].image"), ("order", "containers")]


@pytest.mark.parametrize(("old", "new"), [("2000m", "2"), ("1024Mi", "1Gi"), (1, "1"), ("0.5", "500m")])
def test_quantities_are_compared_as_numbers(old: Any, new: Any) -> None:
    assert _found({"limits": {"cpu": old}}, {"limits": {"cpu": new}}) == []


def test_durations_are_compared_as_time() -> None:
    assert _found({"drainDuration": "60s"}, {"drainDuration": "1m"}) == []
    assert _found({"drainDuration": "60s"}, {"drainDuration": "2m"}) == [("changed", "drainDuration")]


def test_json_inside_known_strings_is_compared_inside() -> None:
    old = {"env": [{"name": "PROXY_CONFIG", "value": '{"a": 1, "b": 2}'}]}
    new = {"env": [{"name": "PROXY_CONFIG", "value": '{"b":3,"a":1}'}]}
    assert _found(old, new) == [("changed", "env[name=PROXY_CONFIG].value.b")]


def test_doubles_of_one_key_are_told_apart() -> None:
    old = {"env": [{"name": "X", "value": "1"}, {"name": "X", "value": "2"}]}
    new = {"env": [{"name": "X", "value": "1"}, {"name": "X", "value": "3"}]}
    assert _found(old, new) == [("changed", "env[name=X#2].value")]


def test_lists_without_a_key_are_aligned() -> None:
    assert _found({"args": ["a", "b", "c"]}, {"args": ["a", "x", "b", "c"]}) == [("added", "args[1]")]


def test_a_boolean_is_no_number() -> None:
    assert _found({"a": True}, {"a": 1}) == [("changed", "a")]
    assert _found({"a": "true"}, {"a": True}) == [("changed", "a")]


def test_stats_tags_of_a_bootstrap_are_matched_by_their_name() -> None:
    old = {"stats_tags": [{"tag_name": "a", "regex": "1"}, {"tag_name": "b", "regex": "2"}]}
    new = {"stats_tags": [{"tag_name": "a", "regex": "1"}, {"tag_name": "b", "regex": "3"}]}
    assert _found(old, new, domain="bootstrap") == [("changed", "stats_tags[tag_name=b].regex")]


_scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=3)
_documents = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz", min_size=1, max_size=2), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_documents, _documents)
@settings(derandomize=True, max_examples=300, deadline=None)
def test_the_verdict_is_deepdiffs(old: Any, new: Any) -> None:
    """Where nothing is keyed, equal means equal to deepdiff too (empty values aside, which are nothing here)."""
    theirs = DeepDiff(_bare(old), _bare(new), ignore_order=False)
    assert bool(compare(_bare(old), _bare(new))) == bool(theirs)


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: b for k, v in value.items() if (b := _bare(v)) not in (None, {}, []) or isinstance(b, bool | int)}
    if isinstance(value, list):
        return [_bare(v) for v in value]
    return value
