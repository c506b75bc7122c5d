"""JSON in and out, with Go's spelling of numbers."""

from __future__ import annotations

import math
import re
from typing import Any

import orjson

from meshc.errors import InputError
from meshc.gotext import jsontext

_DEEPEST = 254  # orjson writes no deeper than this
_YAML_BREAKS = re.compile("[\x80-\x9f\u2028\u2029\ufeff]")  # YAML reads these in its own way
_FLOAT = re.compile(rb"\.0[,}\]]|\.0$|[0-9]e[+-]?[0-9]")  # what may be a float Go spells differently


def load_json(data: str | bytes, *, file: str | None = None) -> Any:
    """Read JSON; raises InputError with line and column for bad syntax and for nesting beyond 254 levels."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        hint = "check quotes, commas and brackets around this place"
        raise InputError(
            f"not JSON: {error.msg}", file=file, line=error.lineno, column=error.colno, hint=hint
        ) from None
    # Only text with many brackets can be nested too deep; counting them is cheaper than walking every value.
    braces, brackets = ("{", "[") if isinstance(data, str) else (b"{", b"[")
    if data.count(braces) + data.count(brackets) > _DEEPEST:  # type: ignore[arg-type]
        _check_depth(value, file)
    return value


def dump_json(value: Any, *, sort: bool = False) -> str:
    """Write compact JSON, keys in the order of the value or sorted by code point; numbers as Go spells them.

    Raises InputError for what JSON cannot hold.
    """
    option = orjson.OPT_SORT_KEYS if sort else None
    try:
        data = orjson.dumps(value, option=option)
        # orjson writes floats faster but not as Go does; a second pass is paid only where a float may be.
        if _FLOAT.search(data):
            data = orjson.dumps(_with_spelled_floats(value), option=option)
    except orjson.JSONEncodeError as error:
        raise InputError(
            f"cannot be written as JSON: {error}", hint="only maps, lists, strings, numbers, booleans and null"
        ) from None
    return data.decode()


def quick_json(text: str) -> Any:
    """The value of a YAML text that is one JSON object or list, read by the faster reader; None for anything else."""
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


def _with_spelled_floats(value: Any) -> Any:
    if isinstance(value, float) and math.isfinite(value):
        return orjson.Fragment(jsontext.number_text(value))
    if isinstance(value, dict):
        return {k: _with_spelled_floats(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_with_spelled_floats(v) for v in value]
    return value
