"""Envoy bootstraps compared as messages: names in either spelling, zero scalars absent, free-form parts as they are."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

# Fields whose content is a Struct, or a map with free keys: names and zeros in them mean what they say.
_FREE = {"metadata", "static_layer", "json_format", "typed_extension_protocol_options"}
_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")
_SECONDS = re.compile(r"-?\d+(\.\d+)?s")
_DURATIONS = ("timeout", "interval", "refresh_rate")


def message(document: Any, *, free: bool = False) -> Any:
    """The document in one normal form; two bootstraps are equal as messages when their forms are."""
    if isinstance(document, dict):
        return _object(document, free)
    if isinstance(document, list):
        return [message(item, free=free) for item in document]
    return document


def _object(value: dict[str, Any], free: bool) -> dict[str, Any]:
    if free:
        return {k: message(v, free=True) for k, v in value.items()}
    found: dict[str, Any] = {}
    struct = str(value.get("@type", "")).endswith(".TypedStruct")
    for key, item in value.items():
        name = key if key.startswith("@") else snake(key)
        assert name not in found, f"{name} is there in both spellings"
        if name == "typed_extension_protocol_options":
            found[name] = {k: message(v) for k, v in item.items()}
        elif not _is_zero(item):
            found[name] = _scalar(name, message(item, free=name in _FREE or (struct and name == "value")))
    return found


def snake(name: str) -> str:
    """`trace_id_128bit` and `traceId128bit` alike in snake_case."""
    return _HUMP.sub(lambda m: "_" + m[1].lower(), name)


def _is_zero(value: Any) -> bool:
    return value is None or value is False or value == [] or (value in (0, "") and not isinstance(value, bool | dict))


def _scalar(name: str, value: Any) -> Any:
    if isinstance(value, str) and _SECONDS.fullmatch(value) and name.endswith(_DURATIONS):
        return Decimal(value[:-1])
    return value
