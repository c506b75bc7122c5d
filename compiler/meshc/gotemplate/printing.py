"""Text of values as Go's package fmt writes it: `print`, `printf` and printed actions (docs/istio/go-templates.md § 10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from meshc.gotemplate import types
from meshc.gotemplate.basic_verbs import (
    Flags,
    number_text,
    padded,
    string_text,
    write_bool,
    write_complex,
    write_float,
    write_integer,
    write_string,
)
from meshc.gotemplate.errors import CallError, UnstableError, exceeded
from meshc.gotemplate.ordering import sorted_pairs
from meshc.gotemplate.types import FLOATS, INTEGERS, Method, Type
from meshc.gotemplate.values import (
    NONE,
    Chan,
    Func,
    Map,
    Nil,
    Pointer,
    Scalar,
    Slice,
    Struct,
    Unstable,
    Value,
    decoded,
    is_nil,
    normal,
    raw,
    sequence,
    type_of,
)

MAX_DEPTH: Final = 200
"""Nesting of data that is printed."""


_PLAIN: Final = Flags()


def shown(value: Value) -> str:
    """The value in default format (`%v`)."""
    if type(value) is str:
        return value
    return formatted_value(value, "v", _PLAIN)


def print_values(values: list[Value]) -> str:
    """What `print` writes: a space between two operands when neither is a string."""
    parts: list[str] = []
    before_is_string = True
    for place, value in enumerate(values):
        is_string = value is not NONE and value is not None and type_of(value).kind == "string"
        if place and not is_string and not before_is_string:
            parts.append(" ")
        parts.append(shown(value))
        before_is_string = is_string
    return normal("".join(parts))


def method_text(value: Value) -> str | None:
    """What the `Error` or `String` method of a value says, None when it has neither."""
    if type(value) not in (Scalar, Struct, Pointer, Map, Slice):
        return None
    pointer = type(value) is Pointer
    base = value.type.elem if pointer else value.type
    if not base.methods and base.kind != "struct":
        return None
    for name in ("Error", "String"):
        found = base.method(name, pointer)
        if found is not None and len(found[1].results) == 1 and found[1].results[0] is types.STRING:
            return _called(value, *found)
    return None


def _called(value: Value, path: tuple[types.Field, ...], method: Method) -> str:
    if type(value) is Pointer and value.target is None:
        return "<nil>" if not method.pointer else _nil_receiver(value, method)
    receiver = value
    for one in path:
        holder = receiver.target if type(receiver) is Pointer else receiver
        receiver = holder.field(one)
    if type(receiver) is Pointer and not method.pointer:
        receiver = receiver.target
    elif type(receiver) is not Pointer and method.pointer:
        receiver = Pointer(types.pointer_to(receiver.type), receiver)
    return str(method.call(receiver))


def _nil_receiver(value: Value, method: Method) -> str:
    try:
        return str(method.call(value))
    except CallError:
        return "<nil>"


def formatted_value(value: Value, verb: str, flags: Flags, depth: int = 0) -> str:
    """The value under one verb."""
    if depth > MAX_DEPTH:
        raise exceeded("depth of printed data", MAX_DEPTH)
    if value is NONE or value is None or (type(value) is Nil and value.type.kind == "interface"):
        return _nil(verb, flags, depth)
    if verb == "T" and not depth:
        return padded(type_of(value).name, flags)
    if verb == "w" or (verb == "p" and not depth):
        if verb == "p" and type_of(value).kind in ("ptr", "func", "map", "slice", "chan"):
            raise_unstable("an address")
        return _bad(value, verb, flags)
    text = method_text(value) if not flags.syntax and verb in "vsxXq" else None
    if text is not None:
        return (
            padded(text, flags)
            if text == "<nil>" and is_nil(value)
            else _fitting(string_text(text, verb, flags), value, verb, flags)
        )
    if type(value) is Unstable:
        raise_unstable("an address")
    kind = type_of(value).kind
    writer = _WRITERS.get(kind)
    return writer(value, verb, flags, depth) if writer is not None else _bad(value, verb, flags)


def raise_unstable(what: str) -> None:
    raise UnstableError(f"meshc: cannot print {what}: Go writes something else every time; use toYaml or toJson")


def _nil(verb: str, flags: Flags, depth: int) -> str:
    if depth:
        return "interface {}(nil)" if flags.syntax else "<nil>"
    if verb in "vT":
        return padded("<nil>", flags)
    return f"%!{verb}(<nil>)"


def _bad(value: Value, verb: str, flags: Flags) -> str:
    """What Go writes for a verb that does not fit."""
    inner = Flags(flags.plus, flags.minus, flags.sharp, flags.space, flags.zero, flags.width, flags.precision)
    kind = type_of(value).kind
    plain = value if method_text(value) is None else _without_methods(value)
    writer = _WRITERS.get(kind)
    body = writer(plain, "v", inner, 0) if writer is not None else "?"
    return f"%!{verb}({type_of(value).name}={body})"


def _without_methods(value: Value) -> Value:
    return raw(value) if type(value) is Scalar and type(raw(value)) in (str, int, float, bool) else value


# One function per kind: (value, verb, flags, depth) -> text


def _fitting(text: str | None, value: Value, verb: str, flags: Flags) -> str:
    return _bad(value, verb, flags) if text is None else text


def _basic(write: Callable[[Value, str, Flags], str | None]) -> Callable[[Value, str, Flags, int], str]:
    return lambda value, verb, flags, depth: _fitting(write(value, verb, flags), value, verb, flags)


def _bytes(value: bytes, verb: str, flags: Flags, depth: int, type_: Type = types.BYTES) -> str:
    if verb in "vd":
        if flags.syntax:
            inner = ", ".join([f"0x{one:x}" for one in value])
            return "[]byte{" + inner + "}"
        return "[" + " ".join([number_text(one, "d", flags) for one in value]) + "]"
    if verb in "sqxX":
        return _fitting(string_text(decoded(value), verb, flags), value, verb, flags)
    return _list(Slice(type_, [Scalar(types.UINT8, one) for one in value]), verb, flags, depth)


def _list(value: Value, verb: str, flags: Flags, depth: int) -> str:
    type_ = type_of(value)
    items = sequence(value)
    if flags.syntax:
        return _list_syntax(value, flags, depth)
    if type_.elem is types.UINT8 and verb in "sqxX":
        return _fitting(string_text(decoded(bytes([raw(one) for one in items or []])), verb, flags), value, verb, flags)
    return "[" + " ".join([formatted_value(one, verb, flags, depth + 1) for one in items or []]) + "]"


def _list_syntax(value: Value, flags: Flags, depth: int) -> str:
    type_ = type_of(value)
    if type_.kind == "slice" and is_nil(value):
        return f"{type_.name}(nil)"
    inner = [formatted_value(one, "v", flags, depth + 1) for one in sequence(value) or []]
    return type_.name + "{" + ", ".join(inner) + "}"


def _map(value: Value, verb: str, flags: Flags, depth: int) -> str:
    if flags.syntax and is_nil(value):
        return f"{type_of(value).name}(nil)"
    pairs = [
        formatted_value(key, verb, flags, depth + 1) + ":" + formatted_value(one, verb, flags, depth + 1)
        for key, one in sorted_pairs(value)
    ]
    if flags.syntax:
        return type_of(value).name + "{" + ", ".join(pairs) + "}"
    return "map[" + " ".join(pairs) + "]"


def _struct(value: Struct, verb: str, flags: Flags, depth: int) -> str:
    parts = []
    for one in value.type.fields:
        member = value.field(one)
        text = formatted_value(member if one.exported else _hidden(member), verb, flags, depth + 1)
        if flags.syntax and _is_nil_interface(member):
            text = f"{one.type.name}(nil)"
        named = flags.named or flags.syntax
        parts.append(f"{one.name}:{text}" if named else text)
    if flags.syntax:
        return value.type.name + "{" + ", ".join(parts) + "}"
    return "{" + " ".join(parts) + "}"


def _is_nil_interface(value: Value) -> bool:
    return value is None or (type(value) is Nil and value.type.kind == "interface")


def _hidden(value: Value) -> Value:
    """Methods of unexported fields are not called."""
    return raw(value) if type(value) is Scalar and method_text(value) is not None else value


def _pointer(value: Pointer, verb: str, flags: Flags, depth: int) -> str:
    target = value.target
    if target is None:
        return _nil_pointer(value, verb, flags, depth)
    kind = type_of(target).kind
    if not depth and kind in ("struct", "map", "slice", "array"):
        return "&" + formatted_value(target, verb, flags, depth + 1)
    if verb not in "vbodxX":
        return _bad_pointer(value, verb, flags)
    raise_unstable("an address")
    return ""


def _bad_pointer(value: Pointer, verb: str, flags: Flags) -> str:
    raise_unstable("an address")
    return ""


def _nil_pointer(value: Pointer, verb: str, flags: Flags, depth: int) -> str:
    if verb == "v":
        if flags.syntax:
            return f"({value.type.name})(nil)"
        return padded("<nil>", flags)
    if verb in "bodxX":
        return number_text(0, verb, flags)
    return f"%!{verb}({value.type.name}=<nil>)"


def _callable(value: Func | Chan | Nil, verb: str, flags: Flags, depth: int) -> str:
    if type(value) is Nil:
        return padded("<nil>", flags) if verb == "v" else f"%!{verb}({value.type.name}=<nil>)"
    raise_unstable("an address")
    return ""


_WRITERS: Final[dict[str, Callable[[Value, str, Flags, int], str]]] = {
    "bool": _basic(write_bool),
    "string": _basic(write_string),
    "complex128": _basic(write_complex),
    "slice": lambda value, verb, flags, depth: (
        _bytes(value, verb, flags, depth) if type(value) is bytes else _list(value, verb, flags, depth)
    ),
    "array": _list,
    "map": _map,
    "struct": _struct,
    "ptr": _pointer,
    "func": _callable,
    "chan": _callable,
    **dict.fromkeys(INTEGERS, _basic(write_integer)),
    **dict.fromkeys(FLOATS, _basic(write_float)),
}


def printable_values(values: tuple[Value, ...]) -> list[Value]:
    """Values as `html`, `js` and `urlquery` print them: pointers followed, no value as `<no value>`."""
    return ["<no value>" if one is NONE or one is None else _printable(one) for one in values]


def _printable(value: Value) -> Value:
    pointed = value
    while type(value) is Pointer and value.target is not None:
        pointed, value = value, value.target
    if pointed is not value and method_text(value) is None and method_text(pointed) is not None:
        return pointed
    return value
