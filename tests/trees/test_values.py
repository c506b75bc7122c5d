"""Reading, writing and walking trees."""

from __future__ import annotations

import copy
import pickle

import pytest

from meshc.trees import ABSENT, Json, Path, changes, discard, get, put, section, walk

_TREE = {"a": {"b": [{"c": 1}, None]}, "x.y": 2, "n": None}


@pytest.mark.parametrize(
    ("path", "want"),
    [
        ("a.b", [{"c": 1}, None]),
        (("a", "b", 0, "c"), 1),
        (("x.y",), 2),
        ("n", None),
        ("n.m", ABSENT),
        ("x.y", ABSENT),
        ("a.b.0", ABSENT),
        (("a", "b", 2), ABSENT),
        (("a", "b", -1), ABSENT),
        ((), _TREE),
    ],
)
def test_a_value_is_read_at_a_path(path: str | Path, want: Json) -> None:
    assert get(_TREE, path, ABSENT) == want


def test_what_is_missing_reads_as_the_default() -> None:
    assert get(_TREE, "a.z") is None
    assert get(_TREE, "a.z", 3) == 3
    assert section(_TREE, "a.b") == section(_TREE, "z") == {}


def test_a_value_is_written_through_what_is_no_map() -> None:
    tree: Json = {"a": 1}
    put(tree, "a.b.c", 2)
    put(tree, ["a", "d.e"], 3)
    assert tree == {"a": {"b": {"c": 2}, "d.e": 3}}
    discard(tree, "a.b.c")
    discard(tree, "a.q.c")
    discard(tree, "z")
    assert tree == {"a": {"b": {}, "d.e": 3}}


def test_leaves_come_with_their_paths() -> None:
    assert list(walk({"a": [1, {}], "b": {"c": None}})) == [(("a", 0), 1), (("a", 1), {}), (("b", "c"), None)]


def test_changes_are_leaves_in_sorted_order() -> None:
    old, new = {"b": 1, "a": {"x": [1], "y": 2}}, {"a": {"x": [2], "y": 2}, "c": None}
    assert list(changes(old, new)) == [(("a", "x"), [1], [2]), (("b",), 1, ABSENT), (("c",), ABSENT, None)]


def test_absent_is_one_object_in_copies_and_other_processes() -> None:
    assert copy.deepcopy([ABSENT])[0] is ABSENT
    assert pickle.loads(pickle.dumps(ABSENT)) is ABSENT
    assert not ABSENT
