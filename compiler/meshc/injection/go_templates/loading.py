"""Go values out of Kubernetes JSON and protobuf JSON, made when a template asks for them."""

from __future__ import annotations

from typing import Any

from meshc.gotemplate import types
from meshc.gotemplate.functions.dates import TIME, Moment, moment_of, time_value
from meshc.gotemplate.types import INTEGERS, Field, Type
from meshc.gotemplate.values import Map, Nil, Pointer, Scalar, Slice, Struct, Value, scalar, zero
from meshc.yamlio import Json

OWN_FORM = frozenset({"resource.Quantity", "v1.Time", "v1.MicroTime", "intstr.IntOrString", "v1.FieldsV1"})
"""Structs that JSON does not write as objects: their source is the JSON value itself."""


WHOLE = "*"
"""A mark among a struct's values: all of it was read."""


def load_field(source: Json, one: Field) -> Value:
    """The value of a struct's field: `source` is the JSON that stands for the struct."""
    if one.embedded and not one.json.partition(",")[0]:
        return made(one.type, source)
    if not isinstance(source, dict):
        return zero(one.type)
    name = one.json.partition(",")[0]
    if not name:
        name = one.name if one.name in source else one.name[:1].lower() + one.name[1:]
    return made(one.type, source.get(name))


def made(type_: Type, data: Json) -> Value:
    """The value of a type that JSON stands for; the zero value for null."""
    if data is None:
        return zero(type_)
    kind = type_.kind
    if kind == "string":
        return scalar(type_, str(data))
    if kind in INTEGERS:
        return scalar(type_, _integer(data))
    if kind == "struct":
        return Struct(type_, source=data, addressable=True)
    if kind == "ptr" and type_.elem is not None:
        return Pointer(type_, made(type_.elem, data))
    if kind == "slice" and type_.elem is not None:
        elem = type_.elem
        return Slice(type_, [made(elem, one) for one in data])
    if kind == "map" and type_.elem is not None and type_.key is not None:
        return _map(type_, type_.key, type_.elem, data)
    if kind == "interface":
        return general(data) if type_ is types.ANY else Nil(type_)
    return scalar(type_, float(data) if kind in types.FLOATS else data)


def _integer(data: Any) -> int:
    return data if isinstance(data, int) else int(data) if isinstance(data, str | float) else 0


def _map(type_: Type, key: Type, elem: Type, data: Json) -> Value:
    if type_ is types.DICT:
        return general(data)
    pairs = [(scalar(key, one), _unaddressed(made(elem, value))) for one, value in data.items()]
    return Map(type_, pairs)


def _unaddressed(value: Value) -> Value:
    return value.copied() if type(value) is Struct else value


def general(data: Json) -> Value:
    """JSON as `interface {}` values: every number is a float."""
    if isinstance(data, dict):
        return {key: general(one) for key, one in data.items()}
    if isinstance(data, list):
        return [general(one) for one in data]
    if isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    return data


def source_of(value: Value) -> Json:
    """The JSON behind a struct, a pointer to one or a list of them."""
    if type(value) is Pointer:
        return None if value.target is None else source_of(value.target)
    if type(value) is Struct:
        value.values[WHOLE] = True
        return value.source
    if type(value) is Slice:
        return [source_of(one) for one in value.items or []]
    return value.value if type(value) is Scalar else value


def parts_of(value: Value, *names: str) -> list[dict[str, Json]]:
    """Members of a list of structs, under their JSON names and as JSON."""
    found = []
    for one in value.items or [] if type(value) is Slice else []:
        paths = [path[-1] for path in map(one.type.path_to, names) if path is not None]
        found.append({field.json.partition(",")[0]: source_of(one.field(field)) for field in paths})
    return found


def moment(value: Value) -> Moment:
    """The time that a `v1.Time` holds."""
    struct = value.target if type(value) is Pointer else value
    source = struct.source if struct is not None else None
    if not isinstance(source, str):
        return moment_of(Struct(TIME))
    return moment_of(time_value(source))
