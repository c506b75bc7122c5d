"""What an unquoted YAML scalar means to Kubernetes, and how Go spells numbers.

The rules are those of docs/istio/injection.md § 2.5: a YAML 1.1 resolver without sexagesimal numbers and timestamps.
"""

from __future__ import annotations

import math
import re
import struct
from decimal import Decimal
from functools import lru_cache

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
_FLOAT32_MAX = 3.4028235677973366e38  # from here on rounding gives infinity
_LONGEST_NUMBER = 400  # far beyond any number that is not a string or an infinity


def resolve(text: str) -> Scalar:
    """Read an unquoted scalar: bool, None, int, float (also inf and nan, which callers refuse) or the text itself."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    number = _number(text)
    return text if number is None else number


def is_number(text: str) -> bool:
    """Whether an unquoted text reads as an integer or a float."""
    return text != "" and text[0] in "0123456789+-." and _number(text) is not None


def float32_text(value: float) -> str:
    """Print a float as its shortest text at 32-bit precision, e.g. `1.1`, `1e+06` (string fields and map keys)."""
    if abs(value) >= _FLOAT32_MAX:
        return "+Inf" if value > 0 else "-Inf"
    packed = struct.pack("<f", value)
    rounded = struct.unpack("<f", packed)[0]
    candidates = (f"{rounded:.{digits}e}" for digits in range(9))
    return _general(next((t for t in candidates if struct.pack("<f", float(t)) == packed), f"{rounded:.8e}"))


def number_text(value: float) -> str:
    """Print a float as the writer does: integral values below 2⁶⁴ as integers, others in shortest form (`1.5`, `1e+20`)."""
    number = json_number(value)
    if isinstance(number, int) and _INT64_MIN <= number <= _UINT64_MAX:
        return str(number)
    return _general(_shortest(value))


def json_number(value: float) -> int | float:
    """The number JSON text holds for a float: integral values become integers."""
    return int(json_text(value)) if value.is_integer() and abs(value) < 1e21 else value


def json_text(value: float) -> str:
    """Print a finite number as Go's JSON does: `1000`, `0.5`, `1e+21`, `1e-7`."""
    if isinstance(value, int):
        return str(value)
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    mantissa, _, exponent = _shortest(value).partition("e")
    head = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{head}e{exponent[0]}{exponent[1:].lstrip('0')}"


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
            return _odd_float(value) or float32_text(value)
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


def _shortest(value: float) -> str:
    return next((t for t in (f"{value:.{digits}e}" for digits in range(17)) if float(t) == value), f"{value:.16e}")


def _general(text: str) -> str:
    """Turn `d.ddde±xx` into Go's `g` form: with an exponent when that is below −4 or at least 6."""
    mantissa, _, exponent_text = text.partition("e")
    exponent = int(exponent_text)
    sign = "-" if mantissa.startswith("-") else ""
    digits = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0"
    if digits == "0":
        return f"{sign}0"
    if exponent < -4 or exponent >= 6:
        head = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
        return f"{sign}{head}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    return f"{sign}{whole}.{digits[exponent + 1 :]}" if len(digits) > exponent + 1 else sign + whole
