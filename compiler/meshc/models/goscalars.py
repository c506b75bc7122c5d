"""Scalars as the agent's Go code reads and writes them: booleans, integers, durations, quoted strings, paths."""

from __future__ import annotations

import posixpath
import re

_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))
_UNITS = {"ns": 1, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_INTEGER = re.compile(r"[+-]?[0-9]+")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))|([^\\]+)", re.S)
_LETTERS = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, '"': 34}


def parse_bool(text: str) -> bool | None:
    """Read a boolean word; None when it is none."""
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def parse_int(text: str) -> int | None:
    """Read a decimal 64-bit integer; None when it is none."""
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -(1 << 63) <= number < 1 << 63 else None


def format_duration(nanoseconds: int) -> str:
    """Write a duration in Go's own notation: `1m0s`, `500ms`, `0s`."""
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    for unit in ("ns", "µs", "ms"):
        if rest < _UNITS[unit] * 1000 and rest:
            return f"{sign}{_decimal(rest, _UNITS[unit])}{unit}"
    hours, rest = divmod(rest, _UNITS["h"])
    minutes, rest = divmod(rest, _UNITS["m"])
    text = f"{_decimal(rest, _UNITS['s'])}s"
    if hours:
        text = f"{hours}h{minutes}m{text}"
    elif minutes:
        text = f"{minutes}m{text}"
    return sign + text


def unquote(text: str) -> str | None:
    """Read a Go string literal (`"…"` or backquoted); None when it is none."""
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


def clean_path(path: str) -> str:
    """Shortest equal path: no `.`, no doubled slashes, `..` resolved as far as possible."""
    cleaned = posixpath.normpath(path)
    return "/" + cleaned.lstrip("/") if path.startswith("/") else cleaned


def _escape(hexa: str, code: str, *, octal: str, letter: str) -> bytes | None:
    if hexa:
        return bytes((int(hexa, 16),))
    if octal:
        return bytes((int(octal, 8),)) if int(octal, 8) < 256 else None
    if code:
        number = int(code, 16)
        return chr(number).encode() if number < 0x110000 and not 0xD800 <= number < 0xE000 else None
    return bytes((_LETTERS[letter],)) if letter in _LETTERS else None


def _decimal(number: int, unit: int) -> str:
    whole, rest = divmod(number, unit)
    digits = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)
