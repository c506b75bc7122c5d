"""Declarations of fields of protobuf messages, one function a type.

A field that tracks presence (wrappers, durations, members of a one-of) reads as None where it is absent, every other one
as its zero value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar, overload

from meshc.models.message import ABSENT, Field, Message
from meshc.yamlio import Json

M = TypeVar("M", bound=Message)
T = TypeVar("T")


@overload
def string(doc: str = "", *, oneof: str, since: str | None = None, until: str | None = None) -> Field[str | None]: ...
@overload
def string(doc: str = "", *, since: str | None = None, until: str | None = None) -> Field[str]: ...
def string(
    doc: str = "", *, oneof: str | None = None, since: str | None = None, until: str | None = None
) -> Field[str] | Field[str | None]:
    """A string."""
    if oneof is None:
        return Field("string", "", doc, since=since, until=until)
    chosen: Field[str | None] = Field("string", None, doc, oneof=oneof, since=since, until=until)
    return chosen


def boolean(doc: str = "", *, since: str | None = None, until: str | None = None) -> Field[bool]:
    """A boolean."""
    return Field("bool", False, doc, since=since, until=until)


def int32(doc: str = "", *, since: str | None = None, until: str | None = None) -> Field[int]:
    """A whole number of 32 bits."""
    return Field("int32", 0, doc, since=since, until=until)


def uint32(doc: str = "", *, since: str | None = None, until: str | None = None) -> Field[int]:
    """A whole number of 32 bits that is not negative."""
    return Field("uint32", 0, doc, since=since, until=until)


def double(doc: str = "", *, since: str | None = None, until: str | None = None) -> Field[float]:
    """A number; whole ones stay `int`."""
    return Field("double", 0.0, doc, since=since, until=until)


def bool_value(doc: str = "", *, since: str | None = None, until: str | None = None) -> Field[bool | None]:
    """A boolean that may be absent (`BoolValue`)."""
    return Field("bool_value", None, doc, since=since, until=until)


def int32_value(doc: str = "", *, since: str | None = None, until: str | None = None) -> Field[int | None]:
    """A whole number that may be absent (`Int32Value`)."""
    return Field("int32_value", None, doc, since=since, until=until)


def uint32_value(doc: str = "", *, since: str | None = None, until: str | None = None) -> Field[int | None]:
    """A whole number that is not negative and may be absent (`UInt32Value`)."""
    return Field("uint32_value", None, doc, since=since, until=until)


def int64_value(doc: str = "", *, since: str | None = None, until: str | None = None) -> Field[int | None]:
    """A whole number of 64 bits that may be absent (`Int64Value`)."""
    return Field("int64_value", None, doc, since=since, until=until)


def duration(doc: str = "", *, since: str | None = None, until: str | None = None) -> Field[str | None]:
    """A duration in canonical form, `45s` or `0.500s`."""
    return Field("duration", None, doc, since=since, until=until)


def struct(
    doc: str = "", *, oneof: str | None = None, since: str | None = None, until: str | None = None
) -> Field[Mapping[str, Json] | None]:
    """Any JSON object (`google.protobuf.Struct`)."""
    return Field("struct", None, doc, oneof=oneof, since=since, until=until)


@overload
def enum(
    *names: str,
    doc: str = "",
    numbers: Mapping[str, int] | None = None,
    oneof: str,
    since: str | None = None,
    until: str | None = None,
) -> Field[str | None]: ...
@overload
def enum(
    *names: str,
    doc: str = "",
    numbers: Mapping[str, int] | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Field[str]: ...
def enum(
    *names: str,
    doc: str = "",
    numbers: Mapping[str, int] | None = None,
    oneof: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Field[str] | Field[str | None]:
    """One of some names; `numbers` gives those that are not numbered by their position."""
    numbered = {name: place for place, name in enumerate(names)} | dict(numbers or {})
    if oneof is None:
        return Field("enum", names[0], doc, numbers=numbered, since=since, until=until)
    chosen: Field[str | None] = Field("enum", None, doc, numbers=numbered, oneof=oneof, since=since, until=until)
    return chosen


def message(
    of: type[M], doc: str = "", *, oneof: str | None = None, since: str | None = None, until: str | None = None
) -> Field[M]:
    """Another message; an absent one is false."""
    return Field("message", of(), doc, message=of, view=of.at_place, oneof=oneof, since=since, until=until)


def repeated(
    element: Field[T], doc: str = "", *, since: str | None = None, until: str | None = None
) -> Field[Sequence[T]]:
    """A list."""
    view = element.view
    if view is None:
        return Field("list", (), doc, element=element, since=since, until=until)
    return Field(
        "list",
        (),
        doc,
        element=element,
        view=lambda value, place: [view(item, (*place, index)) for index, item in enumerate(value)],
        since=since,
        until=until,
    )


def mapping(
    element: Field[T], doc: str = "", *, since: str | None = None, until: str | None = None
) -> Field[Mapping[str, T]]:
    """A map with string keys."""
    view = element.view
    if view is None:
        return Field("map", ABSENT, doc, element=element, since=since, until=until)
    return Field(
        "map",
        ABSENT,
        doc,
        element=element,
        view=lambda value, place: {key: view(item, (*place, key)) for key, item in value.items()},
        since=since,
        until=until,
    )
