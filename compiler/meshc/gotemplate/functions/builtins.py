"""Go's own functions (docs/istio/go-templates.md § 9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from meshc.gotemplate import types
from meshc.gotemplate.calls import Function
from meshc.gotemplate.comparison import equal, less, not_equal, ordered
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import CallError, UnstableError
from meshc.gotemplate.fields import callable_problem
from meshc.gotemplate.printf import sprintf
from meshc.gotemplate.printing import print_values, printable_values, shown
from meshc.gotemplate.quoting import printable
from meshc.gotemplate.runs import Held
from meshc.gotemplate.types import ANY, GENERIC, INT, INTEGERS, STRING, Type
from meshc.gotemplate.values import (
    NONE,
    Chan,
    Nil,
    Pointer,
    Scalar,
    Slice,
    Unstable,
    Value,
    decoded,
    encoded,
    followed,
    is_nil,
    kind_of,
    mapping,
    normal,
    raw,
    scalar,
    sequence,
    truth,
    type_of,
    zero,
)


def printed(*values: Value) -> Value:
    """`print`; the text of an address is not known, only that it is a string."""
    try:
        return print_values(list(values))
    except UnstableError:
        return Unstable(STRING)


def length(value: Value) -> Value:
    if type(value) is Unstable:
        return Unstable(INT)
    if value is NONE:
        raise CallError("reflect: call of reflect.Value.Type on zero Value")
    target = followed(value)
    if target is None or type(target) is Nil or (type(target) is Pointer and target.target is None):
        if type(target) is Nil and target.type.kind == "chan":
            return 0
        if type(target) is Nil and target.type.kind == "func":
            raise CallError(f"len of type {target.type}")
        raise CallError("len of nil pointer")
    kind = type_of(target).kind
    if kind == "string":
        string = raw(target)
        return len(string) if string.isascii() else len(encoded(string))
    items = sequence(target)
    if items is not None:
        return len(items)
    if kind == "map":
        return len(mapping(target) or [])
    if type(target) is Chan:
        return len(target.items)
    raise CallError(f"len of type {type_of(target)}")


def index(value: Value, *keys: Value) -> Value:
    if value is NONE or value is None:
        raise CallError("index of untyped nil")
    for key in keys:
        value = _entry(value, key)
    return value


def _entry(value: Value, key: Value) -> Value:
    target = followed(value)
    if target is None or target is NONE or (type(target) in (Nil, Pointer) and is_nil(target)):
        raise CallError("index of untyped nil" if target is NONE else "index of nil pointer")
    own = type_of(target)
    if own.kind in ("slice", "array", "string"):
        return _item(target, own, key)
    if own.kind == "map" and own.key is not None and own.elem is not None:
        prepared = _map_key(key, own.key)
        found = target.get(prepared, NONE)
        return zero(own.elem) if found is NONE else found
    raise CallError(f"can't index item of type {own}")


def _item(target: Value, own: Type, key: Value) -> Value:
    items = sequence(target)
    string = encoded(raw(target)) if items is None else b""
    size = len(string) if items is None else len(items)
    place = place_of(key, size)
    if place == size:
        raise CallError(
            "reflect: slice index out of range" if items is not None else "reflect: string index out of range"
        )
    return Scalar(types.UINT8, string[place]) if items is None else items[place]


def place_of(key: Value, size: int) -> int:
    """An index into something of the size; the size itself is still allowed."""
    if key is NONE or key is None:
        raise CallError("cannot index slice/array with nil")
    own = key.type if type(key) is Held else type_of(key)
    if own.kind not in INTEGERS:
        raise CallError(f"cannot index slice/array with type {own}")
    place = int(raw(key))
    if not 0 <= place <= size:
        raise CallError(f"index out of range: {place if place < 1 << 63 else place - (1 << 64)}")
    return place


def _map_key(key: Value, wanted: Type) -> Value:
    if key is NONE or key is None:
        if wanted.kind not in types.NILABLE:
            raise CallError(f"value is nil; should be of type {wanted}")
        return zero(wanted)
    own = type_of(key)
    if own is wanted or (wanted.kind == "interface" and types.implements(own, wanted)):
        return key
    if own.kind in INTEGERS and wanted.kind in INTEGERS:
        return scalar(wanted, raw(key))
    raise CallError(f"value has type {own}; should be {wanted}")


def slice_(follows: bool) -> Callable[..., Value]:
    """The builtin `slice`; `follows` says whether it looks behind pointers."""

    def cut(value: Value, *indexes: Value) -> Value:
        if value is NONE or value is None:
            raise CallError("slice of untyped nil")
        if len(indexes) > 3:
            raise CallError(f"too many slice indexes: {len(indexes)}")
        target = followed(value) if follows else value
        if type(target) is Pointer and target.target is None and follows:
            raise CallError("slice of nil pointer")
        kind = kind_of(target)
        if kind == "string" and len(indexes) == 3:
            raise CallError("cannot 3-index slice a string")
        if kind not in ("string", "slice", "array"):
            raise CallError(f"can't slice item of type {type_of(value)}")
        return _cut(target, kind, indexes)

    return cut


def _cut(target: Value, kind: str, indexes: tuple[Value, ...]) -> Value:
    items = sequence(target)
    data = encoded(raw(target)) if items is None else items
    size = len(data)
    bounds = [0, size]
    for at, one in enumerate(indexes):
        place = place_of(one, size)
        if at < 2:
            bounds[at] = place
        elif place < bounds[1]:
            raise CallError(f"invalid slice index: {bounds[1]} > {place}")
    if bounds[0] > bounds[1]:
        raise CallError(f"invalid slice index: {bounds[0]} > {bounds[1]}")
    part = data[bounds[0] : bounds[1]]
    if isinstance(part, bytes):
        text = decoded(part)
        return scalar(type_of(target), text) if type(target) is Scalar else text
    if type(target) is list:
        return part
    own = type_of(target)
    return Slice(types.slice_of(own.elem) if kind == "array" and own.elem is not None else own, list(part))


def call(named: bool) -> Callable[..., Value]:
    """`call f arguments`; a NUL stands in messages for the callee's name, which the caller knows."""
    name = " \0" if named else ""

    def call_value(function: Value, *arguments: Value) -> Value:
        if function is NONE or function is None:
            raise CallError("call of nil")
        own = type_of(function)
        if own.kind != "func":
            raise CallError(f"non-function{name} of type {own}")
        if type(function) is Nil:
            raise CallError("call of nil")
        problem = callable_problem("\0" if named else "call", own.results, named=named)
        if problem:
            raise CallError(problem if named else f"function called with {len(own.results)} args; should be 1 or 2")
        return function.call(*_checked(own, arguments, name))

    return call_value


