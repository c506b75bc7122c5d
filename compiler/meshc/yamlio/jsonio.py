"""JSON in and out, with Go's spelling of numbers."""

from __future__ import annotations

import re
from typing import Any

import orjson

from meshc.errors import InputError
from meshc.yamlio.scalars import json_number

_DEEPEST = 254  # orjson writes no deeper than this
_YAML_BREAKS = re.compile("[\x80-\x9f\u2028\u2029\ufeff]")  # YAML reads these in its own way
_ODD_FLOAT = re.compile(rb"\.0[,}\]]|\.0$|[0-9]e[+-]?[0-9]")


def load_json(data: str | bytes, *, file: str | None = None) -> Any:
    """Read JSON; raises InputError with line and column for bad syntax and for nesting beyond 254 levels."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        hint = "check quotes, commas and brackets around this place"
        raise InputError(
            f"not JSON: {error.msg}", file=file, line=error.lineno, column=error.colno, hint=hint
        ) from None
    braces, brackets = ("{", "[") if isinstance(data, str) else (b"{", b"[")
    if data.count(braces) + data.count(brackets) > _DEEPEST:  # type: ignore[arg-type]
        _check_depth(value, file)
    return value


def dump_json(value: Any, *, sort: bool = False) -> str:
    """Write compact JSON, keys in the order of the value or sorted by code point; integral floats as integers."""
    try:
        data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS if sort else None)
    except orjson.JSONEncodeError as error:
        raise InputError(f"cannot be written as JSON: {error}") from None
    if _ODD_FLOAT.search(data):
        data = orjson.dumps(_without_floats(value), option=orjson.OPT_SORT_KEYS if sort else None)
    return data.decode()


def quick_json(text: str) -> Any:
    """The value of a YAML text that is one JSON object or list, read by the faster reader; None for any other text."""
    if text.lstrip()[:1] not in ("{", "[") or (not text.isascii() and _YAML_BREAKS.search(text)) or "\x7f" in text:
        return None
    try:
        return load_json(text)
    except InputError:
        return None


def _check_depth(value: Any, file: str | None) -> None:
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        hint = "no Kubernetes object is nested that deep"
        raise InputError(f"nested deeper than {_DEEPEST} levels", file=file, hint=hint) from None


def _without_floats(value: Any) -> Any:
    if isinstance(value, float):
        return json_number(value)
    if isinstance(value, dict):
        return {k: _without_floats(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_without_floats(v) for v in value]
    return value
