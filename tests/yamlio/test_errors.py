"""Bad texts: the error says where, what and what to write instead; nothing hangs."""

from __future__ import annotations

import pytest

from meshc import yamlio
from meshc.errors import InputError


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        ("a: 1\n\tb: 2", 2, 1, "tabs"),
        ("a: b: c", 1, 5, "quote"),
        ("a: [1, 2", 2, 1, "bracket"),
        ("a: 'x\nb: 1\n", 3, 1, "quote"),
        ("a:\n  b: 1\n c: 2", 3, 2, "indent"),
        ("a\nb: c", 2, 2, "': '"),
        ("- a\nb: c", 2, 1, "'- '"),
        ("a: 'x", 1, 6, "closed"),
        ('a: "\\q"', 1, 4, "backslash"),
        ("a: @x", 1, 4, "quote"),
        ("a: \x01", 1, 4, "remove"),
        ("a: *x", 1, 4, "define"),
        ("a: &x [*x]", 1, 8, None),
        ("~: x", 1, 1, "quote"),
        ("[a]: x", 1, 1, "quote"),
        ("a: .inf", 1, 4, "finite"),
        ("a: !!int x", 1, 4, "tag"),
        ("a: !!binary '*'", 1, 4, None),
        ("<<: 1", 1, 1, None),
        ("a: 1\n---\nb: 2", 2, 1, "separate"),
    ],
)
def test_errors_point(text: str, line: int, column: int, hint: str | None) -> None:
    with pytest.raises(InputError) as caught:
        yamlio.load(text, file="pod.yaml")
    error = caught.value
    assert (error.file, error.line) == ("pod.yaml", line)
    assert error.column is not None
    assert abs(error.column - column) <= 1
    if hint is not None:
        assert error.hint is not None
        assert any(part in error.hint for part in hint.split("|"))


def test_lines_count_within_the_whole_file() -> None:
    with pytest.raises(InputError) as caught:
        yamlio.load_all("a: 1\n---\nb: 1\n---\nc: [\n", file="all.yaml")
    assert caught.value.line in (5, 6)
    assert "line" in caught.value.message


def test_alias_bombs_are_refused() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join(['*' + old] * 10)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    with pytest.raises(InputError, match="aliases"):
        yamlio.load("\n".join(lines))


def test_aliases_cannot_pile_up_depth() -> None:
    chain = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [[[[*a{n - 1}]]]]" for n in range(1, 100)]
    with pytest.raises(InputError, match="nested deeper"):
        yamlio.load("\n".join(chain))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[" * 5000 + "]" * 5000,
        "\n".join(" " * n + "a:" for n in range(400)),
        '{"a":' * 300 + "1" + "}" * 300,
    ],
)
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="nested deeper"):
        yamlio.load(text)


def test_deep_json_is_refused() -> None:
    assert yamlio.load_json("[" * 200 + "]" * 200)
    for depth in (300, 2000):
        with pytest.raises(InputError):
            yamlio.load_json("[" * depth + "]" * depth)


def test_large_texts_are_read_in_linear_time() -> None:
    blank = "a: " + "x " * 500_000
    assert len(yamlio.load(blank)["a"]) == 999_999
    assert yamlio.load("a: " + "1" * 100_000)["a"] == "1" * 100_000
    assert yamlio.load(yamlio.dump({"a": "x  y " * 100_000})) == {"a": "x  y " * 100_000}
