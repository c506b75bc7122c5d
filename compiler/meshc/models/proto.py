"""Protobuf-JSON: read a message over a base, write it in declaration order, print it as Istio does.

A document holds the set fields only, under lowerCamelCase keys: durations as `45s`, enums by name, numbers as numbers
(docs/istio/injection.md § 5.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

from meshc.catalog import Release
from meshc.errors import PathPart, raise_all
from meshc.gotext import jsontext
from meshc.models import proto_reader
from meshc.models.message import AnyField, Message, fields
from meshc.yamlio import Json, dump_json

M = TypeVar("M", bound=Message)

_ZEROS = ("", 0, False, None)


class Reading(NamedTuple, Generic[M]):
    """The message read from a document, and one warning for each ignored key."""

    value: M
    warnings: tuple[str, ...]


def read(
    message: type[M],
    document: Json,
    release: Release,
    *,
    base: M | None = None,
    strict: bool = False,
    path: tuple[PathPart, ...] = (),
) -> Reading[M]:
    """Read a document over a base: present fields replace whole values, null ones count as absent.

    `document` None is an empty one.  Unknown keys are warnings, in strict mode errors.  Raises SettingsError for a
    value of the wrong type, ErrorGroup for several errors; each names its path below `path`.
    """
    reader = proto_reader.Reader(release, strict)
    below = {} if base is None else base.document
    value = reader.overlay(message, below, {} if document is None else document, path)
    raise_all(reader.errors)
    return Reading(message(value), tuple(reader.warnings))


def write(message: Message, release: Release) -> dict[str, Json]:
    """The dict that a protobuf writer prints: declaration order, zero scalars and empty lists left out.

    Set messages and wrappers are printed even when they are empty.
    """
    return _write(type(message), message.document, release)


def to_text(message: Message, release: Release) -> str:
    """One line of compact JSON, as `protoToJSON` prints it (no line end): `<`, `>`, `&` and line separators escaped."""
    return jsontext.escaped(dump_json(write(message, release)))


def _write(message: type[Message], document: Mapping[str, Json], release: Release) -> dict[str, Json]:
    return {
        json: _value(field, document[json], release)
        for json, field in fields(message, release).items()
        if json in document and _is_written(field, document[json])
    }


def _is_written(field: AnyField, value: Json) -> bool:
    if value is None:
        return False
    if field.kind in ("list", "map"):
        return bool(value)
    if field.tracks_presence:
        return True
    if field.kind == "enum":
        return bool(field.numbers.get(value, value))
    return value not in _ZEROS


def _value(field: AnyField, value: Json, release: Release) -> Json:
    if field.message is not None:
        return _write(field.message, value or {}, release)
    if field.element is not None:
        if field.kind == "list":
            return [_value(field.element, item, release) for item in value]
        return {key: _value(field.element, value[key], release) for key in sorted(value)}
    # Go prints 64-bit integers as strings, since JavaScript's numbers cannot hold them.
    return str(value) if field.kind == "int64_value" else value
