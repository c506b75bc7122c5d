"""What several families share: the text of a value, checks of sizes and of lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from meshc.gotemplate import types
from meshc.gotemplate.errors import CallError, exceeded
from meshc.gotemplate.printing import method_text, shown
from meshc.gotemplate.runs import BOUNDS
from meshc.gotemplate.values import (
    NONE,
    Map,
    Nil,
    Pointer,
    Slice,
    Value,
    decoded,
    is_nil,
    kind_of,
    mapping,
    sequence,
    truth,
)

NIL_DEREFERENCE = "runtime error: invalid memory address or nil pointer dereference"


def text_of(value: Value) -> str:
    """The text that Sprig makes of a value: strings and bytes as they are, else its method's or the default format."""
    if type(value) is str:
        return value
    if type(value) is bytes:
        return decoded(value)
    text = method_text(value) if value is not None and value is not NONE else None
    return shown(value) if text is None else text


def check_string(size: int) -> None:
    """Raises when a function would make a string that is too long."""
    if size > BOUNDS.string:
        raise exceeded("size of one string", BOUNDS.string)


def check_items(count: int) -> None:
    """Raises when a function would make a list that is too long."""
    if count > BOUNDS.items:
        raise exceeded("items of one list", BOUNDS.items)


def items_of(value: Value, what: str) -> Sequence[Value]:
    """The elements of a list, or Sprig's error."""
    items = sequence(value)
    if items is None:
        if value is None or value is NONE:
            raise CallError(NIL_DEREFERENCE)
        raise CallError(f"Cannot {what} on type {kind_of(value)}")
    return items


def entries_of(value: Value) -> dict[str, Value]:
    """The dictionary of a `map[string]interface {}`; a new empty one for nil."""
    if type(value) is dict:
        return value
    return dict(mapping(value) or [])


def is_empty(value: Value) -> bool:
    """Sprig's emptiness: a struct is never empty, a pointer when it is nil."""
    if value is None or value is NONE:
        return True
    if type(value) in (Pointer, Nil):
        return is_nil(value)
    if type(value) in (Slice, Map):
        return not value.items
    return not truth(value)


def string_list(items: Any) -> Slice:
    return Slice(types.STRINGS, list(items))
