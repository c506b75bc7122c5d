"""The text form of written YAML."""

from __future__ import annotations

from itertools import pairwise

import pytest

from meshc import yamlio
from meshc.errors import InputError
from meshc.yamlio.keys import compare, ordered


def test_layout() -> None:
    value = {"b": [{"x": 1, "a": []}, [1, [2, {}]], "t"], "a": {"c": {}, "d": None, "e": True, "f": 1.5}}
    assert yamlio.dump(value) == (
        "a:\n  c: {}\n  d: null\n  e: true\n  f: 1.5\nb:\n- a: []\n  x: 1\n- - 1\n  - - 2\n    - {}\n- t\n"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [({}, "{}\n"), ([], "[]\n"), (None, "null\n"), ("x", "x\n"), ("a\nb", "|-\n  a\n  b\n"), (3, "3\n")],
)
def test_single_values(value: object, text: str) -> None:
    assert yamlio.dump(value) == text


def test_documents_are_separated() -> None:
    assert yamlio.dump_all([{"a": 1}, {"b": 2}]) == "a: 1\n---\nb: 2\n"


def test_key_order() -> None:
    keys = ["a-b", "a.b", "a_b", "a1", "a2", "a10", "aB", "ab"]
    assert ordered(reversed(keys)) == keys
    assert ordered(["1000", "8", "16"]) == ["8", "16", "1000"]
    assert ordered(["a02", "a2", "a1"]) == ["a1", "a2", "a02"]
    assert ordered(["ab", "B", "a"]) == ["B", "a", "ab"]
    assert ordered(["v10.1", "v1.10", "v1.9"]) == ["v1.9", "v1.10", "v10.1"]
    assert ordered(["a10x", "a100"]) == ["a100", "a10x"]
    assert all(compare(a, b) < 0 < compare(b, a) for a, b in pairwise(keys))
    assert compare("a", "a") == 0


@pytest.mark.parametrize(
    "text",
    [
        "", "yes", "y", "Off", "null", "~", "1", "010", "0x1f", "1_000", "0o17", "5.", ".5", "1e3", "08", ".inf", ".nan", "1:30",
        "12:30:45", "-1:2.5", "2024-01-01", "2001-12-14T21:59:43Z", "2001-12-14 21:59:43.10 -5", "+1",
    ],
)  # fmt: skip
def test_what_would_be_read_as_something_else_is_double_quoted(text: str) -> None:
    assert yamlio.dump({"k": text}) == f'k: "{text}"\n'
    assert yamlio.load(f'k: "{text}"') == {"k": text}


@pytest.mark.parametrize(
    "text",
    [
        "<<",
        "=",
        "1.2.3",
        "a:b",
        "http://x",
        "-x",
        "?x",
        ":x",
        "a#b",
        "it's",
        'a"b',
        "1e400",
        "0x",
        "v1.30",
        "é",
        "-",
        "a,b",
        "..x",
    ],
)
def test_plain(text: str) -> None:
    expected = text if text != "-" else "'-'"
    assert yamlio.dump({"k": text}) == f"k: {expected}\n"


@pytest.mark.parametrize(
    "text",
    [
        " a",
        "a ",
        "a: b",
        "a:",
        "a #b",
        "- a",
        "? a",
        ": a",
        "---",
        "...x",
        *(f"{c}x" for c in '#,[]{}&*!|>"%@`'),
        "?",
        ":",
    ],
)
def test_single_quoted(text: str) -> None:
    assert yamlio.dump({"k": text}) == f"k: '{text}'\n"


def test_a_single_quote_is_doubled() -> None:
    assert yamlio.dump(["'a'", "it's: x"]) == "- '''a'''\n- 'it''s: x'\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("\ta", '"\\ta"'), ("a\tb", '"a\\tb"'), ("😀", '"\\U0001F600"'), ("é😀", '"é\\U0001F600"'), ("a\rb", '"a\\rb"'),
        ("\x00\x07\x08\x0b\x0c\x1b\x01", '"\\0\\a\\b\\v\\f\\e\\x01"'), ('"\\\t', '"\\"\\\\\\t"'), ("\u2028", '"\\L"'),
        ("a\ufeffb", '"a\\uFEFFb"'), ("\ufeffa b", '"\\uFEFF\\x61\\x20\\x62"'),
        ("\u2029", '"\\P"'), ("a \nb", '"a \\nb"'), ("a\nb ", '"a\\nb "'), ("a\nb\tc", '"a\\nb\\tc"'), ("a\x85b", "a b"),
    ],
)  # fmt: skip
def test_double_quoted(text: str, written: str) -> None:
    assert yamlio.dump({"k": text}) == f"k: {written}\n"


