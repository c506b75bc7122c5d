"""The order of map keys in `range`, printing and JSON (docs/istio/go-templates.md § 6.2)."""

from __future__ import annotations

import math
from typing import Any

from meshc.gotemplate.types import FLOATS, INTEGERS
from meshc.gotemplate.values import Pointer, Slice, Struct, Value, encoded, is_valid, mapping, raw, type_of


def sorted_pairs(value: Value) -> list[tuple[Value, Value]]:
    """The pairs of a map, sorted by key."""
    if type(value) is dict:
        if all(map(is_valid, value)):
            return sorted(value.items())
        return sorted(value.items(), key=lambda pair: encoded(pair[0]))
    return sorted(mapping(value) or [], key=lambda pair: _rank(pair[0]))


def _rank(key: Value) -> Any:
    if key is None:
        return (0,)
    kind = type_of(key).kind
    plain = raw(key)
    if kind == "string":
        return (1, encoded(plain))
    if kind in INTEGERS:
        return (2, plain)
    if kind in FLOATS:
        return (3, 0, 0.0) if math.isnan(plain) else (3, 1, plain)
    if kind == "bool":
        return (4, plain)
    if kind == "complex128":
        return (5, plain.real, plain.imag)
    if type(key) is Struct:
        return (6, *[_rank(key.field(one)) for one in key.type.fields])
    if type(key) is Slice:
        return (7, *[_rank(one) for one in key.items or []])
    return (8, id(key.target) if type(key) is Pointer else 0)
