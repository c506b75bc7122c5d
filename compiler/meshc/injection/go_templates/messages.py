"""Istio's messages as Go sees them: getters, one-of fields, wrappers, durations, enums, text and JSON.

Source: docs/istio/go-templates.md §§ 13.3, 14.3. The source of a message is its protobuf JSON, set fields only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from meshc import catalog
from meshc.gotemplate import types
from meshc.gotemplate.durations import DURATION, parse_duration
from meshc.gotemplate.json_text import Encoder
from meshc.gotemplate.ordering import sorted_pairs
from meshc.gotemplate.types import STRING, Field, Method, Type
from meshc.gotemplate.values import Map, Nil, Pointer, Scalar, Slice, Struct, Value, raw, scalar, truth, wrapped, zero
from meshc.injection.go_templates.bookkeeping import add_bookkeeping
from meshc.injection.go_templates.loading import general, made

if TYPE_CHECKING:
    from meshc.injection.go_templates.type_table import TypeTable

_WRAPPER = re.compile(r"wrapperspb\.(\w+)Value")
_ENUM_NUMBER = Type("int32", "protoreflect.EnumNumber", named=True)


def add_enum(type_: Type, numbers: Mapping[str, int]) -> None:
    """An enum prints by name; unknown numbers as digits."""
    names = {number: name for name, number in numbers.items()}
    _NUMBERS[type_] = dict(numbers)
    type_.methods["String"] = Method("String", lambda one: names.get(raw(one), str(raw(one))), (), (STRING,))
    type_.methods["Number"] = Method("Number", lambda one: Scalar(_ENUM_NUMBER, raw(one)), (), (_ENUM_NUMBER,))


_NUMBERS: dict[Type, dict[str, int]] = {}


def add_message(type_: Type, entry: Mapping[str, Any], table: TypeTable) -> None:
    """Getters of all fields and one-of arms, the text form, and how fields are read."""
    arms = _arms(entry, table)
    if type_.name == "durationpb.Duration":
        type_.load = _load_duration
        type_.methods["AsDuration"] = Method("AsDuration", _as_duration, (), (DURATION,), pointer=True)
    elif _WRAPPER.fullmatch(type_.name):
        type_.load = lambda source, one: made(one.type, source)
    elif type_.name.startswith("structpb."):
        _add_struct(type_)
    else:
        type_.load = lambda source, one: load(source, one, arms)
    for one in type_.fields:
        type_.methods[f"Get{one.name}"] = Method(f"Get{one.name}", _getter(one), (), (one.type,), pointer=True)
    for name, one in entry.get("methods", {}).items():
        arm = next((arm for arm in arms if arm.field.name == name.removeprefix("Get")), None)
        if arm is not None and name.startswith("Get") and catalog.holds(one, table.release.version):
            type_.methods[name] = Method(name, _arm_getter(arm), (), (arm.field.type,), pointer=True)
    type_.methods["String"] = Method("String", lambda pointer: text_of(pointer.target), (), (STRING,), pointer=True)
    add_bookkeeping(type_)
    if type_.package.startswith(_API):
        type_.to_json = lambda one: _message_json(one.target if type(one) is Pointer else one)
        package, name = type_.package.removeprefix(_API).replace("/", "."), type_.name.partition(".")[2]
        full_name = f"istio.{package}.{name.replace('_', '.')}"
        type_.methods["ProtoReflect"] = Method(
            "ProtoReflect", lambda pointer: Struct(_REFLECTION, source=full_name), (), (_REFLECTION,), pointer=True
        )


_API = "istio.io/api/"
_REFLECTION = Type("struct", "impl.messageReflectWrapper", named=True)
_DESCRIPTOR = Type("struct", "impl.messageDescriptor", named=True)
_FULL_NAME = Type("string", "protoreflect.FullName", named=True)
_REFLECTION.methods["Descriptor"] = Method(
    "Descriptor", lambda one: Struct(_DESCRIPTOR, source=one.source), (), (_DESCRIPTOR,)
)
_DESCRIPTOR.methods["FullName"] = Method("FullName", lambda one: Scalar(_FULL_NAME, one.source), (), (_FULL_NAME,))


class Arm:
    """One arm of a one-of: the interface field it stands in, its struct type and that struct's only field."""

    def __init__(self, group: str, pointer: Type) -> None:
        self.group = group
        self.pointer = pointer
        self.struct = pointer.elem or pointer
        self.field = self.struct.fields[0]
        self.key = self.field.name[:1].lower() + self.field.name[1:]


