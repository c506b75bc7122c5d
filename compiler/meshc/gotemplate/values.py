"""Go values in Python.

| Go | Python |
|---|---|
| no value at all (a missing map key) | `NONE` |
| nil of type `interface {}` | `None` |
| bool, int, float64, string, complex128 | `bool`, `int`, `float`, `str`, `complex` |
| `[]interface {}`, `map[string]interface {}`, `[]byte` | `list`, `dict`, `bytes` |
| other numbers, named basic types | `Scalar` |
| other slices, arrays, maps; nil ones of every type | `Slice`, `Map` |
| struct, pointer, function, channel | `Struct`, `Pointer`, `Func`, `Chan` |
| nil of another interface, function or channel type | `Nil` |

Strings are Go's bytes: bytes that are no UTF-8 stand as Python's surrogate escapes. Source: docs/istio/go-templates.md § 2.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from meshc.gotemplate import types
from meshc.gotemplate.types import Field, Type

Value = Any
"""A Go value in the representation above."""


class _None:
    """No value at all; see `NONE`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NONE"

    def __bool__(self) -> bool:
        return False


NONE: Final = _None()


class Scalar:
    """A number or string of a type of its own: int64, float32, a named string."""

    __slots__ = ("type", "value")

    def __init__(self, type_: Type, value: Any) -> None:
        self.type = type_
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scalar) and other.type is self.type and other.value == self.value

    def __hash__(self) -> int:
        return hash((id(self.type), self.value))


class Slice:
    """A slice or array that is not `[]interface {}`; `items` is None for a nil slice."""

    __slots__ = ("items", "type")

    def __init__(self, type_: Type, items: list[Value] | None) -> None:
        self.type = type_
        self.items = items


class Map:
    """A map that is not `map[string]interface {}`; `items` is None for a nil map, keyed by `map_key`."""

    __slots__ = ("items", "type")

    def __init__(self, type_: Type, pairs: Iterable[tuple[Value, Value]] | None) -> None:
        self.type = type_
        self.items: dict[Any, tuple[Value, Value]] | None = (
            None if pairs is None else {map_key(key): (key, value) for key, value in pairs}
        )

    def get(self, key: Value, default: Value = NONE) -> Value:
        found = self.items.get(map_key(key)) if self.items else None
        return default if found is None else found[1]

    def pairs(self) -> Iterator[tuple[Value, Value]]:
        return iter(self.items.values() if self.items else ())


def map_key(key: Value) -> Any:
    """A Python key that keeps keys of different Go types apart."""
    return key if type(key) is str else (type(key), key)


class Struct:
    """A struct; fields not in `values` come from the type's loader (`source` is what it reads) or are zero."""

    __slots__ = ("addressable", "source", "type", "values")

    def __init__(
        self, type_: Type, values: dict[str, Value] | None = None, *, addressable: bool = False, source: Any = None
    ) -> None:
        self.type = type_
        self.values = {} if values is None else values
        self.addressable = addressable
        self.source = source

    def field(self, one: Field) -> Value:
        try:
            return self.values[one.name]
        except KeyError:
            load = self.type.load
            value = zero(one.type) if load is None or self.source is None else load(self.source, one)
            self.values[one.name] = value
            return value

    def copied(self) -> Struct:
        """The struct as a function gets it in an `interface {}`: a copy, so without an address."""
        return Struct(self.type, self.values, source=self.source)


class Pointer:
    """A pointer; `target` is None when it is nil."""

    __slots__ = ("target", "type")

    def __init__(self, type_: Type, target: Value) -> None:
        self.type = type_
        self.target = target

    def same(self, other: Pointer) -> bool:
        if self.type is not other.type or (self.target is None) != (other.target is None):
            return False
        return self is other or (
            self.target is other.target and (self.target is None or isinstance(self.target, Struct | Map | Slice))
        )


class Func:
    """A function value; `call(*arguments)`."""

    __slots__ = ("call", "type")

    def __init__(self, type_: Type, call: Callable[..., Any]) -> None:
        self.type = type_
        self.call = call


class Chan:
    """A closed channel that still holds `items`."""

    __slots__ = ("items", "type")

    def __init__(self, type_: Type, items: list[Value]) -> None:
        self.type = type_
        self.items = items


class Nil:
    """A nil interface (other than `interface {}`), function or channel."""

    __slots__ = ("type",)

    def __init__(self, type_: Type) -> None:
        self.type = type_


class Unstable:
    """A value that Go makes of an address: its type is known, the value is another one every time."""

    __slots__ = ("type",)

    def __init__(self, type_: Type) -> None:
        self.type = type_


