"""JSON, YAML and plain texts: `toJSON`, `fromJSON`, `structToJSON`, `toYaml`, `indent`, `directory` …"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc import yamlio
from meshc.errors import InputError
from meshc.gotext import jsontext
from meshc.injection.functions.lookup import merge_maps

Json = Any


def to_json(value: Mapping[str, str] | None) -> str:
    """Compact JSON of a map of texts with sorted keys; `{}` for null."""
    return "{}" if value is None else jsontext.write({k: value[k] for k in sorted(value)})


def to_json_map(*maps: Mapping[str, str] | None) -> str:
    """JSON of maps merged from left to right (since 1.18)."""
    return to_json(merge_maps(*maps) or {})


def struct_to_json(value: Json) -> str:
    """Compact JSON of a typed value, keys in the order given; `{}` for null."""
    return "{}" if value is None else jsontext.write(value)


def from_json(text: str) -> Json:
    """The value a JSON text holds; the text `{}` for what is no JSON."""
    try:
        return yamlio.load_json(text)
    except InputError:
        return "{}"


def to_yaml(value: Json) -> str:
    """Block YAML with sorted keys and a line end; empty for what cannot be written."""
    try:
        return yamlio.dump(value)
    except InputError:
        return ""


def indent(spaces: int, text: str) -> str:
    """Spaces in front of every line except the first."""
    return text.replace("\n", "\n" + " " * spaces)


def directory(path: str) -> str:
    """Everything up to and including the last `/`."""
    head, slash, _ = path.rpartition("/")
    return head + slash


def contains(needle: str, text: str) -> bool:
    """Whether the text has the needle in it (needle first)."""
    return needle in text


def identity(text: str) -> str:
    """The text itself (`kubevirtInterfaces`, `excludeInterfaces`)."""
    return text