def _checked(own: Type, arguments: tuple[Value, ...], name: str) -> list[Value]:
    params, count = own.params, len(arguments)
    if own.variadic:
        if count < len(params) - 1:
            raise CallError(
                f"wrong number of args{name and ' for ' + name.strip()}: got {count} want at least {len(params) - 1}"
            )
    elif count != len(params):
        raise CallError(f"wrong number of args{name and ' for ' + name.strip()}: got {count} want {len(params)}")
    values = []
    for place, one in enumerate(arguments):
        wanted = params[-1] if own.variadic and place >= len(params) - 1 else params[place]
        try:
            values.append(_map_key(one, wanted))
        except CallError as error:
            raise CallError(f"arg {place}: {error}") from None
    return values


# Text

_HTML: Final = str.maketrans({'"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "\0": "\ufffd"})
_JS: Final = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D"}
_UNRESERVED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")


def _text_of(values: tuple[Value, ...]) -> str:
    if len(values) == 1 and type(values[0]) is str:
        return values[0]
    return print_values(printable_values(values))


def html(*values: Value) -> str:
    return _text_of(values).translate(_HTML)


def js(*values: Value) -> str:
    return "".join([_js_escaped(char) for char in _text_of(values)])


def _js_escaped(char: str) -> str:
    if char in _JS:
        return _JS[char]
    if char < " ":
        return f"\\u{ord(char):04X}"
    if char < "\x7f" or printable(char):
        return char
    return f"\\u{0xFFFD if 0xD800 <= ord(char) < 0xE000 else ord(char):04X}"


def url_escaped(text: str) -> str:
    """A string as a part of a URL's query."""
    return "".join([chr(one) if one in _UNRESERVED else "+" if one == 32 else f"%{one:02X}" for one in encoded(text)])


def builtins(dialect: Dialect) -> list[Function]:
    types_named = dialect.comparison_types
    pairs = (GENERIC, GENERIC)
    return [
        Function("and", truth, (GENERIC, GENERIC), True, stops_early=False),
        Function("or", truth, (GENERIC, GENERIC), True, stops_early=True),
        Function("not", lambda value: not truth(value), (GENERIC,)),
        Function("eq", lambda first, *rest: equal(first, rest, types_named), (GENERIC, GENERIC), True),
        Function("ne", lambda first, second: not_equal(first, second, types_named), pairs),
        Function("lt", lambda first, second: less(first, second, types_named), pairs),
        Function("le", lambda first, second: ordered("le", first, second, types_named), pairs),
        Function("gt", lambda first, second: ordered("gt", first, second, types_named), pairs),
        Function("ge", lambda first, second: ordered("ge", first, second, types_named), pairs),
        Function("len", length, (GENERIC,)),
        Function("index", index, (GENERIC, GENERIC), True),
        Function("slice", slice_(dialect.slice_follows_pointers), (GENERIC, GENERIC), True, declared=True),
        Function("call", call(dialect.callable_messages), (GENERIC, GENERIC), True),
        Function("print", printed, (ANY,), True),
        Function("println", lambda *values: normal(" ".join([shown(one) for one in values]) + "\n"), (ANY,), True),
        Function("printf", lambda text, *values: sprintf(text, list(values)), (STRING, ANY), True),
        Function("html", html, (ANY,), True),
        Function("js", js, (ANY,), True),
        Function("urlquery", lambda *values: url_escaped(_text_of(values)), (ANY,), True),
    ]
