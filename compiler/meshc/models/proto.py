"""Protobuf-JSON by the message tables: read over a base, write in declaration order, print as Istio does.

A message travels as a plain dict with lowerCamelCase keys that holds the set fields only: durations as `45s`,
enums by name, numbers as numbers.  See docs/istio/injection.md § 5.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from meshc.catalog import Release
from meshc.errors import PathPart, raise_all
from meshc.gotext import jsontext
from meshc.models import proto_reader, proto_writer
from meshc.models.message import Message
from meshc.yamlio import Json, dump_json


class Reading(NamedTuple):
    """What came of a document: the message and one warning for each ignored key."""

    value: dict[str, Json]
    warnings: tuple[str, ...]


def read(
    message: type[Message],
    document: Json,
    release: Release,
    *,
    base: Mapping[str, Json] | None = None,
    strict: bool = False,
    path: tuple[PathPart, ...] = (),
) -> Reading:
    """Read a document over a base: present fields replace whole values, null ones count as absent.

    `document` None is an empty one.  Unknown keys are warnings, in strict mode errors.  Raises SettingsError for a
    value of the wrong type, ErrorGroup for several errors; each names its path below `path`.
    """
    reader = proto_reader.Reader(release, strict)
    value = reader.overlay(message, dict(base or {}), {} if document is None else document, path)
    raise_all(reader.errors)
    return Reading(value, tuple(reader.warnings))


def write(message: type[Message], value: Mapping[str, Json], release: Release) -> dict[str, Json]:
    """The dict that a protobuf writer prints: declaration order, zero scalars and empty lists left out."""
    return proto_writer.write(message, value, release)


def to_text(message: type[Message], value: Mapping[str, Json], release: Release) -> str:
    """One line of compact JSON, as `protoToJSON` prints it (no line end): `<`, `>`, `&` and line separators escaped."""
    return jsontext.escaped(dump_json(write(message, value, release)))
