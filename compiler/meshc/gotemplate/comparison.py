"""Comparison across kinds: `eq ne lt le gt ge` (docs/istio/go-templates.md § 9.1), and deep equality."""

from __future__ import annotations

from typing import NoReturn

from meshc.gotemplate.basic_verbs import Flags
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.printing import formatted_value, shown
from meshc.gotemplate.types import FLOATS, SIGNED, UNSIGNED, comparable
from meshc.gotemplate.values import (
    NONE,
    Chan,
    Func,
    Nil,
    Pointer,
    Struct,
    Value,
    encoded,
    is_nil,
    mapping,
    raw,
    sequence,
    type_of,
)

_KINDS = {
    "bool": "bool",
    "string": "string",
    "complex128": "complex",
    **dict.fromkeys(SIGNED, "int"),
    **dict.fromkeys(UNSIGNED, "uint"),
    **dict.fromkeys(FLOATS, "float"),
}


def _basic(value: Value) -> str:
    """The basic kind of a value, empty for everything else."""
    return "" if value is NONE or value is None else _KINDS.get(type_of(value).kind, "")


def _incompatible(first: Value, second: Value, named: bool) -> NoReturn:
    detail = f": {type_of(first)} and {type_of(second)}" if named else ""
    raise CallError("incompatible types for comparison" + detail)


def equal(first: Value, others: tuple[Value, ...], named: bool) -> bool:
    """True when the first equals one of the others; stops there."""
    if not others:
        raise CallError("missing argument for comparison")
    if (
        first is not NONE
        and first is not None
        and not _basic(first)
        and not comparable(type_of(first))
        and not _may_be_nil(first)
    ):
        raise CallError(f"non-comparable type {_text(first, 's')}: {type_of(first)}")
    return any(_equals(first, one, named) for one in others)


def _may_be_nil(value: Value) -> bool:
    return type_of(value).kind in ("chan", "func", "interface", "map", "ptr", "slice")


def not_equal(first: Value, second: Value, named: bool) -> bool:
    return not equal(first, (second,), named)


def _equals(first: Value, second: Value, named: bool) -> bool:
    kind, other = _basic(first), _basic(second)
    if kind and kind == other:
        return bool(raw(first) == raw(second))
    if {kind, other} == {"int", "uint"}:
        return bool(raw(first) == raw(second))
    if kind or other:
        if first is NONE or second is NONE or first is None or second is None:
            return False
        _incompatible(first, second, named)
    return _others_equal(first, second)


def _others_equal(first: Value, second: Value) -> bool:
    absent, absent_other = first is NONE or first is None, second is NONE or second is None
    if absent or absent_other:
        return (absent or is_nil(first)) and (absent_other or is_nil(second))
    if is_nil(first) or is_nil(second):
        if _may_be_nil(first) and _may_be_nil(second):
            return (
                is_nil(first) and is_nil(second)
                if type_of(first).kind != "ptr" or is_nil(first) == is_nil(second)
                else False
            )
        return False
    own, type_ = type_of(first), type_of(second)
    if not comparable(type_):
        if own.kind != type_.kind:
            raise CallError(f"non-comparable types {_text(first, 's')}: {own}, {type_}: {shown(second)}")
        raise CallError(f"non-comparable type {_text(second, 's')}: {type_}")
    if not comparable(own):
        raise CallError(f"non-comparable types {_text(first, 's')}: {own}, {type_}: {shown(second)}")
    return same(first, second)


def _text(value: Value, verb: str) -> str:
    return formatted_value(value, verb, Flags())


def same(first: Value, second: Value) -> bool:
    """Go's `==` of two values of comparable types."""
    if first is None or second is None or first is NONE or second is NONE:
        return first is second or (first in (None, NONE) and second in (None, NONE))
    if type_of(first) is not type_of(second):
        return False
    if type(first) is Pointer:
        return first.same(second)
    if type(first) is Struct:
        return all(same(first.field(one), second.field(one)) for one in first.type.fields)
    items, others = sequence(first), sequence(second)
    if items is not None and others is not None:
        return len(items) == len(others) and all(map(same, items, others))
    if type(first) in (Chan, Func):
        return first is second
    return type(first) is Nil or bool(raw(first) == raw(second))


def less(first: Value, second: Value, named: bool) -> bool:
    kind, other = _basic(first), _basic(second)
    for one in (kind, other):
        if not one:
            raise CallError("invalid type for comparison")
    if kind != other:
        if {kind, other} == {"int", "uint"}:
            return bool(raw(first) < raw(second))
        _incompatible(first, second, named)
    if kind in ("bool", "complex"):
        raise CallError("invalid type for comparison")
    if kind == "string":
        return encoded(raw(first)) < encoded(raw(second))
    return bool(raw(first) < raw(second))


def ordered(operator: str, first: Value, second: Value, named: bool) -> bool:
    """`le`, `gt` and `ge`, made of `lt` and `eq` as in Go."""
    if operator == "ge":
        return not less(first, second, named)
    at_most = less(first, second, named) or _equals(first, second, named)
    return at_most if operator == "le" else not at_most


def deep_equal(first: Value, second: Value) -> bool:
    """Equality through lists, maps, structs and pointers, with types (`reflect.DeepEqual`)."""
    if first in (None, NONE) or second in (None, NONE) if not _compound(first) and not _compound(second) else False:
        return first in (None, NONE) and second in (None, NONE)
    if first is None or second is None or first is NONE or second is NONE:
        return False
    if type_of(first) is not type_of(second) or is_nil(first) != is_nil(second):
        return False
    if type(first) is Pointer:
        return first.same(second) or (not is_nil(first) and deep_equal(first.target, second.target))
    if type(first) is Struct:
        return all(deep_equal(first.field(one), second.field(one)) for one in first.type.fields)
    items, others = sequence(first), sequence(second)
    if items is not None and others is not None:
        return len(items) == len(others) and all(map(deep_equal, items, others))
    return _maps_equal(first, second) if mapping(first) is not None else _plain_equal(first, second)


def _compound(value: Value) -> bool:
    return isinstance(value, dict | list)


def _maps_equal(first: Value, second: Value) -> bool:
    pairs = mapping(first) or []
    return len(pairs) == len(mapping(second) or []) and all(
        deep_equal(value, second.get(key, NONE)) for key, value in pairs
    )


def _plain_equal(first: Value, second: Value) -> bool:
    if type(first) is Func:
        return False
    if type(first) is Nil or type(first) is Chan:
        return first is second or type(first) is Nil
    return bool(raw(first) == raw(second))
