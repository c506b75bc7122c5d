"""Strings and characters as Go quotes them (docs/istio/go-templates.md § 10.4, `%q`)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SHORT: Final = {7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v", 92: "\\\\"}
_PLAIN: Final = re.compile(r"[ !#-\[\]-~]*")
_PRINTABLE: Final = "LMNPS"


def printable(char: str) -> bool:
    """Letters, marks, numbers, punctuation, symbols and the ASCII space."""
    return char == " " or unicodedata.category(char)[0] in _PRINTABLE


def escaped(char: str, quote: str, *, ascii_only: bool = False) -> str:
    """One character of a quoted string."""
    code = ord(char)
    if char == quote:
        return "\\" + quote
    if code in _SHORT:
        return _SHORT[code]
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if (code < 127 or not ascii_only) and printable(char):
        return char
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quote(string: str, *, ascii_only: bool = False) -> str:
    """The string as a Go literal in double quotes."""
    if _PLAIN.fullmatch(string):
        return f'"{string}"'
    return '"' + "".join([escaped(char, '"', ascii_only=ascii_only) for char in string]) + '"'


def quote_character(code: int, *, ascii_only: bool = False) -> str:
    """A code point as a Go character literal; an invalid one as U+FFFD."""
    if not 0 <= code <= 0x10FFFF or 0xD800 <= code < 0xE000:
        code = 0xFFFD
    return "'" + escaped(chr(code), "'", ascii_only=ascii_only) + "'"


def can_backquote(string: str) -> bool:
    """True when the string can be written as a raw string on one line."""
    return not any(
        char in "`\ufeff\x7f" or (char < " " and char != "\t") or "\ud800" <= char <= "\udfff" for char in string
    )
