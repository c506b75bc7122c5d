"""Annotations and maps: `annotation`, `isset`, `valueOrDefault`, and maps of texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.gotext import printing

Json = Any


def isset(values: Mapping[str, Json] | None, key: str) -> bool:
    """Whether the key is there, whatever its value."""
    return values is not None and key in values


def annotation(metadata: Mapping[str, Json], name: str, default: Json) -> str:
    """The annotation's text if it exists (also when empty), else the default printed as text (`<nil>` for null)."""
    found = (metadata.get("annotations") or {}).get(name)
    return printing.sprint(default) if found is None else str(found)


def value_or_default(value: Json, default: Json) -> Json:
    """The default when the value is null or the empty text; zero and false are kept."""
    return default if value is None or value == "" else value


def omit(values: Mapping[str, str] | None, *keys: str) -> dict[str, str]:
    """A map without the keys (since 1.18)."""
    return {k: v for k, v in (values or {}).items() if k not in keys}


def strdict(*pairs: Json) -> dict[str, str]:
    """A map of texts from keys and values in turn; a missing last value is the empty text (since 1.18)."""
    texts = [p if isinstance(p, str) else printing.sprint(p) for p in pairs]
    return {key: texts[i + 1] if i + 1 < len(texts) else "" for i, key in enumerate(texts) if i % 2 == 0}


def merge_maps(*maps: Mapping[str, str] | None) -> dict[str, str] | None:
    """Maps merged from left to right, null without arguments (since 1.21)."""
    if not maps:
        return None
    result: dict[str, str] = {}
    for one in maps:
        result.update(one or {})
    return result
