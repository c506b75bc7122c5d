"""Lists (docs/istio/go-templates.md § 11.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from meshc.gotemplate import types
from meshc.gotemplate.calls import Function
from meshc.gotemplate.comparison import deep_equal
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.functions.numbers import to_int64
from meshc.gotemplate.functions.strings import to_strings
from meshc.gotemplate.functions.texts import NIL_DEREFERENCE, check_items, is_empty, items_of, string_list, text_of
from meshc.gotemplate.types import ANY, INT
from meshc.gotemplate.values import NONE, Slice, Value, encoded, kind_of, sequence, type_of


def first(value: Value) -> Value:
    items = items_of(value, "find first")
    return items[0] if items else None


def last(value: Value) -> Value:
    items = items_of(value, "find last")
    return items[-1] if items else None


def rest(value: Value) -> Value:
    items = items_of(value, "find rest")
    return list(items[1:]) if items else Slice(types.LIST, None)


def initial(value: Value) -> Value:
    items = items_of(value, "find initial")
    return list(items[:-1]) if items else Slice(types.LIST, None)


def concat(*values: Value) -> Value:
    joined: list[Value] = []
    for one in values:
        items = sequence(one)
        if items is None:
            if one is None or one is NONE:
                raise CallError(NIL_DEREFERENCE)
            raise CallError(f"Cannot concat type {kind_of(one)} as list")
        joined.extend(items)
        check_items(len(joined))
    return joined if joined else Slice(types.LIST, None)


def uniq(value: Value) -> list[Value]:
    kept: list[Value] = []
    for one in items_of(value, "find uniq"):
        if not any(deep_equal(one, other) for other in kept):
            kept.append(one)
    return kept


def without(value: Value, *omitted: Value) -> list[Value]:
    return [one for one in items_of(value, "find without") if not any(deep_equal(one, other) for other in omitted)]


def has(needle: Value, value: Value) -> bool:
    if value is None or value is NONE:
        return False
    return any(deep_equal(needle, one) for one in items_of(value, "find has"))


def slice_(by_kind: bool) -> Callable[..., Value]:
    def cut(value: Value, *bounds: Value) -> Value:
        items = sequence(value)
        if items is None:
            if value is None or value is NONE:
                raise CallError(NIL_DEREFERENCE)
            raise CallError(f"list should be type of slice or array but {kind_of(value)}")
        if not items:
            return None
        start = to_int64(bounds[0], by_kind) if bounds else 0
        end = to_int64(bounds[1], by_kind) if len(bounds) > 1 else len(items)
        if not 0 <= start <= end <= len(items):
            raise CallError("reflect.Value.Slice: slice index out of bounds")
        part = items[start:end]
        own = type_of(value)
        if own is types.LIST:
            return part
        return Slice(types.slice_of(own.elem) if own.kind == "array" and own.elem is not None else own, list(part))

    return cut


def chunk(size: int, value: Value) -> Slice:
    items = sequence(value)
    if items is None:
        if value is None or value is NONE:
            raise CallError(NIL_DEREFERENCE)
        raise CallError(f"Cannot chunk type {kind_of(value)}")
    if size == 0:
        raise CallError("runtime error: integer divide by zero")
    if size < 0:
        count = (len(items) - 1) // size + 1
        if count:
            raise CallError("runtime error: makeslice: len out of range")
        return Slice(types.slice_of(types.LIST), [])
    parts = [list(items[at : at + size]) for at in range(0, len(items), size)]
    return Slice(types.slice_of(types.LIST), parts)


def sort_alpha(value: Value) -> Slice:
    if sequence(value) is None:
        return string_list([text_of(value)])
    return string_list(sorted(to_strings(value).items or [], key=encoded))


def _pairs(value: Value, *others: Value) -> int:
    """The comparisons that `without` and `has` may make."""
    return len(sequence(value) or ()) * max(1, len(others))


def _square(value: Value) -> int:
    return len(sequence(value) or ()) ** 2


def _both(name: str, call: Callable[..., Any], params: tuple[types.Type, ...], **options: Any) -> list[Function]:
    """A function and its `must…` twin, which differ in nothing that can be seen."""
    return [
        Function(name, call, params, **options),
        Function("must" + name[0].upper() + name[1:], call, params, **options),
    ]


def _new(items: Sequence[Value], *more: Value) -> list[Value]:
    return [*items, *more]


def lists(dialect: Dialect) -> list[Function]:
    one, two = (ANY,), (ANY, ANY)
    return [
        Function("list", lambda *values: list(values), one, True),
        Function("tuple", lambda *values: list(values), one, True),
        *_both("first", first, one),
        *_both("last", last, one),
        *_both("rest", rest, one),
        *_both("initial", initial, one),
        *_both("append", lambda value, item: _new(items_of(value, "push"), item), two),
        *_both("push", lambda value, item: _new(items_of(value, "push"), item), two),
        *_both("prepend", lambda value, item: [item, *items_of(value, "prepend")], two),
        Function("concat", concat, one, True),
        *_both("reverse", lambda value: list(reversed(items_of(value, "find reverse"))), one),
        *_both("uniq", uniq, one, weigh=_square),
        *_both("without", without, two, variadic=True, weigh=_pairs),
        *_both("has", has, two, weigh=lambda needle, value: len(sequence(value) or ())),
        *_both("compact", lambda value: [item for item in items_of(value, "compact") if not is_empty(item)], one),
        *_both("slice", slice_(dialect.number_conversion), two, variadic=True),
        *_both("chunk", chunk, (INT, ANY)),
        Function("sortAlpha", sort_alpha, one),
    ]
