"""Functions of templates and what may be given to them (docs/istio/go-templates.md § 8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from meshc.gotemplate import tree, types
from meshc.gotemplate.errors import Failure
from meshc.gotemplate.printing import raise_unstable
from meshc.gotemplate.types import FLOATS, GENERIC, NILABLE, SIGNED, UNSIGNED, Type, identical_structure, implements
from meshc.gotemplate.values import NONE, Nil, Pointer, Struct, Unstable, Value, scalar, type_of, zero


@dataclass(frozen=True, slots=True)
class Function:
    """A function of templates. `call` gets checked values and raises CallError; `params` ends with the type of one
    element when it is `variadic`. `weigh` tells the steps that a call costs, where they are not about its result's size."""

    name: str
    call: Callable[..., Any]
    params: tuple[Type, ...] = ()
    variadic: bool = False
    weigh: Callable[..., int] | None = None
    stops_early: bool | None = None
    """`and` stops at the first false operand, `or` at the first true one."""
    declared: bool = False
    """Operands after the first are seen with the type that they are declared with (`runs.Held`), not with their own."""
    changes: bool = False
    """The function changes a value that it is given."""


def wrong_count(name: str, params: tuple[Type, ...], variadic: bool, written: int, piped: bool) -> str | None:
    """The message for a wrong number of operands, None when the number is right."""
    total = written + piped
    if variadic:
        if total < len(params) - 1:
            return f"wrong number of args for {name}: want at least {len(params) - 1} got {written}"
    elif total != len(params):
        return f"wrong number of args for {name}: want {len(params)} got {total}"
    return None


def parameter(params: tuple[Type, ...], variadic: bool, place: int) -> Type:
    """The type that the operand at a place must have."""
    return params[-1] if variadic and place >= len(params) - 1 else params[place]


def assign(value: Value, type_: Type) -> Value:
    """The value as a variable of the type gets it."""
    if type_ is GENERIC:
        return value
    if value is NONE:
        if type_.kind in NILABLE:
            return zero(type_)
        raise Failure(f"invalid value; expected {type_}")
    if type_ is types.ANY:
        if type(value) is Struct and value.addressable:
            return value.copied()
        return None if type(value) is Nil and value.type.kind == "interface" else value
    if value is None:
        if type_.kind == "interface":
            raise Failure(f"wrong type for value; expected {type_}; got interface {{}}")
        raise Failure(f"wrong type for value; expected {type_}; got interface {{}}")
    own = type_of(value)
    if _assignable(own, type_):
        if type(value) is Unstable:
            raise_unstable("an address")
        return value
    if type(value) is Pointer and own.elem is not None and _assignable(own.elem, type_):
        if value.target is None:
            raise Failure(f"dereference of nil pointer of type {type_}")
        return value.target
    if type_.kind == "ptr" and type_.elem is own and type(value) is Struct and value.addressable:
        return Pointer(type_, value)
    raise Failure(f"wrong type for value; expected {type_}; got {own}")


def _assignable(own: Type, type_: Type) -> bool:
    return own is type_ or (type_.kind == "interface" and implements(own, type_)) or identical_structure(own, type_)


_WORDS: Final = {
    "bool": "bool",
    "string": "string",
    "complex128": "complex",
    **dict.fromkeys(SIGNED, "integer"),
    **dict.fromkeys(UNSIGNED, "unsigned integer"),
    **dict.fromkeys(FLOATS, "float"),
}


def literal(node: tree.Literal | tree.NumberLiteral, type_: Type) -> Value:
    """The value of a literal operand for a parameter of the type."""
    if isinstance(node, tree.Literal) and node.kind == "nil":
        if type_ is GENERIC:
            return NONE
        if type_.kind in NILABLE:
            return zero(type_)
        raise Failure(f"cannot assign nil to {type_}")
    if type_ in (types.ANY, GENERIC):
        return natural(node)
    word = _WORDS.get(type_.kind)
    if word is None:
        raise Failure(f"can't handle {node} for arg of type {type_}")
    found = _basic(node, type_.kind)
    if found is None:
        raise Failure(f"expected {word}; found {node}")
    return scalar(type_, found)


def natural(node: tree.Literal | tree.NumberLiteral) -> Value:
    """The value of a literal where no type is asked for."""
    if isinstance(node, tree.Literal):
        return node.value
    if node.number.problem:
        raise Failure(node.number.problem)
    return node.number.natural


def _basic(node: tree.Literal | tree.NumberLiteral, kind: str) -> Any:
    if isinstance(node, tree.Literal):
        return node.value if node.kind == kind else None
    number = node.number
    if kind in SIGNED:
        return number.int
    if kind in UNSIGNED:
        return number.uint
    if kind in FLOATS:
        return number.float
    if kind == "complex128":
        return number.complex if number.complex is not None else number.float
    return None
