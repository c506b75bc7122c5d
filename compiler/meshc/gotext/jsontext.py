"""JSON as Go's encoding/json writes it: compact, markup characters escaped."""

from __future__ import annotations

from decimal import Decimal

import orjson

from meshc.trees import Json

_ESCAPES = {"&": "\\u0026", "<": "\\u003c", ">": "\\u003e", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def write(value: Json) -> str:
    """Compact JSON with keys in the order given and `<`, `>`, `&` escaped; for typed values, which hold no fractions."""
    return escaped(orjson.dumps(value).decode())


def escaped(text: str) -> str:
    """JSON with the characters `<`, `>`, `&`, U+2028 and U+2029 escaped."""
    for mark, escape in _ESCAPES.items():
        if mark in text:
            text = text.replace(mark, escape)
    return text


def number_text(value: float) -> str:
    """A finite number as encoding/json prints it: `1000`, `0.5`, `1e+21`, `1e-7`."""
    if isinstance(value, int):
        return str(value)
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa}e{exponent[0]}{exponent[1:].lstrip('0')}"


def number(value: float) -> int | float:
    """The number that JSON text holds for a float: integral values become integers."""
    return int(number_text(value)) if value.is_integer() and abs(value) < 1e21 else value
