"""Writes messages as protobuf-JSON: declaration order, zero scalars left out (docs/istio/injection.md § 5.1)."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.catalog import Release
from meshc.models.message import Field, Message, fields
from meshc.yamlio import Json

_ZEROS = ("", 0, False, None)


def write(message: type[Message], value: Mapping[str, Json], release: Release) -> dict[str, Json]:
    """The fields a protobuf writer prints: set messages and wrappers even when empty, scalars unless zero."""
    written: dict[str, Json] = {}
    for described in fields(message, release).values():
        if described.json in value and _is_written(described, value[described.json]):
            written[described.json] = _value(described, value[described.json], release)
    return written


def _is_written(described: Field[Json], value: Json) -> bool:
    if value is None:
        return False
    if described.kind in ("list", "map"):
        return bool(value)
    if described.tracks_presence:
        return True
    if described.kind == "enum":
        return bool(described.numbers.get(value, value))
    return value not in _ZEROS


def _value(described: Field[Json], value: Json, release: Release) -> Json:
    element = described.element
    match described.kind:
        case "message":
            assert described.message is not None
            return write(described.message, value or {}, release)
        case "list" if element is not None:
            return [_value(element, item, release) for item in value]
        case "map" if element is not None:
            return {key: _value(element, value[key], release) for key in sorted(value)}
        case "int64_value":
            return str(value)
        case _:
            return value
