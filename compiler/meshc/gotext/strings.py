"""Go's string literals, white space and paths."""

from __future__ import annotations

import posixpath
import re

_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_SHORT = {7: r"\a", 8: r"\b", 12: r"\f", 10: r"\n", 13: r"\r", 9: r"\t", 11: r"\v", 92: r"\\", 34: r"\""}
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))|([^\\]+)", re.S)
_LETTERS = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, '"': 34}


def quote(text: str) -> str:
    """A string as a Go literal (`%q`)."""
    return '"' + "".join(_quoted(c) for c in text) + '"'


def unquote(text: str) -> str | None:
    """Read a Go string literal (`"…"` or backquoted); None for any other string."""
    if len(text) >= 2 and text[0] == text[-1] == "`" and "`" not in text[1:-1]:
        return text[1:-1].replace("\r", "")
    if not _QUOTED.fullmatch(text):
        return None
    out = bytearray()
    for hexa, short, wide, octal, letter, plain in _ESCAPE.findall(text[1:-1]):
        piece = _escape(hexa or "", short or wide, octal=octal, letter=letter) if not plain else plain.encode()
        if piece is None:
            return None
        out += piece
    return out.decode("utf-8", errors="replace")


def trim(text: str) -> str:
    """The string without white space, as Go defines it, at both ends."""
    # Python strips more than Go does, e.g. the separators U+001C to U+001F.
    return text.strip(_SPACES)


def clean_path(path: str) -> str:
    """Shortest equal path: no `.`, no doubled slashes, `..` resolved as far as possible."""
    # Python keeps two slashes at the start, which POSIX allows to mean something else; Go does not.
    cleaned = posixpath.normpath(path)
    return "/" + cleaned.lstrip("/") if path.startswith("/") else cleaned


def _quoted(character: str) -> str:
    code = ord(character)
    if code in _SHORT:
        return _SHORT[code]
    if character.isprintable():
        return character
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _escape(hexa: str, code: str, *, octal: str, letter: str) -> bytes | None:
    if hexa:
        return bytes((int(hexa, 16),))
    if octal:
        return bytes((int(octal, 8),)) if int(octal, 8) < 256 else None
    if code:
        number = int(code, 16)
        return chr(number).encode() if number < 0x110000 and not 0xD800 <= number < 0xE000 else None
    return bytes((_LETTERS[letter],)) if letter in _LETTERS else None
