"""What YAML texts mean to Kubernetes."""

from __future__ import annotations

import pytest

from meshc import yamlio
from meshc.errors import InputError

WORDS = {
    True: "y Y yes Yes YES true True TRUE on On ON",
    False: "n N no No NO false False FALSE off Off OFF",
    None: "~ null Null NULL",
}


@pytest.mark.parametrize(("text", "value"), [(w, value) for value, words in WORDS.items() for w in words.split()])
def test_words_are_booleans_and_null(text: str, value: bool | None) -> None:
    assert yamlio.load(f"a: {text}") == {"a": value}
    assert yamlio.load(f"- '{text}'") == [text]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("010", 8), ("0777", 511), ("08", 8.0), ("0o10", 8), ("0x1f", 31), ("0b101", 5), ("-0x10", -16), ("+12", 12),
        ("1_000", 1000), ("0_7", 7), ("-0", 0), ("18446744073709551615", 18446744073709551615),
        ("-9223372036854775808", -(1 << 63)), ("1e3", 1000.0), ("1E-2", 0.01), ("5.", 5.0), (".5", 0.5),
        ("-.5", -0.5), ("1_0.5", 10.5), ("100000000000000000000", 1e20), ("123456789012345678901", 123456789012345680000.0),
    ],
)  # fmt: skip
def test_numbers(text: str, value: float) -> None:
    loaded = yamlio.load(f"a: {text}")["a"]
    assert loaded == value
    assert type(loaded) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "1:30", "12:30:45", "2024-01-01", "2001-12-14T21:59:43Z", "=", "1e400", "0x", "0b2", "1.2.3", "-a", "+", ".",
        "._5", "_1", "0o9", "tRue", "yEs", "nil", "1e", "e3", "0x1.8p3", "١", "--1", "TRue",
    ],
)  # fmt: skip
def test_what_stays_a_string(text: str) -> None:
    assert yamlio.load(f"a: {text}") == {"a": text}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("yes", "true"),
        ("OFF", "false"),
        ("1", "1"),
        ("1.50", "1.5"),
        ("0x10", "16"),
        ("1e6", "1e+06"),
        ("2024-01-01", "2024-01-01"),
        ("'1.50'", "1.50"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("&x 5", "5"),
    ],
)
def test_keys_become_strings(text: str, key: str) -> None:
    assert yamlio.load(f"{text}: v") == {key: "v"}


@pytest.mark.parametrize("text", [".inf", "-.Inf", "+.INF", ".nan", ".NaN"])
def test_what_json_lacks_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="cannot be written in JSON"):
        yamlio.load(f"a: {text}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!str 12", "12"), ("!!int '12'", 12), ("!!float 1", 1.0), ("!!bool 'yes'", True), ("!!null ''", None),
        ("!custom 12", "12"), ("!!binary aGVsbG8=", "hello"), ("!!timestamp 2020-01-01", "2020-01-01"),
    ],
)  # fmt: skip
def test_explicit_tags(text: str, value: object) -> None:
    loaded = yamlio.load(f"a: {text}")["a"]
    assert loaded == value
    assert type(loaded) is type(value)


def test_aliases_are_copies() -> None:
    loaded = yamlio.load("a: &x {k: [1]}\nb: *x\nc: &y 5\nd: *y\n*y : e")
    assert loaded == {"a": {"k": [1]}, "b": {"k": [1]}, "c": 5, "d": 5, "5": "e"}
    loaded["a"]["k"].append(2)
    assert loaded["b"] == {"k": [1]}


def test_merge_keys_set_values_where_they_stand() -> None:
    text = "base: &b {x: 1, v: 1}\nother: &o {v: 2, z: 2}\nmap:\n  x: 0\n  <<: [*b, *o]\n  z: 9\n'<<': text"
    loaded = yamlio.load(text)
    assert loaded["map"] == {"x": 1, "v": 1, "z": 9}
    assert loaded["<<"] == "text"


def test_a_merged_key_may_be_set_again_in_strict_mode() -> None:
    assert yamlio.load("a: &a {x: 1}\nb: {<<: *a, x: 2}", strict=True)["b"] == {"x": 2}


def test_a_duplicate_key_takes_the_last_value_and_is_an_error_in_strict_mode() -> None:
    assert yamlio.load("a: 1\nb: 2\na: 3") == {"a": 3, "b": 2}
    assert yamlio.load('{"a": 1, "a": 3}') == {"a": 3}
    for text in ("a: 1\nb: 2\na: 3", '{"b": 2, "a": 1,\n\n"a": 3}', "1: x\n\n'1': y"):
        with pytest.raises(InputError, match="occurs twice") as caught:
            yamlio.load(text, strict=True)
        assert caught.value.line == 3


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "---\n# x\n"])
def test_nothing_reads_as_none(text: str) -> None:
    assert yamlio.load(text) is None


def test_json_is_yaml() -> None:
    text = '{"a": [1, 2.5, true, null, "x\\u00e9\\/"], "b": {}, "big": 123456789012345678901}'
    assert yamlio.load(text) == yamlio.load(text, strict=True)
    assert yamlio.load(text)["a"][4] == "xé/"
    assert yamlio.load(" {a: 1}") == {"a": 1}


def test_bytes_may_carry_a_byte_order_mark() -> None:
    assert yamlio.load("\ufeffa: ü".encode()) == {"a": "ü"}
    with pytest.raises(InputError, match="not UTF-8"):
        yamlio.load(b"a: x\nb: \xff")
    with pytest.raises(InputError, match="not UTF-8"):
        yamlio.load("a: \ud800")


def test_many_different_words_do_not_pile_up() -> None:
    text = "".join(f"k{n}: v{n}\n" for n in range(21_000))
    assert len(yamlio.load(text)) == len(yamlio.load(text)) == 21_000
