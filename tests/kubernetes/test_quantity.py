"""Quantities and their canonical text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshc.kubernetes.quantity import QuantityError, canonical, parse


@pytest.mark.parametrize(
    "text",
    [
        "2.125",
        "1.500",
        "1.500k",
        "01",
        "+5",
        "5.",
        "1E3",
        "15e3",
        "0100m",
        "1e-3",
        "12Mi",
        "3071Mi",
        "129e6",
        "1536Mi",
        "1032Ki",
        "1000Mi",
        "100m",
        "-2",
        "1e999999999",
    ],
)
def test_some_texts_are_kept(text: str) -> None:
    assert canonical(text) == text


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("1.5", "1500m"), ("0.125", "125m"), ("12.000", "12"), ("1e2", "100"), ("1e4", "10e3"), ("15e-1", "1500e-3"), ("1.5e3", "1500"),
        ("100000", "100k"), ("1.5k", "1500"), ("3072Mi", "3Gi"), ("0.1", "100m"), ("2000m", "2"), ("3000m", "3"), ("1000", "1k"),
        ("1000k", "1M"), ("0.5Gi", "512Mi"), ("1.5Gi", "1536Mi"), ("2.5Gi", "2560Mi"), ("1024Mi", "1Gi"),
        ("0.5Ki", "512"),
        ("0.3Mi", "314572800m"), ("-1.5", "-1500m"), ("-0", "0"), ("0.0000000001", "1n"), ("1.0000000001", "1000000001n"),
        ("1e-999999999", "1e-9"), ("8Ei", "9223372036854775807"),
        ("1e1000000000", "10e999999999"), ("1048576Ki", "1Gi"),
        ("8192Ei", "9223372036854775807"),
        ("Mi", "0"), ("m", "0"), (".", "0"), ("+", "0"), ("e3", "0"), ("0", "0"), ("0Gi", "0"), ("00.00", "0"),
        ("10000000000000000000000", "10000E"),
    ],
)  # fmt: skip
def test_other_texts_become_canonical(text: str, want: str) -> None:
    assert canonical(text) == want


@pytest.mark.parametrize(
    "text",
    ["", "1K", "1e", "1mm", "1KiB", "1.1.1", "1 ", " 1", "1_0", "0x1", "1,5", "x", "--1", "1e1.5", "1Kii", "9" * 1001],
)
def test_what_is_no_quantity(text: str) -> None:
    for read in (canonical, parse):
        with pytest.raises(QuantityError) as caught:
            read(text)
        assert caught.value.hint


def test_errors_say_what_kubernetes_says() -> None:
    with pytest.raises(QuantityError, match="must match the regular expression"):
        canonical("x")
    with pytest.raises(QuantityError, match="unable to parse quantity's suffix"):
        canonical("1K")


@pytest.mark.parametrize(
    ("text", "value"),
    [("100m", "0.1"), ("1Gi", "1073741824"), ("1e3", "1000"), ("-1.5k", "-1500"), ("", None), ("0", "0")],
)
def test_values(text: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(QuantityError):
            parse(text)
    else:
        assert parse(text) == Decimal(value)


_TEXTS = st.from_regex(
    r"\A[+-]?[0-9]{0,20}(\.[0-9]{0,12})?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]{1,2})?\Z"
).filter(bool)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(_TEXTS)
def test_the_canonical_text_is_the_same_value_and_stays(text: str) -> None:
    once = canonical(text)
    assert parse(once) == parse(text)
    assert canonical(once) == once
