"""Small pieces of YAML and JSON text to put into a document."""

from __future__ import annotations

import json
import re

from meshc.yamlio import Json, dump

_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*\Z")


def block(value: Json, indent: int) -> str:
    """A map or list in block style, every line indented."""
    return indented(dump(value), indent)


def item(value: Json, indent: int) -> str:
    """One item of a block list, its dash at an indentation."""
    return indented(dump([value]), indent)


def indented(text: str, indent: int) -> str:
    """The text with spaces before each line that has content."""
    margin = " " * indent
    return "".join(margin + line if line.strip() else line for line in text.splitlines(keepends=True))


def scalar(value: Json, style: str | None, *, as_json: bool) -> str:
    """A scalar, or an empty collection, on one line; strings keep the quotes of the value before them."""
    if as_json or (isinstance(value, str) and style == '"'):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    text = dump(value).removesuffix("\n")
    return json.dumps(value, ensure_ascii=False) if "\n" in text else text


def flow(value: Json, indent: int | None) -> str:
    """A value as JSON: on one line, or over several lines that stand below an indentation."""
    if indent is None:
        return json.dumps(value, ensure_ascii=False)
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text.replace("\n", "\n" + " " * indent)


def flow_key(key: str, *, as_json: bool) -> str:
    """A key inside brackets."""
    plain = not as_json and _PLAIN_KEY.match(key) and dump({key: 0}).startswith(f"{key}:")
    return key if plain else json.dumps(key, ensure_ascii=False)
