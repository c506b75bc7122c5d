"""Go types: what a value prints as its type, which fields and methods it has, what may be given to it.

Source: docs/istio/go-templates.md § 2. Types are compared by identity: unnamed types are made once per structure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

SIGNED = frozenset({"int", "int8", "int16", "int32", "int64"})
UNSIGNED = frozenset({"uint", "uint8", "uint16", "uint32", "uint64", "uintptr"})
INTEGERS = SIGNED | UNSIGNED
FLOATS = frozenset({"float32", "float64"})
NILABLE = frozenset({"chan", "func", "interface", "map", "ptr", "slice"})
BITS = {"int": 64, "uint": 64, "uintptr": 64} | {f"{sign}int{n}": n for sign in ("", "u") for n in (8, 16, 32, 64)}


@dataclass(frozen=True, eq=False, slots=True)
class Method:
    """A method: `call(receiver, *arguments)`; the receiver is a pointer when `pointer` is set."""

    name: str
    call: Callable[..., Any]
    params: tuple[Type, ...] = ()
    results: tuple[Type, ...] = ()
    variadic: bool = False
    pointer: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Field:
    """A struct field; `json` is its tag (name and options), as Go's encoder reads it."""

    name: str
    type: Type
    json: str = ""
    embedded: bool = False

    @property
    def exported(self) -> bool:
        return self.name[:1].isupper()


@dataclass(eq=False, slots=True)
class Type:
    """One Go type. `named` types are distinct from every other type; `fields` may be filled in after construction."""

    kind: str
    name: str
    named: bool = False
    elem: Type | None = None
    key: Type | None = None
    length: int = 0
    fields: tuple[Field, ...] = ()
    methods: dict[str, Method] = field(default_factory=dict)
    implementers: frozenset[str] = frozenset()
    params: tuple[Type, ...] = ()
    results: tuple[Type, ...] = ()
    variadic: bool = False
    package: str = ""
    """Import path of the package that declares the type."""
    load: Callable[[Any, Field], Any] | None = None
    to_json: Callable[[Any], Any] | None = None
    by_name: dict[str, tuple[Field, ...] | None] = field(default_factory=dict)

    def __repr__(self) -> str:
        return self.name

    def path_to(self, name: str) -> tuple[Field, ...] | None:
        """The fields to follow to reach `name`, through embedded structs; None when there is no such field."""
        if name not in self.by_name:
            self.by_name[name] = _path_to(self, name)
        return self.by_name[name]

    def method(self, name: str, pointer: bool) -> tuple[tuple[Field, ...], Method] | None:
        """The method `name` of a value (or of a pointer to one) and the embedded fields that lead to it."""
        own = self.methods.get(name)
        if own is not None:
            return ((), own) if pointer or not own.pointer else None
        for embedded in self.fields:
            if embedded.embedded:
                inner = embedded.type
                target = inner.elem if inner.kind == "ptr" else inner
                found = target.method(name, pointer or inner.kind == "ptr") if target is not None else None
                if found is not None:
                    return (embedded, *found[0]), found[1]
        return None


def _path_to(type_: Type, name: str) -> tuple[Field, ...] | None:
    for one in type_.fields:
        if one.name == name:
            return (one,)
    for one in type_.fields:
        if one.embedded:
            inner = one.type.elem if one.type.kind == "ptr" else one.type
            path = inner.path_to(name) if inner is not None else None
            if path is not None:
                return (one, *path)
    return None


def basic(kind: str) -> Type:
    return Type(kind, kind, named=True)


BOOL, STRING = basic("bool"), basic("string")
INT, INT8, INT16, INT32, INT64 = (basic(kind) for kind in ("int", "int8", "int16", "int32", "int64"))
UINT, UINT8, UINT16, UINT32, UINT64 = (basic(kind) for kind in ("uint", "uint8", "uint16", "uint32", "uint64"))
UINTPTR = basic("uintptr")
FLOAT32, FLOAT64 = basic("float32"), basic("float64")
COMPLEX128 = basic("complex128")
ANY = Type("interface", "interface {}")
ERROR = Type("interface", "error", named=True, implementers=frozenset({"Error"}))
GENERIC = Type("struct", "reflect.Value", named=True)
"""The parameter type of builtins that look at any value, none included."""

BASICS: dict[str, Type] = {
    one.name: one
    for one in (
        *(BOOL, STRING, INT, INT8, INT16, INT32, INT64, UINT, UINT8, UINT16, UINT32, UINT64, UINTPTR),
        *(FLOAT32, FLOAT64, COMPLEX128, ANY, ERROR),
    )
} | {"any": ANY, "byte": UINT8, "rune": INT32}


@cache
def slice_of(elem: Type) -> Type:
    return Type("slice", f"[]{elem.name}", elem=elem)


@cache
def array_of(length: int, elem: Type) -> Type:
    return Type("array", f"[{length}]{elem.name}", elem=elem, length=length)


@cache
def map_of(key: Type, elem: Type) -> Type:
    return Type("map", f"map[{key.name}]{elem.name}", key=key, elem=elem)


@cache
def pointer_to(elem: Type) -> Type:
    return Type("ptr", f"*{elem.name}", elem=elem)


@cache
def chan_of(elem: Type) -> Type:
    return Type("chan", f"chan {elem.name}", elem=elem)


@cache
def func_of(params: tuple[Type, ...], results: tuple[Type, ...] = (), variadic: bool = False) -> Type:
    """A function type; the last parameter of a variadic one is the type of one element."""
    names = [one.name for one in params]
    if variadic:
        names[-1] = "..." + names[-1]
    given = ", ".join(one.name for one in results)
    tail = "" if not results else f" {given}" if len(results) == 1 else f" ({given})"
    return Type("func", f"func({', '.join(names)}){tail}", params=params, results=results, variadic=variadic)


LIST = slice_of(ANY)
DICT = map_of(STRING, ANY)
STRINGS = slice_of(STRING)
INTS = slice_of(INT)
STRING_MAP = map_of(STRING, STRING)
BYTES = slice_of(UINT8)


def identical_structure(a: Type, b: Type) -> bool:
    """True when one of two different types is unnamed and both are built alike (assignable without conversion)."""
    if a.kind != b.kind or (a.named and b.named) or a.kind not in ("slice", "map", "array", "func", "ptr", "chan"):
        return False
    return a.elem is b.elem and a.key is b.key and a.length == b.length and a.params == b.params


def implements(type_: Type, interface: Type) -> bool:
    """True when values of the type may stand in a variable of the interface."""
    if interface is ANY or type_ is interface:
        return True
    if interface is ERROR:
        base = type_.elem if type_.kind == "ptr" and type_.elem is not None else type_
        return base.method("Error", type_.kind == "ptr") is not None
    return type_.name in interface.implementers


def comparable(type_: Type) -> bool:
    if type_.kind in ("slice", "map", "func"):
        return False
    if type_.kind == "array":
        return type_.elem is not None and comparable(type_.elem)
    return type_.kind != "struct" or all(comparable(one.type) for one in type_.fields)
