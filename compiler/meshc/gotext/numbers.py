"""Floats as Go prints them."""

from __future__ import annotations

import math
import struct

_FLOAT32_MAX = 3.4028235677973366e38  # from here on rounding to 32 bits gives infinity


def general(value: float) -> str:
    """A double in shortest form (`%v`): with an exponent below 1e-4 and from 1e6 on, e.g. `0.5`, `15020`, `1e+06`."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    return _general(repr(value))


def float32(value: float) -> str:
    """A float as its shortest string at 32-bit precision, e.g. `1.1`, `1e+06`."""
    if abs(value) >= _FLOAT32_MAX:
        return "+Inf" if value > 0 else "-Inf"
    # The shortest digits that give the same 32 bits, found by trying one digit more each time.
    packed = struct.pack("<f", value)
    rounded = struct.unpack("<f", packed)[0]
    candidates = (f"{rounded:.{digits}e}" for digits in range(9))
    return _general(next((t for t in candidates if struct.pack("<f", float(t)) == packed), f"{rounded:.8e}"))


def _general(text: str) -> str:
    """Bring the shortest digits of a number (`0.25`, `1e-05`, `1.50e+07`) into the layout of `%g`."""
    sign, digits, exponent = _digits(text)
    if exponent < -4 or exponent >= 6:
        head = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
        return f"{sign}{head}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole, fraction = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def _digits(text: str) -> tuple[str, str, int]:
    """Sign, significant digits, decimal exponent of the first digit."""
    sign = "-" if text.startswith("-") else ""
    mantissa, _, exponent = text.removeprefix("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0").rstrip("0")
    if not digits:
        return sign, "0", 0
    whole = whole.lstrip("0")
    leading = len(whole) or len(fraction.lstrip("0")) - len(fraction)
    return sign, digits, leading - 1 + int(exponent or 0)