def _arms(entry: Mapping[str, Any], table: TypeTable) -> list[Arm]:
    arms = []
    for text in entry.get("oneof", ()):
        group, _, name = text.partition("=")
        if table.has(name.lstrip("*")):
            arms.append(Arm(group, table.parse(name)))
    return arms


def json_name(one: Field) -> str:
    """The name of a field in protobuf JSON: `config_path` is `configPath`."""
    first, *rest = one.json.partition(",")[0].split("_")
    return first + "".join([part[:1].upper() + part[1:] for part in rest])


def load(source: Any, one: Field, arms: list[Arm]) -> Value:
    """A field of a message out of protobuf JSON."""
    if one.type.kind == "interface" and one.type is not types.ANY:
        return _one_of(source, one, arms)
    return value_of(one.type, source.get(json_name(one)) if isinstance(source, dict) else None)


def value_of(type_: Type, data: Any) -> Value:
    """A value of a message's field type."""
    if data is None:
        return zero(type_)
    if type_ in _NUMBERS:
        return scalar(type_, _NUMBERS[type_].get(data, 0) if isinstance(data, str) else int(data))
    if type_.kind == "slice" and type_.elem is not None:
        elem = type_.elem
        return Slice(type_, [value_of(elem, one) for one in data])
    if type_.kind == "map" and type_.elem is not None and type_ is not types.DICT:
        elem = type_.elem
        return Map(type_, [(key, value_of(elem, one)) for key, one in data.items()])
    return made(type_, data)


def _one_of(source: Any, one: Field, arms: list[Arm]) -> Value:
    for arm in arms:
        if arm.group == one.name and isinstance(source, dict) and arm.key in source:
            data = source[arm.key]
            members = {arm.field.name: value_of(arm.field.type, {} if data is None else data)}
            return Pointer(arm.pointer, Struct(arm.struct, members, addressable=True))
    return Nil(one.type)


def _getter(one: Field) -> Any:
    return lambda pointer: zero(one.type) if pointer.target is None else pointer.target.field(one)


def _arm_getter(arm: Arm) -> Any:
    def get(pointer: Value) -> Value:
        if pointer.target is not None:
            group = next(one for one in pointer.target.type.fields if one.name == arm.group)
            value = pointer.target.field(group)
            if type(value) is Pointer and value.type is arm.pointer:
                return value.target.field(arm.field)
        return zero(arm.field.type)

    return get


# Durations and free-form structs


def nanoseconds(source: Any) -> int:
    """The nanoseconds of a duration in protobuf JSON (`1.5s`)."""
    return (parse_duration(source) or 0) if isinstance(source, str) else 0


def _load_duration(source: Any, one: Field) -> Value:
    total = nanoseconds(source)
    seconds = abs(total) // 1_000_000_000 * (-1 if total < 0 else 1)
    return wrapped(one.type, seconds if one.name == "Seconds" else total - seconds * 1_000_000_000)


def _as_duration(pointer: Value) -> Value:
    return Scalar(DURATION, 0 if pointer.target is None else nanoseconds(pointer.target.source))


