"""Edits in place: the text says the new value, and every byte that need not change is as it was."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from meshc.errors import InputError
from meshc.yamlio import dump, load
from meshc.yamlio.splicing import splice

QUICK = hypothesis_settings(
    max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


@pytest.mark.parametrize(
    ("text", "new", "expected"),
    [
        ("a: 1 # one\nb: 2\n", {"a": 1, "b": 2, "c": 3}, "a: 1 # one\nb: 2\nc: 3\n"),
        ("a: 'x'  # one\n", {"a": "it's"}, "a: 'it''s'  # one\n"),
        ('a: "x"\n', {"a": "y\n"}, 'a: "y\\n"\n'),
        ("a: 1\n# about b\nb: 2\n# end\n", {"a": 1}, "a: 1\n# about b\n# end\n"),
        ("a: {x: 1,  z: 2} # z\n", {"a": {"x": 1, "z": 2, "w": 3}}, "a: {x: 1,  z: 2, w: 3} # z\n"),
        ("a: {x: 1,  z: 2}\n", {"a": {"z": 2}}, "a: {z: 2}\n"),
        ("a: [1,  2, 3]\n", {"a": [1, 2]}, "a: [1,  2]\n"),
        ("a: [1,  2]\n", {"a": [0, 1, 2]}, "a: [0, 1,  2]\n"),
        ("a: {} # none\nb: 1\n", {"a": {"x": 1}, "b": 1}, "a: # none\n  x: 1\nb: 1\n"),
        ("a:\nb: 1\n", {"a": {"x": 1}, "b": 1}, "a:\n  x: 1\nb: 1\n"),
        ("a:\n  x: 1\nb: 1\n", {"a": "t", "b": 1}, "a: t\nb: 1\n"),
        ("a: |\n  x\n  y\n\nb: 1\n", {"a": "x\ny\n", "b": 2}, "a: |\n  x\n  y\n\nb: 2\n"),
        ("a: |\n  x\nb: 1\n", {"a": "z", "b": 1}, "a: z\nb: 1\n"),
        (
            "l:\n    # first\n    - name: a # x\n      v: 1\n\n    - name: b\n",
            {"l": [{"name": "new"}, {"name": "a", "v": 1}, {"name": "b"}]},
            "l:\n    - name: new\n    # first\n    - name: a # x\n      v: 1\n\n    - name: b\n",
        ),
        (
            "l:\n# first\n- name: a\n- name: b # y\n  v: 1\n",
            {"l": [{"name": "b", "v": 2}, {"name": "a"}]},
            "l:\n- name: b # y\n  v: 2\n# first\n- name: a\n",
        ),
        ("l:\n- name: a\n  v: 1\n", {"l": [{"v": 1}]}, "l:\n- v: 1\n"),
        (
            "p:\n  tcpSocket: {port: 1}\n  periodSeconds: 2\n",
            {"p": {"periodSeconds": 2, "httpGet": {"path": "/x", "port": 9}}},
            'p:\n  httpGet: {port: 9, path: "/x"}\n  periodSeconds: 2\n',
        ),
        ('{"a": {"b": 1}}\n', {"a": {"b": 1, "c": [1, {"d": None}]}}, '{"a": {"b": 1, "c": [1, {}]}}\n'),
        ('{\n  "a": 1\n}\n', {"a": 1, "b": {"c": 2}}, '{\n  "a": 1,\n  "b": {\n    "c": 2\n  }\n}\n'),
        ("---\n# top\na: 1\n", {"a": 2}, "---\n# top\na: 2\n"),
        ("a: é😀\nb: 1\n", {"a": "é😀", "b": 2}, "a: é😀\nb: 2\n"),
        ("a: 1\nb: null\n", {"a": 1, "b": 2}, "a: 1\nb: 2\n"),
    ],
)
def test_only_what_changes_is_written(text: str, new: Any, expected: str) -> None:
    assert splice(text, load(text), new) == expected


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("a: &x {b: 1}\nc: *x\n", {"a": {"b": 1}, "c": {"b": 2}}),
        ("a: &x {b: 1}\nc: *x\n", {"a": {"b": 2}, "c": {"b": 1}}),
        ("a: &x {b: 1}\nc:\n  <<: *x\n  d: 1\n", {"a": {"b": 1}, "c": {"d": 1}}),
    ],
)
def test_what_an_edit_cannot_keep_is_refused(text: str, new: Any) -> None:
    with pytest.raises(InputError, match="cannot be edited in place"):
        splice(text, load(text), new, file="f.yaml")


SCALARS = st.one_of(st.integers(-99, 99), st.booleans(), st.text(max_size=8), st.just("yes"))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.dictionaries(st.from_regex(r"[a-z]{1,3}", fullmatch=True), inner, min_size=1, max_size=3),
        st.lists(
            st.builds(lambda n, v: {"name": n, "v": v}, st.sampled_from("abcd"), inner),
            max_size=3,
            unique_by=lambda item: str(item["name"]),
        ),
        st.lists(SCALARS, max_size=3),
    ),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES, min_size=1, max_size=3)


@given(old=DOCUMENTS, new=DOCUMENTS, form=st.sampled_from(["block", "flow", "lines"]))
@QUICK
def test_any_change_reads_back(old: Any, new: Any, form: str) -> None:
    try:
        text = dump(old) if form == "block" else json.dumps(old, indent=2 if form == "lines" else None) + "\n"
    except InputError:
        return  # control characters have no place in YAML
    old = load(text)
    with suppress(InputError):
        new = load(dump(new))
        result = splice(text, old, new)
        assert load(result) == new
        if old == new:
            assert result == text
