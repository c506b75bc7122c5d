"""What an unquoted YAML scalar means to Kubernetes, and how Go spells numbers.

The rules are those of docs/istio/injection.md § 2.5: a YAML 1.1 resolver without sexagesimal numbers and timestamps.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from meshc.gotext import jsontext, numbers

Scalar = str | int | float | bool | None

_TRUE = ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")
_FALSE = ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")
_NULL = ("", "~", "null", "Null", "NULL")
_INF = (".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF")

WORDS: dict[str, Scalar] = {
    **dict.fromkeys(_TRUE, True),
    **dict.fromkeys(_FALSE, False),
    **dict.fromkeys(_NULL, None),
    **dict.fromkeys(_INF, math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}

_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)", re.ASCII)
_RADIX = re.compile(r"([-+]?)0(?:[xX]([0-9a-fA-F]+)|[oO]?([0-7]+)|[bB]([01]+))", re.ASCII)
_INT64_MIN, _UINT64_MAX = -(1 << 63), (1 << 64) - 1
_LONGEST_NUMBER = 400  # far beyond any number that is not a string or an infinity


def resolve(text: str) -> Scalar:
    """Read an unquoted scalar: bool, None, int, float (also inf and nan, which callers refuse) or the string itself."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    number = _number(text)
    return text if number is None else number


def is_number(text: str) -> bool:
    """Whether an unquoted string reads as an integer or a float."""
    return text != "" and text[0] in "0123456789+-." and _number(text) is not None


def number_text(value: float) -> str:
    """Print a float as the writer does: integral values below 2⁶⁴ as integers, others in shortest form (`1.5`, `1e+20`)."""
    number = jsontext.number(value)
    if isinstance(number, int) and _INT64_MIN <= number <= _UINT64_MAX:
        return str(number)
    return numbers.general(value)


def key_text(value: Scalar) -> str | None:
    """The string a scalar becomes as a map key; None for null, which is no key."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _odd_float(value) or numbers.float32(value)
    return None


def _number(text: str) -> int | float | None:
    if len(text) > _LONGEST_NUMBER:
        return None
    if text[0] == ".":
        return _finite(text) if _FLOAT.fullmatch(text) else None
    plain = text.replace("_", "") if "_" in text else text
    integer = _integer(plain)
    if integer is not None:
        return integer
    return _finite(plain) if _FLOAT.fullmatch(plain) else None


@lru_cache(maxsize=1024)
def _integer(plain: str) -> int | None:
    if _DECIMAL.fullmatch(plain):
        value = int(plain)
    elif found := _RADIX.fullmatch(plain):
        sign, hexadecimal, octal, binary = found.groups()
        value = int(hexadecimal or octal or binary, 16 if hexadecimal else 8 if octal else 2)
        value = -value if sign == "-" else value
    else:
        return None
    return value if _INT64_MIN <= value <= _UINT64_MAX else None


def _finite(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _odd_float(value: float) -> str | None:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    return None