def _add_struct(type_: Type) -> None:
    type_.to_json = lambda one: Encoder().write(general((one.target if type(one) is Pointer else one).source))
    if type_.name == "structpb.Struct":
        type_.methods["AsMap"] = Method(
            "AsMap",
            lambda one: {} if one.target is None else general(one.target.source),
            (),
            (types.DICT,),
            pointer=True,
        )


# Text


def text_of(message: Struct | None) -> str:
    """Protobuf's text format on one line, one space between fields."""
    return "<nil>" if message is None else " ".join(_text_fields(message))


def _text_fields(message: Struct) -> list[str]:
    parts: list[str] = []
    for one in message.type.fields:
        value = message.field(one)
        if one.type.kind == "interface" and type(value) is Pointer:
            arm = value.target.type.fields[0]
            parts += _text_field(_snake(arm.name), value.target.field(arm), always=True)
        elif type(value) is not Nil:
            parts += _text_field(one.json.partition(",")[0], value)
    return parts


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _text_field(name: str, value: Value, *, always: bool = False) -> list[str]:
    if type(value) is Slice:
        return [f"{name}:{_text_value(one)}" for one in value.items or []]
    if type(value) is Map:
        return [f"{name}:{{key:{_text_value(key)} value:{_text_value(one)}}}" for key, one in sorted_pairs(value)]
    return [f"{name}:{_text_value(value)}"] if truth(value) or always else []


def _text_value(value: Value) -> str:
    if type(value) is Pointer:
        return "{" + text_of(value.target) + "}"
    if isinstance(value, str):
        return Encoder(html=False).string(value)
    if type(value) is Scalar and value.type in _NUMBERS:
        return str(value.type.methods["String"].call(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{raw(value):g}" if isinstance(value, float) else str(raw(value))


# JSON


def json_text(value: Value) -> str:
    """Protobuf JSON: names in lowerCamelCase, defaults left out, fields in the order of the message."""
    if type(value) is not Pointer or value.target is None:
        return "{}"
    return _message_json(value.target)


def _message_json(message: Struct) -> str:
    name = message.type.name
    if name == "durationpb.Duration":
        return f'"{_duration_json(nanoseconds(message.source))}"'
    if _WRAPPER.fullmatch(name):
        return _value_json(message.field(message.type.fields[0]))
    if name.startswith("structpb.") and message.type.to_json is not None:
        return str(message.type.to_json(message))
    members = []
    for one in message.type.fields:
        value = message.field(one)
        if one.type.kind == "interface" and type(value) is Pointer:
            arm = value.target.type.fields[0]
            members.append(f'"{arm.name[:1].lower()}{arm.name[1:]}":{_value_json(value.target.field(arm))}')
        elif type(value) is not Nil and truth(value):
            members.append(f'"{json_name(one)}":{_value_json(value)}')
    return "{" + ",".join(members) + "}"


def _duration_json(nanos: int) -> str:
    sign = "-" if nanos < 0 else ""
    seconds, rest = divmod(abs(nanos), 1_000_000_000)
    digits = f"{rest:09d}"
    for length in (0, 3, 6):
        if not digits[length:].strip("0"):
            digits = digits[:length]
            break
    return f"{sign}{seconds}{'.' if digits else ''}{digits}s"


def _value_json(value: Value) -> str:
    if type(value) is Pointer:
        return "null" if value.target is None else _message_json(value.target)
    if type(value) is Slice:
        return "[" + ",".join([_value_json(one) for one in value.items or []]) + "]"
    if type(value) is Map:
        encoder = Encoder()
        return "{" + ",".join([f"{encoder.string(raw(k))}:{_value_json(v)}" for k, v in sorted_pairs(value)]) + "}"
    if type(value) is Scalar and value.type in _NUMBERS:
        text = str(value.type.methods["String"].call(value))
        return text if text.lstrip("-").isdigit() else f'"{text}"'
    if type(value) is Scalar and value.type.kind in ("int64", "uint64"):
        return f'"{value.value}"'
    return Encoder().write(value)
