"""The message tables: which fields a message has in a release, under both spellings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import orjson

from meshc import resources
from meshc.catalog import Release, holds
from meshc.yamlio import Json

WRAPPERS = frozenset({"bool_value", "int32_value", "int64_value"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its two spellings, its type and what goes with it (`element` for lists and maps)."""

    json: str
    name: str
    type: str
    message: str | None = None
    values: Mapping[str, int] | None = None
    element: Field | None = None
    oneof: str | None = None
    since: str | None = None

    @property
    def tracks_presence(self) -> bool:
        """Whether a zero value differs from an absent one (wrappers, messages, members of a one-of)."""
        return self.oneof is not None or self.type in WRAPPERS or self.type in ("message", "duration", "struct")


def fields(message: str, release: Release) -> Mapping[str, Field]:
    """Fields of a message in a release by JSON name, in declaration order."""
    return _fields(message, release)


def ever(message: str, spelling: str) -> Field | None:
    """The field of any release that is spelled like this."""
    return next((f for f in _all(message) if spelling in (f.json, f.name)), None)


def same_choice(message: str, field: Field) -> tuple[str, ...]:
    """JSON names of the other members of the field's one-of."""
    return tuple(f.json for f in _all(message) if f.oneof and f.oneof == field.oneof and f.json != field.json)


@cache
def _fields(message: str, release: Release) -> Mapping[str, Field]:
    entries = _tables()[message]
    return {f.json: f for f in _all(message) if holds(entries[f.json], release.dated("mesh.messages"))}


@cache
def _all(message: str) -> tuple[Field, ...]:
    return tuple(_field(json, entry) for json, entry in _tables()[message].items())


def _field(json: str, entry: Json) -> Field:
    return Field(
        json=json,
        name=entry.get("name", json),
        type=entry["type"],
        message=entry.get("message"),
        values=entry.get("values"),
        element=_field(json, entry["of"]) if "of" in entry else None,
        oneof=entry.get("oneof"),
        since=entry.get("since"),
    )


@cache
def _tables() -> Mapping[str, Mapping[str, Json]]:
    tables: Mapping[str, Mapping[str, Json]] = orjson.loads(
        resources.path("schemas", "mesh", "messages.json").read_bytes()
    )
    return tables
