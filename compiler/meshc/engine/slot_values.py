"""What a slot may carry: plain JSON values, and the two marks for leaving out and splicing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from meshc.trees import ABSENT, Absent

Json = Any


class Spread:
    """A list whose items stand in place of the one item that carries it."""

    __slots__ = ("items",)

    def __init__(self, items: list[Json]) -> None:
        self.items = items


class Own:
    """A map or list handed over to the result: it goes in as it is, uncopied and unchecked."""

    __slots__ = ("value",)

    def __init__(self, value: Json) -> None:
        self.value = value


SCALARS: Final = frozenset((str, int, bool, type(None)))
"""Types that pass as they are."""


def plain(value: object) -> Json:
    """Copy a value as plain dict, list and scalars; ABSENT and Spread pass.

    Raises TypeError for what JSON cannot hold (functions, sets, bytes, NaN, keys that are no scalars).
    """
    kind = type(value)
    if kind in SCALARS:
        return value
    if kind is dict:
        return {k if type(k) is str else key(k): plain(v) for k, v in value.items()}  # type: ignore[attr-defined]
    if kind is list:
        return [plain(v) for v in value]  # type: ignore[attr-defined]
    if kind is float:
        return _finite(value)  # type: ignore[arg-type]
    return _unusual(value)


class BuiltMap(dict[str, Any]):
    """A map that a macro or block built: nothing else holds it, so the first place that takes it needs no copy."""

    given = False


class BuiltList(list[Any]):
    """A list that a macro or block built."""

    given = False


def built(value: Json) -> Json:
    """Mark what a macro or block built."""
    if type(value) is dict:
        return BuiltMap(value)
    return BuiltList(value) if type(value) is list else value


def taken(value: object) -> Json:
    """The value for one place in the data: built values as they are the first time, else a copy."""
    if isinstance(value, BuiltMap | BuiltList) and not value.given:
        value.given = True
        return dict(value) if isinstance(value, BuiltMap) else list(value)
    return plain(value)


def key(value: object) -> str:
    """A scalar as the key of a map: texts as they are, numbers and booleans as JSON spells them; else TypeError."""
    match value:
        case str():
            return str(value)
        case bool():
            return "true" if value else "false"
        case int():
            return str(int(value))
    raise TypeError(f"a key must be a text, not {_kind(value)}")


def or_absent(value: object) -> object:
    """The value, or ABSENT when it is null, false, 0, "", or empty."""
    return value or ABSENT


def spread(value: object) -> Spread:
    """Mark a list (or null: nothing) to be spliced into the list around it."""
    if value is None:
        return Spread([])
    if not isinstance(value, list | tuple):
        raise TypeError(f"spread wants a list, not {_kind(value)}")
    return Spread(taken(value))


def _unusual(value: object) -> Json:
    """Values that are not of a plain type themselves."""
    match value:
        case Absent() | Spread():
            return value
        case str():
            return str.__str__(value)
        case bool() | None:
            return value
        case int():
            return int(value)
        case float():
            return _finite(float(value))
        case Mapping():
            return {key(k): plain(v) for k, v in value.items()}
        case list() | tuple():
            return [plain(v) for v in value]
    raise TypeError(f"{_kind(value)} is not a YAML value")


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise TypeError("infinity and NaN are not JSON values")
    return value


def _kind(value: object) -> str:
    names = {type(None): "null", dict: "a map", list: "a list", float: "a fraction"}
    return names.get(type(value)) or f"a {type(value).__name__}"
