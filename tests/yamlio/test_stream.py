"""Streams of documents and the places in them."""

from __future__ import annotations

import pytest

from meshc import yamlio
from meshc.errors import InputError


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("a: 1", ["a: 1\n"]),
        ("a: 1\n---\nb: 2\n", ["a: 1\n", "b: 2\n"]),
        ("---\na: 1\n", ["---\na: 1\n"]),
        ("---\n---\na: 1\n", ["---\n", "a: 1\n"]),
        ("a: 1\n---\n", ["a: 1\n"]),
        ("a: 1\n---", ["a: 1\n"]),
        ("a: 1\n---   # next\nb: 2", ["a: 1\n", "b: 2\n"]),
        ("a: 1\r\n---\r\nb: 2\r\n", ["a: 1\n", "b: 2\n"]),
        ("# c\n---\n\n---\nb: 2\n", ["# c\n", "\n", "b: 2\n"]),
        ("a: |\n  ---\n  x\n", ["a: |\n  ---\n  x\n"]),
    ],
)
def test_split(text: str, parts: list[str]) -> None:
    assert yamlio.split(text) == parts


def test_text_after_a_separator_is_an_error() -> None:
    with pytest.raises(InputError) as caught:
        yamlio.split("a: 1\nb: 2\n--- c: 3\n")
    assert caught.value.line == 3
    assert caught.value.hint


def test_load_all_leaves_out_what_is_empty_and_counts_lines() -> None:
    text = "# head\n---\na: 1\n---\n---\n# nothing\n---\n{b: [1,\n 2]}\n"
    documents = yamlio.load_all(text, file="f.yaml")
    assert [(d.value, d.first_line) for d in documents] == [({"a": 1}, 3), ({"b": [1, 2]}, 8)]
    assert documents[1].text == "{b: [1,\n 2]}\n"
    assert documents[1].position(["b", 1]) == (9, 2)


def test_positions() -> None:
    text = "base: &b\n  x: 1\nspec:\n  <<: *b\n  containers:\n  - name: app\n    'on': yes\n  - name: b\n"
    document = yamlio.load_all("---\n" + text, file="pod.yaml")[0]
    assert document.position([]) == (2, 1)
    assert document.position(["spec", "containers", 0, "name"]) == (7, 5)
    assert document.position(["spec", "containers", 1]) == (9, 5)
    assert document.position(["spec", "containers", 0, "on"]) == (8, 5)
    assert document.position(["spec", "x"]) == (3, 3)
    assert document.position(["spec", "containers", 7, "gone"]) == (6, 3)
    assert document.position(["spec", "containers", "name"]) == (6, 3)


def test_positions_through_odd_keys() -> None:
    document = yamlio.load_all("a: &a {x: 1}\nb: &b {v: 1}\nm:\n  ? |\n   k\n  : 1\n  <<: [*a, *b]\n")[0]
    assert document.position(["m", "v"]) == (2, 8)
    assert document.position(["m", "z"]) == (3, 1)
    assert document.position(["m", "k\n"]) == (4, 5)
    assert yamlio.Document({}, text="[q]: 1\na: 2\n").position(["a"]) == (2, 1)
    assert yamlio.Document({}, text="# nothing\n").position(["a"]) is None


def test_the_last_of_duplicate_keys_is_pointed_at_and_keys_match_as_read() -> None:
    document = yamlio.load_all("a: 1\na: 2\nyes: 3\n")[0]
    assert document.position(["a"]) == (2, 1)
    assert document.position(["true"]) == (3, 1)


def test_errors_of_a_document_point_into_its_file() -> None:
    document = yamlio.load_all("a: 1\n---\nspec:\n  replicas: x\n", file="d.yaml")[1]
    error = document.error("wants a number", path=["spec", "replicas"], value="x", hint="write 3")
    assert str(error) == 'd.yaml:4:3: spec.replicas: wants a number (got "x")\n  hint: write 3'
    assert not document.error("no value").has_value


def test_a_document_without_text_has_no_position() -> None:
    assert yamlio.Document({"a": 1}).position(["a"]) is None
    assert yamlio.Document({"a": 1}, text="a: [").position(["a"]) is None
    assert yamlio.Document({"a": 1}).error("x", path=["a"]).path == "a"
