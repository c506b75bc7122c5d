"""Merges of trees by policy, and the order of merged lists."""

from __future__ import annotations

from copy import deepcopy

import pytest

from meshc.trees import HELM, REPLACE, Json, Policy, interleave, merge


@pytest.mark.parametrize(
    ("base", "over", "helm", "replace"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"b": 1, "c": 3}}, {"a": {"b": 1, "c": 3}}),
        ({"a": {"b": 1}}, {"a": None}, {}, {"a": None}),
        ({"a": {"b": 1}}, {"a": {"b": None}}, {"a": {}}, {"a": {"b": None}}),
        ({}, {"a": {"b": None, "c": [None]}}, {"a": {"c": [None]}}, {"a": {"b": None, "c": [None]}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}, {"a": [3]}),
        ({"a": 1}, {"a": {"b": 1}}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": 2}, {"a": 2}, {"a": 2}),
        (None, {"a": 1}, {"a": 1}, {"a": 1}),
        ({"a": 1}, "x", "x", "x"),
    ],
)
def test_maps_merge_and_everything_else_replaces(base: Json, over: Json, helm: Json, replace: Json) -> None:
    before = deepcopy((base, over))
    assert merge(base, over, HELM) == helm
    assert merge(base, over, REPLACE) == replace
    assert (base, over) == before


def test_the_result_shares_nothing_with_the_upper_tree() -> None:
    over: Json = {"a": {"b": []}, "c": [{}]}
    result = merge({"a": {"b": [1]}}, over)
    result["a"]["b"].append(1)
    result["c"][0]["x"] = 1
    assert over == {"a": {"b": []}, "c": [{}]}


def test_a_policy_merges_lists_and_keeps_maps_whole_by_path() -> None:
    policy = Policy(
        null_deletes=True,
        lists=lambda old, new, path: [*old, *new] if path == ("a", "l") else new,
        whole=lambda path: path == ("w",),
    )
    base = {"a": {"l": [1]}, "l": [1], "w": {"x": 1}}
    over = {"a": {"l": [2]}, "l": [2], "w": {"y": 2}}
    assert merge(base, over, policy) == {"a": {"l": [1, 2]}, "l": [2], "w": {"y": 2}}


@pytest.mark.parametrize(
    ("named", "others", "want"),
    [
        ([(None, "n")], [(0, "a"), (1, "b")], "nab"),
        ([(1, "b"), (None, "n")], [(0, "a"), (2, "c")], "abnc"),
        ([(2, "c"), (0, "a")], [(1, "b")], "bca"),
        ([(1, "bB")], [(0, "a"), (2, "c")], "abBc"),
        ([], [(0, "a")], "a"),
    ],
)
def test_an_item_not_named_stays_before_a_named_one_that_it_stood_before(
    named: list[tuple[int | None, str]], others: list[tuple[int, str]], want: str
) -> None:
    assert "".join(interleave(named, others)) == want
