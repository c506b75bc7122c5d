"""Floats as Go writes them: shortest digits, and the formats of `printf` (docs/istio/go-templates.md §§ 10.3, 14.1)."""

from __future__ import annotations

import math
import struct
from decimal import Decimal
from typing import Final

_SPECIAL: Final = {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}


def special(value: float) -> str | None:
    """`NaN`, `+Inf`, `-Inf`, or None for a finite number."""
    return _SPECIAL.get(repr(value)) if not math.isfinite(value) else None


def digits(value: float, bits: int = 64) -> tuple[str, str, int]:
    """Sign, shortest digits and decimal exponent of the first digit: 150 is `("", "15", 2)`."""
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value == 0:
        return sign, "0", 0
    text = repr(abs(value)) if bits == 64 else _shortest32(abs(value))
    shown = Decimal(text).as_tuple()
    number = "".join([str(one) for one in shown.digits]).lstrip("0")
    exponent = int(shown.exponent) + len(number) - 1
    return sign, number.rstrip("0") or "0", exponent


def _shortest32(value: float) -> str:
    for precision in range(1, 10):
        text = f"{value:.{precision}g}"
        if struct.pack("<f", float(text)) == struct.pack("<f", value):
            return text
    return repr(value)


def exponent_form(sign: str, number: str, exponent: int, *, pad: int = 2) -> str:
    fraction = "." + number[1:] if len(number) > 1 else ""
    return f"{sign}{number[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):0{pad}d}"


def plain_form(sign: str, number: str, exponent: int) -> str:
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{number}"
    if len(number) <= exponent + 1:
        return sign + number + "0" * (exponent + 1 - len(number))
    return f"{sign}{number[: exponent + 1]}.{number[exponent + 1 :]}"


def shortest(value: float, bits: int = 64) -> str:
    """The shortest form (`%v`, `%g`); exponents below -4 or from 6 on are written with `e`."""
    odd = special(value)
    if odd is not None:
        return odd
    sign, number, exponent = digits(value, bits)
    if exponent < -4 or exponent >= 6:
        return exponent_form(sign, number, exponent)
    return plain_form(sign, number, exponent)


def json_number(value: float) -> str:
    """A finite float as Go's JSON encoder writes it."""
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    sign, number, exponent = digits(value)
    if 1e-6 <= abs(value) < 1e21:
        return plain_form(sign, number, exponent)
    return exponent_form(sign, number, exponent, pad=1 if -10 < exponent < 0 else 2)


def formatted(value: float, verb: str, precision: int | None, *, bits: int = 64) -> str:
    """A finite or special float under `e f g b x` (or a capital); no padding, no plus sign."""
    odd = special(value)
    if odd is not None:
        return odd
    lower = verb.lower()
    if lower == "x":
        text = _hexadecimal(value, precision)
    elif lower == "b":
        text = _binary(value, bits)
    elif precision is None:
        sign, number, exponent = digits(value, bits)
        if lower == "e":
            text = exponent_form(sign, number, exponent)
        elif lower == "f":
            text = plain_form(sign, number, exponent)
        else:
            text = shortest(value, bits)
    else:
        text = _rounded(value, lower, precision)
    return text.upper() if verb.isupper() else text


def _rounded(value: float, verb: str, precision: int) -> str:
    if verb == "e":
        return f"{value:.{precision}e}"
    if verb == "f":
        return f"{value:.{precision}f}"
    wanted = precision or 1
    text = f"{value:.{wanted - 1}e}"
    mantissa, exponent_text = text.split("e")
    sign = "-" if mantissa[0] == "-" else ""
    number = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0"
    exponent = int(exponent_text)
    limit = wanted
    if wanted > len(number) and len(number) >= exponent + 1:
        limit = len(number)
    if exponent < -4 or exponent >= limit:
        return exponent_form(sign, number, exponent)
    return plain_form(sign, number, exponent)


def _binary(value: float, bits: int) -> str:
    if value == 0:
        return ("-" if math.copysign(1, value) < 0 else "") + ("0p-1074" if bits == 64 else "0p-149")
    mantissa, exponent = math.frexp(value)
    width, least = (53, -1074) if bits == 64 else (24, -149)
    shift = min(width, exponent - least)
    return f"{int(math.ldexp(mantissa, shift))}p{exponent - shift:+d}"


def _hexadecimal(value: float, precision: int | None) -> str:
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value == 0:
        fraction = "" if not precision else "." + "0" * precision
        return f"{sign}0x0{fraction}p+00"
    mantissa, exponent = math.frexp(abs(value))
    whole = int(math.ldexp(mantissa, 53))
    exponent -= 1
    if precision is not None and precision < 13:
        drop = 52 - 4 * precision
        half, rest = 1 << (drop - 1), whole & ((1 << drop) - 1)
        whole >>= drop
        whole += 1 if rest > half or (rest == half and whole & 1) else 0
        whole <<= drop
        if whole >> 53:
            whole >>= 1
            exponent += 1
    fraction = f"{whole & ((1 << 52) - 1):013x}"
    fraction = fraction.rstrip("0") if precision is None else (fraction + "0" * precision)[:precision]
    return f"{sign}0x1{'.' + fraction if fraction else ''}p{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
