"""How Go prints, quotes and compares values."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.gotext import printing, strings


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (15020, "15020"),
        (999999, "999999"),
        (1000000, "1e+06"),
        (1234567, "1.234567e+06"),
        (-2500000, "-2.5e+06"),
        (0.5, "0.5"),
        (1.20, "1.2"),
        (123456.75, "123456.75"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (1e21, "1e+21"),
        (0, "0"),
        (-0.0, "-0"),
        (float("inf"), "+Inf"),
        (float("-inf"), "-Inf"),
        (float("nan"), "NaN"),
        (True, "true"),
        (False, "false"),
        ("text", "text"),
        (None, "<nil>"),
        ([1, "a", None], "[1 a <nil>]"),
        ({"b": 1, "a": {"c": []}}, "map[a:map[c:[]] b:1]"),
    ],
)
def test_sprint(value: Any, text: str) -> None:
    assert printing.sprint(value) == text


def test_printed_null_is_no_value() -> None:
    assert printing.printed(None) == "<no value>"
    assert printing.printed([None]) == "[<nil>]"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("a", '"a"'),
        ('"\\\n', '"\\"\\\\\\n"'),
        ("é", '"é"'),
        ("\x01", '"\\x01"'),
        ("\u2028", '"\\u2028"'),
        ("\U000e0001", '"\\U000e0001"'),
    ],
)
def test_quote(text: str, quoted: str) -> None:
    assert strings.quote(text) == quoted


def test_equality_is_typed() -> None:
    assert printing.equal("a", "a")
    assert not printing.equal(None, "")
    assert printing.equal(True, True)
    for value, other in (("true", True), (1, True), (5, "5"), ([], "")):
        with pytest.raises(printing.IncompatibleTypes):
            printing.equal(value, other)
