"""Go's literals: quoted strings, characters and numbers (docs/istio/go-templates.md §§ 3.4, 3.5)."""

from __future__ import annotations

import math
import re
from typing import Final

from meshc.gotemplate.values import decoded, encoded

_SIMPLE: Final = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)


def unquote(quoted: str) -> str:
    """The string that a Go literal stands for; raises ValueError."""
    body = quoted[1:-1]
    if quoted[0] == "`":
        return body.replace("\r", "")
    if "\\" not in body:
        if "\n" in body or '"' in body:
            raise ValueError("invalid syntax")
        return body
    return decoded(b"".join(_unescaped(body, '"')))


def character(quoted: str) -> int:
    """The code point of a character literal; raises ValueError."""
    body = quoted[1:-1]
    if not body:
        raise ValueError("invalid syntax")
    if body[0] != "\\":
        if len(body) > 1:
            raise ValueError(f"malformed character constant: {quoted}")
        return ord(body) if body != "'" else _invalid()
    found = _ESCAPE.match(body)
    if found is None:
        return _invalid()
    code = _code_point(found, "'")
    if found.end() != len(body):
        raise ValueError(f"malformed character constant: {quoted}")
    return code


def _invalid() -> int:
    raise ValueError("invalid syntax")


def _code_point(found: re.Match[str], quote: str) -> int:
    pair, octal, short, long, simple = found.groups()
    if pair or octal:
        code = int(pair, 16) if pair else int(octal, 8)
        return code if code <= 255 else _invalid()
    if short or long:
        code = int(short or long, 16)
        return _invalid() if code > 0x10FFFF or 0xD800 <= code < 0xE000 else code
    if simple == quote:
        return ord(quote)
    return _SIMPLE[simple] if simple in _SIMPLE else _invalid()


def _unescaped(body: str, quote: str) -> list[bytes]:
    parts, position = [], 0
    while position < len(body):
        start = body.find("\\", position)
        if start < 0:
            parts.append(encoded(body[position:]))
            break
        parts.append(encoded(body[position:start]))
        found = _ESCAPE.match(body, start)
        if found is None:
            _invalid()
            break
        code = _code_point(found, quote)
        is_byte = found.group(1) or found.group(2)
        parts.append(bytes([code]) if is_byte else chr(code).encode())
        position = found.end()
    return parts


_INTEGER: Final = re.compile(
    r"(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)"
)
_UNDERSCORED: Final = re.compile(r"(?:[0-9](?:_?[0-9])*)?\.?(?:[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEXADECIMAL: Final = re.compile(r"[+-]?0[xX]_?[0-9a-fA-F_]*\.?[0-9a-fA-F_]*[pP][+-]?[0-9]+")
_SPECIAL: Final = re.compile(r"[+-]?(?:inf|infinity)|nan", re.IGNORECASE)


def parse_integer(text: str) -> int | None:
    """An integer of Go's syntax of any size (`0x1F`, `017`, `1_000`), None for anything else."""
    digits = text[1:] if text[:1] in "+-" else text
    if not digits or not _INTEGER.fullmatch(digits):
        return None
    plain = digits.replace("_", "").lower()
    if len(plain) > 1 and plain[0] == "0" and plain[1].isdigit():
        plain = "0o" + plain[1:]
    if len(plain) > 4000:
        return None
    value = int(plain, 0)
    return -value if text[0] == "-" else value


def parse_float(text: str, *, underscores: bool = False) -> float | None:
    """A float of Go's syntax; infinite when it is out of range, None for anything else."""
    body = text[1:] if text[:1] in "+-" else text
    if _HEXADECIMAL.fullmatch(text):
        return _hexadecimal(text, underscores)
    if _SPECIAL.fullmatch(text):
        return float(text)
    if "_" in text:
        if not underscores or not _UNDERSCORED.fullmatch(body):
            return None
        text = text.replace("_", "")
    return float(text) if _DECIMAL.fullmatch(text) else None


def _hexadecimal(text: str, underscores: bool) -> float | None:
    if "_" in text and (not underscores or re.search(r"__|_[.pP]|\._", text)):
        return None
    plain = text.replace("_", "")
    if not re.search(r"0[xX]\.?[0-9a-fA-F]", plain):
        return None
    try:
        return float.fromhex(plain)
    except OverflowError:
        return math.inf


class Number:
    """A number literal: what it is as integer, unsigned, float and complex number (None where it is not)."""

    __slots__ = ("complex", "float", "int", "natural", "problem", "text", "uint")

    def __init__(self, text: str) -> None:
        self.text = text
        self.int: int | None = None
        self.uint: int | None = None
        self.float: float | None = None
        self.complex: complex | None = None
        self.problem = ""
        self.natural: int | float | complex = 0
        if text[0] == "'":
            self._set_integer(character(text))
        elif text.endswith("i"):
            self._imaginary()
        else:
            self._real()
        self._choose()

    def _set_integer(self, value: int) -> None:
        self.int = value if -(1 << 63) <= value < 1 << 63 else None
        self.uint = value if 0 <= value < 1 << 64 and self.text[0] not in "+-" else None
        self.float = float(value)

    def _imaginary(self) -> None:
        body = self.text[:-1]
        imaginary = parse_float(body, underscores=True)
        real = 0.0
        if imaginary is None:
            parts = re.fullmatch(r"(.*?[^eEpP])([+-].*)", body)
            if parts is None:
                raise ValueError(f'illegal number syntax: "{self.text}"')
            first, second = (parse_float(part, underscores=True) for part in parts.groups())
            if first is None or second is None:
                raise ValueError(f'illegal number syntax: "{self.text}"')
            real, imaginary = first, second
        if math.isinf(imaginary) or math.isinf(real):
            raise ValueError(f'illegal number syntax: "{self.text}"')
        self.complex = complex(real, imaginary)
        if imaginary == 0:
            self.float = real
            if real.is_integer():
                self._set_integer(int(real))
                self.float = real

    def _real(self) -> None:
        text = self.text
        integer = parse_integer(text)
        if integer is not None:
            self._set_integer(integer)
        if self.int is None and self.uint is None:
            self.float = None
            value = parse_float(text, underscores=True)
            if value is not None and not math.isinf(value):
                if not re.search(r"[.eEpP]", text):
                    raise ValueError(f'integer overflow: "{text}"')
                self.float = value
                if value.is_integer() and -(2.0**63) <= value < 2.0**64:
                    self.int = int(value) if value < 2.0**63 else None
                    self.uint = int(value) if value >= 0 else None
        if self.int is None and self.uint is None and self.float is None:
            raise ValueError(f'illegal number syntax: "{text}"')

    def _choose(self) -> None:
        """The value where no parameter asks for a type."""
        text = self.text
        hexadecimal = len(text) > 2 and text[0] == "0" and text[1] in "xX" and not re.search("[pP]", text)
        if self.complex is not None:
            self.natural = self.complex
        elif self.float is not None and text[0] != "'" and not hexadecimal and re.search(r"[.eEpP]", text):
            self.natural = self.float
        elif self.int is not None:
            self.natural = self.int
        else:
            self.problem = f"{text} overflows int"
