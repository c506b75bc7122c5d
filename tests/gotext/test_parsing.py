"""Scalars as Go reads and writes them."""

from __future__ import annotations

import pytest

from meshc.gotext import durations, parsing, strings


@pytest.mark.parametrize(("text", "wanted"), [("t", True), ("TRUE", True), ("0", False), ("yes", None), ("", None)])
def test_booleans(text: str, wanted: bool | None) -> None:
    assert parsing.parse_bool(text) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"), [("-7", -7), ("+7", 7), ("1.0", None), ("", None), (" 1", None), ("9" * 20, None), ("٣", None)]
)
def test_integers(text: str, wanted: int | None) -> None:
    assert parsing.parse_int(text) == wanted


@pytest.mark.parametrize(
    ("nanoseconds", "wanted"),
    [
        (0, "0s"),
        (1, "1ns"),
        (1_500, "1.5µs"),
        (500_000_000, "500ms"),
        (60_000_000_000, "1m0s"),
        (5_400_000_000_000, "1h30m0s"),
        (-1_250_000_000, "-1.25s"),
    ],
)
def test_durations(nanoseconds: int, wanted: str) -> None:
    assert durations.spelled(nanoseconds) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r'"a\n\t\"\\b"', 'a\n\t"\\b'),
        (r'"\u00e9\xc3\xa9\351"', "éé\ufffd"),
        (r'"\U0001f642"', "🙂"),
        ("`raw\\n`", "raw\\n"),
        ('"a"b"', None),
        (r'"\q"', None),
        (r'"\ud800"', None),
        (r'"\777"', None),
        ("plain", None),
    ],
)
def test_string_literals(text: str, wanted: str | None) -> None:
    assert strings.unquote(text) == wanted


@pytest.mark.parametrize(("path", "wanted"), [("./a//b/", "a/b"), ("//a/../..", "/"), ("", "."), ("a/..", ".")])
def test_paths(path: str, wanted: str) -> None:
    assert strings.clean_path(path) == wanted
