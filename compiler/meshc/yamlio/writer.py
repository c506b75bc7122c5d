"""Writes values as YAML, character for character as Kubernetes' writer does (docs/istio/injection.md § 11.6)."""

from __future__ import annotations

import math
from typing import Any

from meshc.errors import InputError
from meshc.trees import Array, Object
from meshc.yamlio.keys import ordered
from meshc.yamlio.scalars import number_text
from meshc.yamlio.style import LITERAL, PLAIN, WIDTH, block_header, fold, styled

_LONGEST_SIMPLE_KEY = 128  # bytes
_SPACES = [" " * n for n in range(64)]


def write(value: Any) -> str:
    """Write one value as block YAML with sorted keys, ending in a line break."""
    out: list[str] = []
    if isinstance(value, dict) and value:
        _mapping(value, 0, out)
    elif isinstance(value, list) and value:
        _sequence(value, 0, out)
    else:
        out.append(_ended(_scalar(value, 0, 0)))
    return "".join(out)


def _mapping(value: Object, indent: int, out: list[str], *, first: str | None = None) -> None:
    """Write the entries of a map; `first` replaces the indentation of the first line (after `- `)."""
    pad = _pad(indent)
    lead = pad if first is None else first
    # Strings, the bulk of every manifest, are written here without a further call.
    for key in ordered(value) if len(value) > 1 else value:
        item = value[key]
        style, text = styled(key)
        if style is LITERAL or (len(key) > 32 and len(key.encode()) > _LONGEST_SIMPLE_KEY) or "\n" in key:
            _complex_entry(key, item, indent, out, lead)
        elif isinstance(item, str):
            style, written = styled(item)
            column = indent + len(text) + 2
            if style is LITERAL:
                out.append(f"{lead}{text}: {_block(item, indent)}")
            elif len(written) + column > WIDTH and " " in written:
                folded = fold(written, column=column, indent=indent + 2, quoted=style is not PLAIN)
                out.append(f"{lead}{text}: {folded}\n")
            else:
                out.append(f"{lead}{text}: {written}\n")
        elif isinstance(item, dict) and item:
            out.append(f"{lead}{text}:\n")
            _mapping(item, indent + 2, out)
        elif isinstance(item, list) and item:
            out.append(f"{lead}{text}:\n")
            _sequence(item, indent, out)
        else:
            out.append(f"{lead}{text}: {_scalar(item, 0, 0)}\n")
        lead = pad


def _sequence(value: Array, indent: int, out: list[str], *, first: str | None = None) -> None:
    pad = _pad(indent)
    lead = pad if first is None else first
    for item in value:
        if isinstance(item, dict) and item:
            _mapping(item, indent + 2, out, first=f"{lead}- ")
        elif isinstance(item, list) and item:
            _sequence(item, indent + 2, out, first=f"{lead}- ")
        else:
            out.append(f"{lead}- {_ended(_scalar(item, indent + 2, indent))}")
        lead = pad


def _complex_entry(key: str, item: Any, indent: int, out: list[str], lead: str) -> None:
    """An entry in the form `? key` / `: value`, for keys that are long or have line breaks."""
    style, text = styled(key)
    out.append(f"{lead}? {_block(key, indent)}" if style is LITERAL else f"{lead}? {text}\n")
    lead = f"{_pad(indent)}: "
    if isinstance(item, dict) and item:
        _mapping(item, indent + 2, out, first=lead)
    elif isinstance(item, list) and item:
        _sequence(item, indent + 2, out, first=lead)
    else:
        out.append(lead + _ended(_scalar(item, indent + 2, indent)))


def _scalar(value: Any, column: int, indent: int) -> str:
    """One scalar or empty collection; `column` is where it starts, `indent` that of its key or dash.

    Only a literal block ends in a line break.
    """
    match value:
        case str():
            style, text = styled(value)
            if style is LITERAL:
                return _block(value, indent)
            return fold(text, column=column, indent=indent + 2, quoted=style is not PLAIN)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value) if -(1 << 63) <= value < 1 << 64 else number_text(float(value))
        case float():
            if not math.isfinite(value):
                raise InputError("infinity and NaN cannot be written", value=value, hint="write a finite number")
            return number_text(value)
        case dict():
            return "{}"
        case list() | tuple():
            return "[]"
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _block(text: str, indent: int) -> str:
    """A literal block with its header; ends in a line break."""
    pad = _pad(indent + 2)
    ended = text.endswith("\n")
    inner = text[:-1] if ended else text
    if "\n\n" in inner or inner[:1] in ("", "\n") or inner[-1:] == "\n":
        body = "\n".join([pad + line if line else "" for line in inner.split("\n")])
    else:
        body = pad + inner.replace("\n", f"\n{pad}")
    return f"{block_header(text)}\n{body}\n"


def _ended(text: str) -> str:
    return text if text[-1] == "\n" else text + "\n"


def _pad(indent: int) -> str:
    return _SPACES[indent] if indent < 64 else " " * indent
