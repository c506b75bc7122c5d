"""Node metadata decoded into typed values and shown again."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.bootstraps.node import metadata_keys, metadata_kinds
from meshc.bootstraps.node.metadata_kinds import KindError
from meshc.errors import InputError

KINDS = {"A": "string", "F": "flag", "T": "tristate", "N": "int", "C": "csv", "P": "ports", "M": "map", "L": "list"}


@pytest.mark.parametrize(
    ("key", "raw", "shown"),
    [
        ("A", "x", "x"),
        ("A", None, None),
        ("F", "T", "true"),
        ("F", "false", None),
        ("T", "0", "false"),
        ("T", None, None),
        ("N", 5, 5),
        ("N", None, None),
        ("C", "a,b", "a,b"),
        ("C", "", None),
        ("P", '[{"name":"h","containerPort":80,"hostPort":1}]', '[{"name":"h","containerPort":80,"protocol":""}]'),
        ("P", "null", None),
        ("M", {"b": "1", "a": None}, {"b": "1", "a": ""}),
        ("M", None, None),
        ("L", ["x"], ["x"]),
        ("L", None, None),
    ],
)
def test_there_and_back(key: str, raw: Any, shown: Any) -> None:
    assert metadata_keys.shown(metadata_keys.decode({key: raw}, KINDS), KINDS).get(key) == shown


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("A", 1),
        ("F", True),
        ("F", "yes"),
        ("N", "5"),
        ("N", 1.5),
        ("N", True),
        ("C", ["a"]),
        ("P", []),
        ("P", "{}"),
        ("P", "[1]"),
        ("P", '[{"containerPort":"80"}]'),
        ("P", '[{"containerPort":true}]'),
        ("M", []),
        ("M", {"a": 1}),
        ("L", "a"),
        ("L", [1]),
    ],
)
def test_wrong_kinds_name_the_key(key: str, raw: Any) -> None:
    with pytest.raises(InputError) as caught:
        metadata_keys.decode({key: raw}, KINDS)
    assert caught.value.path == f"metadata.{key}"
    assert f"ISTIO_META_{key}" in str(caught.value.hint)


def test_maps_of_both_spellings_grow_together() -> None:
    assert metadata_keys.decode({"M": {"a": "1"}, "m": {"b": "2"}}, KINDS) == {"M": {"a": "1", "b": "2"}}


def test_a_message_is_an_object() -> None:
    assert metadata_kinds.read("message", {"a": 1}) == {"a": 1}
    assert metadata_kinds.show("message", {}) == {}
    with pytest.raises(KindError):
        metadata_kinds.read("message", [])