_NATIVE: Final[dict[type, Type]] = {
    str: types.STRING,
    bool: types.BOOL,
    int: types.INT,
    float: types.FLOAT64,
    complex: types.COMPLEX128,
    dict: types.DICT,
    list: types.LIST,
    bytes: types.BYTES,
}
_NATIVE_OF: Final[dict[Type, Callable[[Any], Value]]] = {
    types.STRING: str,
    types.BOOL: bool,
    types.INT: int,
    types.FLOAT64: float,
    types.COMPLEX128: complex,
}


def type_of(value: Value) -> Type:
    """The dynamic type of a value that is neither `NONE` nor `None`."""
    native = _NATIVE.get(type(value))
    return native if native is not None else value.type


def kind_of(value: Value) -> str:
    """The kind of a value, `invalid` for no value and nil."""
    if value is NONE or value is None:
        return "invalid"
    return "invalid" if type(value) is Nil and value.type.kind == "interface" else type_of(value).kind


def scalar(type_: Type, value: Any) -> Value:
    """A value of a basic or named basic type."""
    native = _NATIVE_OF.get(type_)
    if native is not None:
        return native(value)
    return Scalar(type_, float32(value) if type_.kind == "float32" else value)


def float32(value: float) -> float:
    """The nearest number that fits 32 bits."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def wrapped(type_: Type, number: int) -> Value:
    """An integer of the type, cut to its size as Go's arithmetic does."""
    bits = types.BITS[type_.kind]
    number &= (1 << bits) - 1
    if type_.kind in types.SIGNED and number >> (bits - 1):
        number -= 1 << bits
    return scalar(type_, number)


def raw(value: Value) -> Any:
    """The Python number, string or bool below a basic value; other values as they are."""
    return value.value if type(value) is Scalar else value


def zero(type_: Type) -> Value:
    kind = type_.kind
    if kind == "struct":
        return Struct(type_, addressable=True)
    if kind == "interface":
        return None if type_ is types.ANY else Nil(type_)
    if kind == "slice":
        return Slice(type_, None)
    if kind == "array":
        elem = type_.elem
        return Slice(type_, [zero(elem) for _ in range(type_.length)] if elem is not None else [])
    if kind == "map":
        return Map(type_, None)
    if kind == "ptr":
        return Pointer(type_, None)
    if kind in ("func", "chan"):
        return Nil(type_)
    return scalar(type_, "" if kind == "string" else 0)


def is_nil(value: Value) -> bool:
    """True for nil of every kind that can be nil."""
    if value is None or type(value) is Nil:
        return True
    if type(value) is Pointer:
        return value.target is None
    return type(value) in (Slice, Map) and value.items is None


def truth(value: Value) -> bool:
    """What `if` makes of a value (docs/istio/go-templates.md § 6.1)."""
    if type(value) in _NATIVE:
        return bool(value)
    if value is NONE or value is None or type(value) is Nil:
        return False
    if type(value) is Scalar:
        return bool(value.value)
    if type(value) in (Slice, Map, Chan):
        return bool(value.items)
    return value.target is not None if type(value) is Pointer else True


def followed(value: Value) -> Value:
    """The value behind pointers; a nil pointer stays itself."""
    while type(value) is Pointer and value.target is not None:
        value = value.target
    return value


def sequence(value: Value) -> list[Value] | None:
    """The elements of a slice or array, None for everything else."""
    if type(value) is list:
        return value
    if type(value) is Slice:
        return value.items or []
    if type(value) is bytes:
        return [Scalar(types.UINT8, one) for one in value]
    return None


def mapping(value: Value) -> list[tuple[Value, Value]] | None:
    """The pairs of a map in no particular order, None for everything else."""
    if type(value) is dict:
        return list(value.items())
    return list(value.pairs()) if type(value) is Map else None


def string_map(entries: dict[str, str] | None) -> Map:
    """A `map[string]string`."""
    return Map(types.STRING_MAP, None if entries is None else entries.items())


def strings(items: Iterable[str] | None) -> Slice:
    """A `[]string`."""
    return Slice(types.STRINGS, None if items is None else list(items))


def encoded(string: str) -> bytes:
    """The bytes of a Go string."""
    return string.encode("utf-8", "surrogateescape")


def decoded(data: bytes) -> str:
    """A Go string of these bytes."""
    return data.decode("utf-8", "surrogateescape")


def is_valid(string: str) -> bool:
    """True when the string is UTF-8 throughout."""
    return string.isascii() or not any("\ud800" <= char <= "\udfff" for char in string)


def normal(string: str) -> str:
    """The same bytes in one form only: escapes that now make a character become that character."""
    return string if is_valid(string) else decoded(encoded(string))