@pytest.mark.parametrize("text", ["a\x7f", "\x80", "\ufffe"])
def test_control_characters_are_refused(text: str) -> None:
    for value in ({"k": text}, {text: "v"}, [text]):
        with pytest.raises(InputError, match="control characters are not allowed"):
            yamlio.dump(value)


@pytest.mark.parametrize(
    ("text", "header", "body"),
    [
        ("a\nb", "|-", "  a\n  b\n"), ("a\nb\n", "|", "  a\n  b\n"), ("a\n\n", "|+", "  a\n\n"), ("\n", "|2+", "\n"),
        ("\na", "|2-", "\n  a\n"), (" a\nb", "|2-", "   a\n  b\n"), ("a\n\n b\n", "|", "  a\n\n   b\n"),
    ],
)  # fmt: skip
def test_literal_blocks(text: str, header: str, body: str) -> None:
    written = yamlio.dump({"k": text})
    assert written == f"k: {header}\n{body}"
    assert yamlio.load(written) == {"k": text}
    assert yamlio.load(yamlio.dump([[text]])) == [[text]]


def test_folding_at_the_first_single_blank_after_80_columns() -> None:
    word = "x" * 9
    text = " ".join([word] * 20)
    assert (
        yamlio.dump({"key": text})
        == f"key: {' '.join([word] * 8)}\n  {' '.join([word] * 8)}\n  {' '.join([word] * 4)}\n"
    )
    assert yamlio.dump([[text]]).startswith(f"- - {' '.join([word] * 8)}\n    {word}")
    assert yamlio.dump({"key": "x" * 200}) == f"key: {'x' * 200}\n"
    assert yamlio.dump({"key": "x" * 80 + "  y z"}) == f"key: {'x' * 80}  y\n  z\n"
    assert yamlio.dump({"k" * 100: "a b"}) == f"{'k' * 100}: a\n  b\n"
    assert yamlio.dump({"k": "'" + "x" * 80 + " "}) == f"k: '''{'x' * 80} '\n"
    assert yamlio.dump({"k": "\t" + "x" * 80 + " y"}) == f'k: "\\t{"x" * 80}\n  y"\n'


def test_long_and_multi_line_keys() -> None:
    key = "k" * 129
    assert yamlio.dump({key: "v"}) == f"? {key}\n: v\n"
    assert yamlio.dump({"k" * 128: 1}) == f"{'k' * 128}: 1\n"
    assert yamlio.dump({"é" * 65: 1}) == f"? {'é' * 65}\n: 1\n"
    assert yamlio.dump({"a\nb": {"x": [1]}}) == "? |-\n  a\n  b\n: x:\n  - 1\n"
    assert yamlio.dump([{key: ["x"], "z\n": "a\nb"}]) == f"- ? {key}\n  : - x\n  ? |\n    z\n  : |-\n    a\n    b\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1000.0, "1000"), (1e6, "1000000"), (1e20, "1e+20"), (10**20, "1e+20"), (1234567.5, "1.2345675e+06"), (0.1, "0.1"),
        (1e-5, "1e-05"), (-0.00012, "-0.00012"), (2**63, "9223372036854775808"), (123456.789, "123456.789"), (-1.5e-7, "-1.5e-07"),
    ],
)  # fmt: skip
def test_numbers(value: float, text: str) -> None:
    assert yamlio.dump({"k": value}) == f"k: {text}\n"


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_infinity_is_refused(value: float) -> None:
    with pytest.raises(InputError):
        yamlio.dump({"k": value})


def test_what_is_no_json_is_a_programming_error() -> None:
    with pytest.raises(TypeError):
        yamlio.dump({"k": object()})
