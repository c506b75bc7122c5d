"""Durations: Go's notation in, protobuf-JSON's out."""

from __future__ import annotations

import pytest

from meshc.gotext import durations


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("45s", "45s"),
        ("1m30s", "90s"),
        ("1.5h", "5400s"),
        ("100ms", "0.100s"),
        ("1500us", "0.001500s"),
        ("1µs", "0.000001s"),
        ("1μs", "0.000001s"),
        ("7ns", "0.000000007s"),
        (".5s", "0.500s"),
        ("5.s", "5s"),
        ("0", "0s"),
        ("0s", "0s"),
        ("-2s", "-2s"),
        ("+2s", "2s"),
        ("1h1h", "7200s"),
    ],
)
def test_sums_of_number_and_unit_are_written_in_seconds(text: str, written: str) -> None:
    assert durations.canonical(text) == written


@pytest.mark.parametrize("text", ["", "5", "s", ".s", "5 s", "5x", "1m30", "-", "five seconds", "٥s", "9999999999h"])
def test_other_texts_are_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="invalid duration"):
        durations.canonical(text)
