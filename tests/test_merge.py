"""Deep merges of settings."""

from __future__ import annotations

from copy import deepcopy

import pytest

from meshc.merge import deep, overlay
from meshc.yamlio import Json


@pytest.mark.parametrize(
    ("base", "over", "want"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3, "d": 4}}, {"a": {"b": 1, "c": 3, "d": 4}}),
        ({"a": {"b": 1}}, {"a": None}, {}),
        ({"a": {"b": 1}}, {"a": {"b": None}}, {"a": {}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": 1}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": 2}, {"a": 2}),
        (None, {"a": 1}, {"a": 1}),
        ({"a": 1}, {}, {"a": 1}),
    ],
)
def test_deep_deletes_with_null(base: Json, over: Json, want: Json) -> None:
    before = deepcopy((base, over))
    assert deep(base, over) == want
    assert (base, over) == before


def test_overlay_keeps_null() -> None:
    assert overlay({"a": {"b": 1, "c": 2}}, {"a": {"b": None}, "d": [1]}) == {"a": {"b": None, "c": 2}, "d": [1]}
    assert overlay({"a": 1}, "x") == "x"
