"""Reads tagged JSON (README-go-templates.md, "Tagged JSON")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meshc.gotemplate import types
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.functions.dates import time_value
from meshc.gotemplate.types import ANY, BOOL, ERROR, INT, STRING, Field, Method, Type, func_of, pointer_to, slice_of
from meshc.gotemplate.values import Chan, Func, Map, Pointer, Slice, Struct, Value, decoded, scalar, type_of, zero
from tests.conformance.go_values import fix

Special = Callable[[str, Any], Value]
"""Reads a tag of Istio's own data: (tag, the whole object)."""

_NUMBERS = {f"${name}" for name in types.BASICS if types.BASICS[name].kind in types.INTEGERS | types.FLOATS}
ERROR_STRING = Type("struct", "errors.errorString", named=True, fields=(Field("s", STRING),))
ERROR_STRING.methods["Error"] = Method("Error", lambda error: error.target.values["s"], results=(STRING,), pointer=True)


def read(data: Any, special: Special) -> Value:
    """The Go value of tagged JSON."""
    if isinstance(data, dict):
        tag = next((key for key in data if key.startswith("$")), None)
        if tag is not None:
            return _tagged(tag, data, special)
        return {key: read(one, special) for key, one in data.items()}
    if isinstance(data, list):
        return [read(one, special) for one in data]
    if isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    return data


def _tagged(tag: str, data: Any, special: Special) -> Value:
    inner = data[tag]
    if tag in _NUMBERS:
        return _number(types.BASICS[tag[1:]], inner)
    if tag == "$complex128":
        return complex(*inner)
    if tag == "$as":
        return typed(fix.parse(inner), data["value"], special)
    if tag == "$nil":
        return zero(fix.parse(inner))
    if tag == "$ptr":
        return pointer(read(inner, special))
    if tag == "$slice":
        return typed(slice_of(fix.parse(inner)), data["items"], special)
    if tag == "$map":
        type_ = fix.parse(inner)
        return _map(type_, [(one, other) for one, other in data["items"]], special)
    if tag == "$struct":
        return typed(fix.parse(inner), data["fields"], special)
    if tag == "$bytes":
        return inner.encode()
    if tag == "$hex":
        return decoded(bytes.fromhex(inner))
    if tag == "$error":
        return Pointer(pointer_to(ERROR_STRING), Struct(ERROR_STRING, {"s": inner}, addressable=True))
    if tag == "$time":
        return time_value(inner)
    if tag == "$func":
        return _FUNCTIONS[inner]
    if tag == "$chan":
        return Chan(types.chan_of(ANY), [read(one, special) for one in inner])
    if tag in ("$seq", "$seq2"):
        return _sequence(tag, inner, special)
    return special(tag, data)


def _number(type_: Type, inner: Any) -> Value:
    if type_.kind in types.FLOATS:
        return scalar(type_, float(inner))
    return scalar(type_, int(inner))


def pointer(value: Value) -> Pointer:
    return Pointer(pointer_to(type_of(value)), _addressed(value))


def _addressed(value: Value) -> Value:
    """A struct behind a pointer or in a list has an address."""
    if isinstance(value, Struct):
        return Struct(value.type, value.values, addressable=True, source=value.source)
    return value


def _sequence(tag: str, inner: Any, special: Special) -> Func:
    params = (ANY,) if tag == "$seq" else (STRING, ANY)
    type_ = func_of((func_of(params, (BOOL,)),))
    items = [read(one, special) if tag == "$seq" else (one[0], read(one[1], special)) for one in inner]
    return Func(type_, lambda: items)


def _map(type_: Type, items: list[tuple[Any, Any]], special: Special) -> Value:
    if type_.key is None or type_.elem is None:
        raise TypeError(type_.name)
    key, elem = type_.key, type_.elem
    pairs = [(typed(key, one, special), typed(elem, other, special)) for one, other in items]
    return dict(pairs) if type_ is types.DICT else Map(type_, pairs)


def typed(type_: Type, data: Any, special: Special) -> Value:
    """The value that stands for JSON where a type is known."""
    if isinstance(data, dict) and any(key.startswith("$") for key in data):
        return read(data, special)
    kind = type_.kind
    if data is None:
        return zero(type_)
    if kind == "interface":
        return read(data, special)
    if kind == "struct":
        return Struct(type_, _members(type_, data, special))
    if kind == "ptr" and type_.elem is not None:
        return Pointer(type_, _addressed(typed(type_.elem, data, special)))
    if kind in ("slice", "array") and type_.elem is not None:
        items = [_addressed(typed(type_.elem, one, special)) for one in data]
        return items if type_ is types.LIST else Slice(type_, items)
    if kind == "map":
        return _map(type_, list(data.items()), special)
    return scalar(type_, float(data) if kind in types.FLOATS else data)


def _members(type_: Type, data: Any, special: Special) -> dict[str, Value]:
    members: dict[str, Value] = {}
    for one in type_.fields:
        if one.name in data:
            members[one.name] = typed(one.type, data[one.name], special)
    return members


def _boom() -> Value:
    raise CallError("boom")


def _panics() -> Value:
    raise CallError("at the disco")


def _function(
    params: tuple[Type, ...], results: tuple[Type, ...], call: Callable[..., Any], variadic: bool = False
) -> Func:
    return Func(func_of(params, results, variadic), call)


def _type_name(value: Value) -> str:
    return "<nil>" if value is None else type_of(value).name


_FUNCTIONS = {
    "add": _function((INT, INT), (INT,), lambda a, b: a + b),
    "upper": _function((STRING,), (STRING,), str.upper),
    "boom": _function((), (STRING, ERROR), _boom),
    "panics": _function((), (STRING,), _panics),
    "join": _function(
        (STRING, INT), (STRING,), lambda sep, *items: sep.join([str(one) for one in items]), variadic=True
    ),
    "noout": _function((), (), lambda: None),
    "twoout": _function((), (INT, STRING), lambda: None),
    "anyarg": _function((ANY,), (STRING,), _type_name),
    "curry": _function((INT,), (func_of((INT,), (INT,)),), lambda a: _function((INT,), (INT,), lambda b: a * b)),
}
