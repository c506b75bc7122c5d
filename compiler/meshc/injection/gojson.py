"""JSON text as Go's encoder writes it: compact, markup characters escaped."""

from __future__ import annotations

import orjson

from meshc.yamlio import Json

_ESCAPES = {"&": "\\u0026", "<": "\\u003c", ">": "\\u003e", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def write(value: Json) -> str:
    """Compact JSON with keys in the order given and `<`, `>`, `&` escaped; for typed values, which hold no fractions."""
    text = orjson.dumps(value).decode()
    for mark, escaped in _ESCAPES.items():
        if mark in text:
            text = text.replace(mark, escaped)
    return text
