"""Derives the message tables that reading and writing work by from the typed models.

The result is stored in `schemas/mesh/messages.json`, so that no compile run imports Pydantic for it.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from meshc.models.mesh_model import MeshConfig
from meshc.models.operator_model import OperatorSpec
from meshc.models.proto_types import Kind, Message, Numbers, OneOf, Since, Until
from meshc.models.proxy_resource import ProxyConfigResourceSpec
from meshc.models.values import Values
from meshc.models.values_types import ValuesMessage
from meshc.yamlio import Json

_SCALARS: dict[type, str] = {str: "string", bool: "bool", float: "double"}


def table() -> dict[str, Json]:
    """Message name → JSON field name → its description (`name`, `type`, `enum`, `message`, `oneof`, `since`)."""
    found: dict[str, Json] = {}
    for model in (MeshConfig, ProxyConfigResourceSpec, Values, OperatorSpec):
        _collect(model, found)
    return dict(sorted(found.items()))


def _collect(model: type[Message], found: dict[str, Json]) -> None:
    if model.__name__ in found:
        return
    fields: dict[str, Json] = {}
    found[model.__name__] = fields
    for name, info in model.model_fields.items():
        spelling = str(info.alias) if issubclass(model, ValuesMessage) else name.rstrip("_")
        fields[str(info.alias)] = {"name": spelling, **_describe(info)}
        for used in _messages(info.annotation):
            _collect(used, found)


def _describe(info: FieldInfo) -> dict[str, Json]:
    described = _type(info.annotation, tuple(info.metadata))
    for mark in info.metadata:
        match mark:
            case OneOf(group=group):
                described["oneof"] = group
            case Since(release=release):
                described["since"] = release
            case Until(release=release):
                described["until"] = release
    return described


def _type(annotation: Any, marks: tuple[Any, ...]) -> dict[str, Json]:
    """Type part of a description: `type`, with `of` for lists and maps, `values` for enums, `message` for messages."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(args[0], (*marks, *args[1:]))
    if origin in (Union, types.UnionType):
        return _type(next(a for a in args if a is not type(None)), marks)
    kind = next((m.name for m in marks if isinstance(m, Kind)), None)
    if kind is not None:
        return {"type": kind}
    if origin is list:
        return {"type": "list", "of": _type(args[0], ())}
    if origin is dict:
        return {"type": "map", "of": _type(args[1], ())}
    if origin is Literal:
        return {"type": "enum", "values": _numbered(args, marks)}
    if issubclass(annotation, Message):
        return {"type": "message", "message": annotation.__name__}
    return {"type": _SCALARS[annotation]}


def _numbered(names: tuple[str, ...], marks: tuple[Any, ...]) -> dict[str, Json]:
    numbers = next((m.numbers for m in marks if isinstance(m, Numbers)), {})
    return {name: numbers.get(name, place) for place, name in enumerate(names)}


def _messages(annotation: Any) -> Iterator[type[Message]]:
    if isinstance(annotation, type) and issubclass(annotation, Message):
        yield annotation
    for arg in get_args(annotation):
        yield from _messages(arg)
