"""How one string is written: plain, single-quoted, double-quoted or as a literal block (docs/istio/injection.md § 11.6)."""

from __future__ import annotations

import re
from functools import lru_cache

from meshc.errors import InputError
from meshc.yamlio.scalars import WORDS, is_number

WIDTH = 80
"""A line is folded at the first single space after this many columns."""
_REMEMBERED = 200  # longer strings are not kept

PLAIN, SINGLE, DOUBLE, LITERAL = "plain", "single", "double", "literal"

_SIMPLE = re.compile(r"[A-Za-z/_$(][\w./()$=-]*(?::[\w./()$=-]+)*", re.ASCII)
# With the line separators U+2028 and U+2029, which YAML would fold.  Sets are named, not negated: those compile ten
# times as fast, which every start would feel.
_SPECIAL = re.compile(r"[\0-\t\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe-\U0010ffff]")
_FORBIDDEN = re.compile(r"[\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_NEXT_LINE = re.compile(r"[ \t]*\x85(?:[ \t]*\x85)*[ \t]*")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", re.ASCII)
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?[ ]?(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?)?)?",
    re.ASCII,
)
_NOT_PLAIN = re.compile(r"[#,\[\]{}&*!|>'\"%@`]|[-?:](?: |$)|---|\.\.\.| |.*(?:: |:$| #| $)", re.DOTALL)
_ESCAPES = {
    "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r",
    "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\x85": "\\N", "\u2028": "\\L", "\u2029": "\\P",
}  # fmt: skip
_ESCAPED = re.compile(r'["\\\n]|' + _SPECIAL.pattern)
_ANY = re.compile(".", re.DOTALL)


def styled(text: str) -> tuple[str, str]:
    """The style of a string and its text in that style; a literal block's text is the string itself.

    Raises InputError for a character that YAML cannot carry.
    """
    return _remembered(text) if len(text) <= _REMEMBERED else _styled(text)


def _styled(text: str) -> tuple[str, str]:
    if _SIMPLE.fullmatch(text) and text not in WORDS:
        return PLAIN, text
    if _FORBIDDEN.search(text):
        raise InputError(
            "yaml: control characters are not allowed", value=text, hint="remove the control character from this string"
        )
    if "\x85" in text:
        text = _NEXT_LINE.sub(_folded, text)
    special = _SPECIAL.search(text) is not None
    if "\n" in text:
        blank_at_break = " \n" in text or text.endswith(" ")
        return (DOUBLE, escape(text)) if special or blank_at_break else (LITERAL, text)
    if _retyped(text):
        return DOUBLE, escape(text)
    if special:
        return DOUBLE, escape(text)
    if _NOT_PLAIN.match(text):
        return SINGLE, "'" + text.replace("'", "''") + "'"
    return PLAIN, text


_remembered = lru_cache(maxsize=16384)(_styled)


def escape(text: str) -> str:
    """Write a string between double quotes; one that begins with a byte order mark has every character escaped."""
    pattern = _ANY if text[0:1] == "\ufeff" else _ESCAPED
    return '"' + pattern.sub(_escaped, text) + '"'


def fold(text: str, *, column: int, indent: int, quoted: bool) -> str:
    """Break a written scalar that starts at `column` at each single space beyond the width; lines go on at `indent`."""
    if column + len(text) <= WIDTH or " " not in text:
        return text
    edge = 2 if quoted else 0
    lines: list[str] = []
    start = 0
    while (at := _next_break(text, max(start + WIDTH + 1 - column, start + edge))) > 0 and (
        not quoted or at < len(text) - 2
    ):
        lines.append(text[start:at])
        start, column, edge = at + 1, indent, 0
    lines.append(text[start:])
    return ("\n" + " " * indent).join(lines)


def block_header(text: str) -> str:
    """The header of a literal block: `|`, the indentation hint, the chomping mark."""
    hint = "2" if text[0] in " \n" else ""
    if not text.endswith("\n"):
        return f"|{hint}-"
    return f"|{hint}+" if text == "\n" or text.endswith("\n\n") else f"|{hint}"


def _retyped(text: str) -> bool:
    if text in WORDS:
        return True
    first = text[0]
    if first not in "0123456789+-.":
        return False
    return is_number(text) or _SEXAGESIMAL.fullmatch(text) is not None or _TIMESTAMP.fullmatch(text) is not None


def _next_break(text: str, start: int) -> int:
    at = text.find(" ", start)
    while at > 0 and (text[at - 1] == " " or text[at + 1 : at + 2] == " "):
        at = text.find(" ", at + 1)
    return at


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    known = _ESCAPES.get(character)
    if known is not None:
        return known
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _folded(match: re.Match[str]) -> str:
    return "\n" * (match[0].count("\x85") - 1) or " "
