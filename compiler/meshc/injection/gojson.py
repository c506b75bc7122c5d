"""JSON text as Go's encoder writes it: compact, markup characters escaped."""

from __future__ import annotations

from meshc.yamlio import Json, dump_json

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def write(value: Json) -> str:
    """Compact JSON with keys in the order given and `<`, `>`, `&` escaped."""
    return dump_json(value).translate(_ESCAPES)
