"""JSON of Go values, as Go's package encoding/json writes and reads it (docs/istio/go-templates.md § 14)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any, Final

from meshc.gotemplate import types
from meshc.gotemplate.errors import CallError, exceeded
from meshc.gotemplate.floats import json_number, shortest, special
from meshc.gotemplate.ordering import sorted_pairs
from meshc.gotemplate.printing import MAX_DEPTH
from meshc.gotemplate.quoting import quote_character
from meshc.gotemplate.types import FLOATS, INTEGERS, Field
from meshc.gotemplate.values import (
    NONE,
    Map,
    Pointer,
    Scalar,
    Slice,
    Struct,
    Value,
    encoded,
    is_nil,
    raw,
    sequence,
    type_of,
)

_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL: Final = re.compile(r'["\\<>&\u2028\u2029\x00-\x1f\ud800-\udfff]')


@dataclass(frozen=True, slots=True)
class Encoder:
    """Writes values; `html` escapes `<`, `>` and `&`, `short` writes `\\b` and `\\f`."""

    html: bool = True
    short: bool = True

    def write(self, value: Value, depth: int = 0) -> str:
        """JSON of the value on one line; raises CallError for what JSON has no form for."""
        if depth > MAX_DEPTH:
            raise exceeded("depth of encoded data", MAX_DEPTH)
        if type(value) is str:
            return self.string(value)
        if value is None or value is NONE or is_nil(value):
            return self._nil(value)
        own = type_of(value)
        if own.to_json is not None:
            return str(own.to_json(value))
        if type(value) is Pointer:
            pointed = own.elem.to_json if own.elem is not None else None
            return str(pointed(value.target)) if pointed is not None else self.write(value.target, depth)
        if own.kind == "map":
            return self._map(value, depth)
        if own.kind in ("slice", "array"):
            return self._list(value, depth)
        if own.kind == "struct":
            return self._struct(value, depth)
        return self._basic(value, own)

    def _nil(self, value: Value) -> str:
        if value is not None and value is not NONE and type_of(value).kind in ("func", "chan"):
            raise CallError(f"json: unsupported type: {type_of(value)}")
        return "null"

    def _basic(self, value: Value, own: types.Type) -> str:
        plain = raw(value)
        if own.kind == "string":
            return self.string(plain)
        if own.kind == "bool":
            return "true" if plain else "false"
        if own.kind in INTEGERS:
            return str(plain)
        if own.kind in FLOATS:
            odd = special(plain)
            if odd is not None:
                raise CallError(f"json: unsupported value: {odd}")
            return json_number(plain if own.kind == "float64" else _as_float32(plain))
        raise CallError(f"json: unsupported type: {own}")

    def string(self, text: str) -> str:
        return '"' + _SPECIAL.sub(lambda found: self._escaped(found.group()), text) + '"'

    def _escaped(self, char: str) -> str:
        if char in _SHORT:
            return _SHORT[char]
        if char in "<>&":
            return f"\\u{ord(char):04x}" if self.html else char
        if self.short and char in "\b\f":
            return "\\b" if char == "\b" else "\\f"
        return "\\ufffd" if "\ud800" <= char <= "\udfff" else f"\\u{ord(char):04x}"

    def _map(self, value: Value, depth: int) -> str:
        key_type = type_of(value).key
        if key_type is None or (key_type.kind != "string" and key_type.kind not in INTEGERS):
            raise CallError(f"json: unsupported type: {type_of(value)}")
        if key_type.kind == "string":
            pairs = [(raw(key), one) for key, one in sorted_pairs(value)]
        else:
            pairs = sorted(((str(raw(key)), one) for key, one in sorted_pairs(value)), key=lambda pair: pair[0])
        return "{" + ",".join([f"{self.string(key)}:{self.write(one, depth + 1)}" for key, one in pairs]) + "}"

    def _list(self, value: Value, depth: int) -> str:
        own = type_of(value)
        if own.kind == "slice" and own.elem is types.UINT8:
            return '"' + base64.b64encode(bytes([raw(one) for one in sequence(value) or []])).decode() + '"'
        return "[" + ",".join([self.write(one, depth + 1) for one in sequence(value) or []]) + "]"

    def _struct(self, value: Struct, depth: int) -> str:
        members: list[str] = []
        self._members(value, depth, members)
        return "{" + ",".join(members) + "}"

    def _members(self, value: Struct, depth: int, members: list[str]) -> None:
        for one in value.type.fields:
            name, *options = one.json.split(",")
            member = value.field(one)
            if one.embedded and not name:
                self._embedded(member, depth, members)
            elif one.exported and one.json != "-" and not (options and _left_out(member, one, options)):
                members.append(f"{self.string(name or one.name)}:{self.write(member, depth + 1)}")

    def _embedded(self, member: Value, depth: int, members: list[str]) -> None:
        inner = member.target if type(member) is Pointer else member
        if type(inner) is Struct:
            self._members(inner, depth, members)


def _left_out(member: Value, one: Field, options: list[str]) -> bool:
    if "omitzero" in options and type(member) is Struct and is_zero(member):
        return True
    if "omitempty" not in options:
        return False
    if member is None or is_nil(member):
        return True
    kind = one.type.kind
    if kind in ("slice", "map"):
        return not (member.items if type(member) in (Slice, Map) else member)
    return kind not in ("struct", "ptr", "interface", "array") and not raw(member)


def is_zero(value: Value) -> bool:
    """True for the zero value of a type."""
    if type(value) is Struct:
        own = value.type.methods.get("IsZero")
        if own is not None:
            return bool(own.call(Pointer(types.pointer_to(value.type), value) if own.pointer else value))
        return all(is_zero(value.field(one)) for one in value.type.fields)
    if value is None or is_nil(value):
        return True
    return type(value) in (str, bool, int, float, Scalar) and not raw(value)


def _as_float32(value: float) -> float:
    return float(shortest(value, 32))


def indented(text: str) -> str:
    """JSON on one line, laid out with two spaces a level; empty objects and lists stay closed."""
    out: list[str] = []
    level, position = 0, 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]', text):
        out.append(text[position : found.start()])
        mark, position = found.group(), found.end()
        if mark in "{[":
            closing = "}" if mark == "{" else "]"
            out.append(mark)
            if text[position] != closing:
                level += 1
                out.append("\n" + "  " * level)
        elif mark in "}]":
            if text[found.start() - 1] not in "{[" or out[-2:-1] not in (["{"], ["["]):
                level -= 1
                out.append("\n" + "  " * level)
            out.append(mark)
        elif mark == ",":
            out.append(",\n" + "  " * level)
        else:
            out.append(": " if mark == ":" else mark)
    out.append(text[position:])
    return "".join(out)


# Reading

_SPACE: Final = " \t\r\n"
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NUMBER_PREFIX: Final = re.compile(r"-?(?:0|[1-9][0-9]*)?")
_PLAIN: Final = re.compile(r'[^"\\\x00-\x1f]*')
_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "/": "/"}
MAX_NESTING: Final = 200
_STRICT: Final = ("in literal", "in numeric", "after decimal", "in exponent", "in \\u", "in string escape")
"""Where Go takes the end of the text for a space that does not belong there."""


def decode(text: str) -> Any:
    """Strict JSON: objects and lists, numbers as floats; raises CallError in Go's words."""
    reader = _Reader(text)
    value = reader.value("looking for beginning of value", 0)
    reader.skip()
    if reader.position < len(text):
        reader.fail("after top-level value")
    if reader.overflow:
        raise CallError(f"json: cannot unmarshal number {reader.overflow} into Go value of type float64")
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.overflow = ""

    def skip(self) -> str:
        """Skips white space; the next character."""
        text = self.text
        while text[self.position : self.position + 1] in (*_SPACE,):
            self.position += 1
        return text[self.position : self.position + 1]

    def fail(self, context: str) -> None:
        char = self.text[self.position : self.position + 1]
        if not char:
            if context.startswith(_STRICT):
                raise CallError(f"invalid character ' ' {context}")
            raise CallError("unexpected end of JSON input")
        code = encoded(char)[0] if not char.isascii() else ord(char)
        raise CallError(f"invalid character {_character(code)} {context}")

    def value(self, context: str, depth: int) -> Any:
        if depth > MAX_NESTING:
            raise exceeded("depth of JSON", MAX_NESTING)
        char = self.skip()
        if char == "{":
            return self._object(depth)
        if char == "[":
            return self._list(depth)
        if char == '"':
            return self.string()
        if char == "-" or "0" <= char <= "9":
            return self._number()
        for word, value in (("true", True), ("false", False), ("null", None)):
            if char and char == word[0]:
                return self._word(word, value)
        self.fail(context)
        return None

    def _word(self, word: str, value: Any) -> Any:
        for place, wanted in enumerate(word[1:], 1):
            self.position += 1
            char = self.text[self.position : self.position + 1]
            if char != wanted:
                self.fail(f"in literal {word} (expecting '{word[place]}')")
        self.position += 1
        return value

    def _number(self) -> float:
        found = _NUMBER.match(self.text, self.position)
        if found is None:
            self.position += len((_NUMBER_PREFIX.match(self.text, self.position) or [""])[0])
            self.fail("in numeric literal")
            return 0.0
        self.position = found.end()
        following = self.text[self.position : self.position + 1]
        number_text = found.group().lower()
        unfinished = (following == "." and "." not in number_text) or (following != "" and following in "eE")
        if unfinished and "e" not in number_text:
            self.position += 1
            if following != "." and self.text[self.position : self.position + 1] in ("+", "-"):
                self.position += 1
            self.fail(
                "after decimal point in numeric literal" if following == "." else "in exponent of numeric literal"
            )
        number = float(found.group())
        if number in (float("inf"), float("-inf")):
            self.overflow = self.overflow or found.group()
        return number

    def _list(self, depth: int) -> list[Any]:
        self.position += 1
        items: list[Any] = []
        if self.skip() == "]":
            self.position += 1
            return items
        while True:
            items.append(self.value("looking for beginning of value", depth + 1))
            char = self.skip()
            if char == "]":
                self.position += 1
                return items
            if char != ",":
                self.fail("after array element")
            self.position += 1

    def _object(self, depth: int) -> dict[str, Any]:
        self.position += 1
        entries: dict[str, Any] = {}
        if self.skip() == "}":
            self.position += 1
            return entries
        while True:
            if self.skip() != '"':
                self.fail("looking for beginning of object key string")
            key = self.string()
            if self.skip() != ":":
                self.fail("after object key")
            self.position += 1
            entries[key] = self.value("looking for beginning of value", depth + 1)
            char = self.skip()
            if char == "}":
                self.position += 1
                return entries
            if char != ",":
                self.fail("after object key:value pair")
            self.position += 1

    def string(self) -> str:
        parts: list[str] = []
        self.position += 1
        while True:
            found = _PLAIN.match(self.text, self.position)
            if found is not None:
                parts.append(found.group())
                self.position = found.end()
            char = self.text[self.position : self.position + 1]
            if char == '"':
                self.position += 1
                text = "".join(parts)
                return text if text.isascii() else re.sub("[\ud800-\udfff]", "\ufffd", text)
            if char != "\\":
                self.fail("in string literal")
            self.position += 1
            parts.append(self._escape())

    def _escape(self) -> str:
        char = self.text[self.position : self.position + 1]
        if char != "u":
            if not char or char not in _ESCAPES:
                self.fail("in string escape code")
            self.position += 1
            return _ESCAPES[char]
        code = self._hexadecimal()
        if 0xD800 <= code < 0xDC00 and self.text.startswith("\\u", self.position):
            before = self.position
            self.position += 1
            low = self._hexadecimal()
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))
            self.position = before
        return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)

    def _hexadecimal(self) -> int:
        """`uXXXX`, at the `u`."""
        self.position += 1
        start = self.position
        for _ in range(4):
            char = self.text[self.position : self.position + 1]
            if not char or char not in "0123456789abcdefABCDEF":
                self.fail("in \\u hexadecimal character escape")
            self.position += 1
        return int(self.text[start : self.position], 16)


def _character(code: int) -> str:
    if code == 0x27:
        return "'\\''"
    if code == 0x22:
        return "'\"'"
    return quote_character(code)
