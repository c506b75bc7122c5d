"""Fields, methods and map keys: `.X` (docs/istio/go-templates.md § 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from meshc.gotemplate import types
from meshc.gotemplate.errors import Failure
from meshc.gotemplate.types import Field, Method, Type
from meshc.gotemplate.values import NONE, Map, Nil, Pointer, Scalar, Slice, Struct, Value, type_of, zero

Invoke = Callable[[str, Method, Value], Value]
"""Calls a method that was found: (name, method, receiver)."""

_METHODS: Final = (Scalar, Struct, Pointer, Map, Slice)


def field(
    value: Value, name: str, invoke: Invoke, *, missing: str = "", arguments: bool = False, static: Type | None = None
) -> Value:
    """The field, method or map entry `name` of a value.

    `arguments` says that operands stand behind the name, `static` is the type that the value was declared with where that
    is an interface (only messages show it), `missing` is Go's option `missingkey`.
    """
    if value is NONE:
        if missing == "error":
            raise Failure(f'nil data; no entry for key "{name}"')
        return NONE
    if type(value) is dict and not arguments:
        found = value.get(name, NONE)
        return found if found is not NONE or not missing else _missing(types.DICT, name, missing)
    if value is None:
        raise Failure(f"nil pointer evaluating interface {{}}.{name}")
    if type(value) is Nil and value.type.kind == "interface":
        raise Failure(f"nil pointer evaluating {value.type}.{name}")
    declared = type_of(value) if static is None else static
    holder, pointed = value, False
    while type(holder) is Pointer and holder.target is not None:
        holder, pointed = holder.target, True
    found = _method(holder, name, pointed)
    if found is not None:
        return invoke(name, found[1], found[0])
    return _member(holder, name, declared, missing, arguments, pointed)


def _member(holder: Value, name: str, declared: Type, missing: str, arguments: bool, pointed: bool) -> Value:
    own = type_of(holder)
    if own.kind == "struct":
        path = own.path_to(name)
        if path is not None:
            if not path[-1].exported:
                raise Failure(f"{name} is an unexported field of struct type {declared}")
            return _struct_field(holder, path, name, arguments, pointed)
    elif own.kind == "map" and own.key in (types.STRING, types.ANY):
        if arguments:
            raise Failure(f"{name} is not a method but has arguments")
        result = holder.get(name, NONE)
        return result if result is not NONE else _missing(own, name, missing)
    elif (
        own.kind == "ptr" and own.elem is not None and own.elem.kind == "struct" and own.elem.path_to(name) is not None
    ):
        raise Failure(f"nil pointer evaluating {declared}.{name}")
    text = "can't evaluate field %s in type %s"
    raise Failure(text % (name, declared), text, name, str(declared))


def _missing(type_: Type, name: str, missing: str) -> Value:
    if missing == "error":
        raise Failure(f'map has no entry for key "{name}"')
    return zero(type_.elem) if missing == "zero" and type_.elem is not None else NONE


def _struct_field(holder: Struct, path: tuple[Field, ...], name: str, arguments: bool, pointed: bool) -> Value:
    value = descend(holder, path, pointed or holder.addressable)
    if arguments:
        raise Failure(f"{name} has arguments but cannot be invoked as function")
    return value


def descend(holder: Value, path: tuple[Field, ...], addressable: bool) -> Value:
    """The member at the end of a path of embedded fields; structs inside keep or lose their address with the holder."""
    value = holder
    for place, one in enumerate(path):
        if type(value) is Pointer:
            if value.target is None:
                raise Failure(
                    f"reflect: indirection through nil pointer to embedded struct field {path[place - 1].name}"
                )
            value, addressable = value.target, True
        value = value.field(one)
        if type(value) is Struct and value.addressable is not addressable:
            value = Struct(value.type, value.values, addressable=addressable, source=value.source)
    return value


def _method(holder: Value, name: str, pointed: bool) -> tuple[Value, Method] | None:
    """A method and the receiver that it wants."""
    if type(holder) not in _METHODS:
        return None
    pointer = type(holder) is Pointer
    base = holder.type.elem if pointer else holder.type
    # a map of a named type is met as a field only, so it has an address like the struct around it
    reachable = pointer or pointed or type(holder) is Map or (type(holder) is Struct and holder.addressable)
    found = base.method(name, reachable)
    if found is None:
        return None
    path, method = found
    receiver = descend(holder, path, reachable) if path else holder
    if method.pointer and type(receiver) is not Pointer:
        receiver = Pointer(types.pointer_to(receiver.type), receiver)
    elif not method.pointer and type(receiver) is Pointer:
        if receiver.target is None:
            raise Failure(f"error calling {name}: {_nil_call(receiver.type.elem, name)}")
        receiver = receiver.target
    return receiver, method


def declared_type(container: Value, name: str) -> Type | None:
    """The interface type that a member of the container is declared with, None when it is declared with its own type."""
    holder = container
    while type(holder) is Pointer and holder.target is not None:
        holder = holder.target
    if type(holder) is dict:
        return types.ANY
    if type(holder) is Map:
        elem = holder.type.elem
        return elem if elem is not None and elem.kind == "interface" else None
    if type(holder) is Struct and holder.type.method(name, True) is None:
        path = holder.type.path_to(name)
        if path is not None and path[-1].type.kind == "interface":
            return path[-1].type
    return None


def element_type(container: Value) -> Type | None:
    """The interface type of a list's or map's elements, None when they are declared with their own type."""
    holder = container
    while type(holder) is Pointer and holder.target is not None:
        holder = holder.target
    if type(holder) in (dict, list):
        return types.ANY
    elem = getattr(getattr(holder, "type", None), "elem", None)
    return elem if isinstance(elem, Type) and elem.kind == "interface" else None


def callable_problem(name: str, results: tuple[Type, ...], *, named: bool) -> str | None:
    """What is wrong with the results of a function or method, None when a template can call it."""
    if len(results) == 1 or (len(results) == 2 and results[1] is types.ERROR):
        return None
    if not named:
        return f'can\'t call method/function "{name}" with {len(results)} results'
    if len(results) == 2:
        return f"invalid function signature for {name}: second return value should be error; is {results[1]}"
    return f"function {name} has {len(results)} return values; should be 1 or 2"


def _nil_call(base: Type | None, name: str) -> str:
    """Go's panic at a method of a value that is called through a nil pointer."""
    if base is None:
        return "nil pointer dereference"
    package, _, own = base.name.rpartition(".")
    return f"value method {base.package or package}.{own}.{name} called using nil *{own} pointer"
