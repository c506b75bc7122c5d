"""Methods of Kubernetes' Go types (docs/istio/go-templates.md § 13.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any

from meshc import catalog
from meshc.errors import InputError
from meshc.gotemplate import types
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.functions import dates
from meshc.gotemplate.json_text import Encoder
from meshc.gotemplate.printing import raise_unstable
from meshc.gotemplate.types import BOOL, FLOAT64, INT, INT32, INT64, STRING, Method, Type, pointer_to
from meshc.gotemplate.values import NONE, Map, Pointer, Scalar, Struct, Value, raw, wrapped
from meshc.injection.go_templates.bookkeeping import add_bookkeeping
from meshc.injection.go_templates.loading import moment
from meshc.kubernetes import quantity

if TYPE_CHECKING:
    from meshc.injection.go_templates.type_table import TypeTable

_SIGNATURE = re.compile(r"(ptr|value) func\((.*?)\)\s*(.*)")


def add_methods(type_: Type, entry: Mapping[str, Any], table: TypeTable) -> None:
    """Gives a type its methods: those that are known are called, the others say that meshc does not have them."""
    special = _SPECIAL.get(type_.name)
    if special is not None:
        special(type_, table)
    for name, one in entry.get("methods", {}).items():
        if name in type_.methods or not catalog.holds(one, table.release.version):
            continue
        type_.methods[name] = _getter(type_, name, one["signature"], table) or _missing(type_, name, one["signature"])
    if entry.get("string") == "ptr":
        add_bookkeeping(type_)
    if table.release.has("go.kubernetes_descriptors") and entry.get("string") == "ptr":
        type_.methods.setdefault("Descriptor", _DESCRIPTOR)
    if "string" in entry and "String" not in type_.methods:
        where = entry["string"] == "ptr"
        type_.methods["String"] = Method("String", _unprintable(type_), (), (STRING,), pointer=where)


def _not_called(*values: Value) -> Value:
    raise CallError("meshc: descriptors of types are not available")


_DESCRIPTOR = Method("Descriptor", _not_called, (), (types.BYTES, types.INTS), pointer=True)
"""A leftover of generated code; two results, so that templates cannot call it."""


def _unprintable(type_: Type) -> Callable[..., str]:
    def refuse(value: Value) -> str:
        if type_.kind != "struct":
            return str(raw(value))
        if type(value) is Pointer and value.target is None:
            return "nil"
        raise_unstable(f"a whole {type_.name}")
        return ""

    return refuse


def _getter(type_: Type, name: str, signature: str, table: TypeTable) -> Method | None:
    """`GetX` without parameters: the field X."""
    found = _SIGNATURE.fullmatch(signature)
    path = type_.path_to(name.removeprefix("Get")) if name.startswith("Get") else None
    if found is None or path is None or found.group(2):
        return None
    field = path[-1]

    def get(pointer: Value) -> Value:
        if pointer.target is None:
            raise CallError("runtime error: invalid memory address or nil pointer dereference")
        value = pointer.target
        for one in path:
            value = value.field(one)
        return value.copied() if type(value) is Struct else value

    return Method(name, get, (), (field.type,), pointer=True)


def _missing(type_: Type, name: str, signature: str) -> Method:
    found = _SIGNATURE.fullmatch(signature)
    pointer = found is None or found.group(1) == "ptr"
    given = found.group(3).split() if found is not None else []
    results = tuple([STRING for _ in given])

    def refuse(*values: Value) -> Value:
        raise CallError(f"meshc: the method {name} of {type_.name} is not available")

    params = tuple([types.ANY for one in (found.group(2).split(",") if found is not None else []) if one.strip()])
    return Method(name, refuse, params, results, pointer=pointer)


# Quantities


def _quantity(value: Value) -> str:
    struct = value.target if type(value) is Pointer else value
    source = struct.source if struct is not None else None
    text = "0" if source is None else str(source)
    try:
        return quantity.canonical(text)
    except InputError as error:
        raise CallError(error.message) from None


def _amount(value: Value) -> Decimal:
    return quantity.parse(_quantity(value))


def _rounded(amount: Decimal) -> Value:
    return wrapped(INT64, max(min(int(amount.to_integral_value(ROUND_CEILING)), (1 << 63) - 1), -(1 << 63)))


def _add_quantity(type_: Type, table: TypeTable) -> None:
    def own(name: str, call: Callable[..., Value], result: Type, params: tuple[Type, ...] = ()) -> None:
        type_.methods[name] = Method(name, call, params, (result,), pointer=name != "Equal")

    own("String", lambda one: "<nil>" if one.target is None else _quantity(one), STRING)
    own("Value", lambda one: _rounded(_amount(one)), INT64)
    own("MilliValue", lambda one: _rounded(_amount(one) * 1000), INT64)
    own("ScaledValue", lambda one, scale: _rounded(_amount(one).scaleb(-int(raw(scale)))), INT64, (INT32,))
    own("AsApproximateFloat64", lambda one: float(_amount(one)), FLOAT64)
    own("IsZero", lambda one: _amount(one) == 0, BOOL)
    own("Sign", lambda one: (_amount(one) > 0) - (_amount(one) < 0), INT)
    own("Cmp", lambda one, other: (_amount(one) > _amount(other)) - (_amount(one) < _amount(other)), INT, (type_,))
    own("Equal", lambda one, other: _amount(one) == _amount(other), BOOL, (type_,))
    type_.fields = (
        types.Field("i", _AMOUNT),
        types.Field("d", _DECIMAL),
        types.Field("s", STRING),
        types.Field("Format", table.parse("resource.Format"), "", True),
    )
    type_.load = _load_quantity
    type_.to_json = lambda one: f'"{_quantity(one)}"'


_AMOUNT = Type("struct", "resource.int64Amount", named=True)
_AMOUNT.fields = (types.Field("value", INT64), types.Field("scale", INT32))
_DECIMAL = Type("struct", "resource.infDecAmount", named=True)
_DECIMAL.fields = (types.Field("Dec", pointer_to(Type("struct", "inf.Dec", named=True)), "", True),)
_PLAIN_QUANTITY = re.compile(r"(-?[0-9]{1,15})(?:\.([0-9]{1,3}))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?")
_SCALES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_POWERS = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


def _load_quantity(source: Any, one: types.Field) -> Value:
    """The unexported fields of a quantity, which printing a quantity without an address shows."""
    found = _PLAIN_QUANTITY.fullmatch(str(source))
    if found is None or (found.group(3) in _POWERS and found.group(2)):
        raise_unstable("the raw fields of this quantity")
        return ""
    whole, fraction, suffix = found.group(1), found.group(2) or "", found.group(3) or ""
    binary = suffix in _POWERS
    if one.name == "d":
        return Struct(_DECIMAL)
    if one.name == "s":
        return "" if binary else str(source)
    if one.name == "Format":
        return Scalar(one.type, "BinarySI" if binary else "DecimalSI")
    value = int(whole) << _POWERS[suffix] if binary else int(whole + fraction)
    scale = 0 if binary else _SCALES[suffix] - len(fraction)
    return Struct(_AMOUNT, {"value": wrapped(INT64, value), "scale": wrapped(INT32, scale)})


def _add_resources(type_: Type, table: TypeTable) -> None:
    pointer = pointer_to(table.parse("resource.Quantity"))
    names = {"Cpu": "cpu", "Memory": "memory", "Storage": "storage", "Pods": "pods"}
    names["StorageEphemeral"] = "ephemeral-storage"

    def amount(key: str) -> Callable[[Value], Value]:
        return lambda one: _entry(one, key, pointer)

    for name, key in names.items():
        type_.methods[name] = Method(name, amount(key), (), (pointer,), pointer=True)


def _entry(value: Value, key: str, pointer: Type) -> Pointer:
    entries = value.target if type(value) is Pointer else value
    if pointer.elem is None or type(entries) is not Map:
        raise CallError("runtime error: invalid memory address or nil pointer dereference")
    key_type = entries.type.key
    found = entries.get(Scalar(key_type, key), NONE) if key_type is not None else NONE
    source = found.source if type(found) is Struct else "0"
    return Pointer(pointer, Struct(pointer.elem, source=source, addressable=True))


# Times


def _add_time(type_: Type, table: TypeTable) -> None:
    value = dates.TIME.methods
    for name in (
        "Day",
        "Format",
        "Hour",
        "Minute",
        "Month",
        "Second",
        "UTC",
        "Unix",
        "Year",
        "Weekday",
        "YearDay",
        "String",
    ):
        one = value[name]
        type_.methods[name] = Method(name, _of_moment(one.call), one.params, one.results)
    zero = value["IsZero"].call
    type_.methods["IsZero"] = Method(
        "IsZero", lambda pointer: pointer.target is None or _of_moment(zero)(pointer), (), (BOOL,), pointer=True
    )
    type_.load = lambda source, one: dates.time_struct(moment(Struct(type_, source=source)))
    type_.to_json = _time_json


def _of_moment(call: Callable[..., Value]) -> Callable[..., Value]:
    return lambda one, *rest: call(dates.time_struct(moment(one)), *rest)


def _time_json(value: Value) -> str:
    found = moment(value)
    if found == dates.moment_of(Struct(dates.TIME)):
        return "null"
    return Encoder().string(dates.formatted(found, "2006-01-02T15:04:05Z07:00"))


# Kinds


_KIND = Type("struct", "schema.GroupVersionKind", named=True)
_KIND.fields = (types.Field("Group", STRING), types.Field("Version", STRING), types.Field("Kind", STRING))


def _kind_text(one: Value) -> str:
    group, version, kind = (raw(one.field(field)) for field in _KIND.fields)
    return f"{group}/{version}, Kind={kind}"


_KIND.methods["String"] = Method("String", _kind_text, (), (STRING,))


def _add_kind(type_: Type, table: TypeTable) -> None:
    def kind_of(pointer: Value) -> Struct:
        source = pointer.target.source or {}
        group, _, version = (source.get("apiVersion") or "").rpartition("/")
        return Struct(_KIND, {"Group": group, "Version": version, "Kind": source.get("kind") or ""})

    type_.methods["GroupVersionKind"] = Method("GroupVersionKind", kind_of, (), (_KIND,), pointer=True)


# Number or string


def _add_int_or_string(type_: Type, table: TypeTable) -> None:
    def load(source: Any, one: types.Field) -> Value:
        is_text = isinstance(source, str)
        if one.name == "Type":
            return wrapped(one.type, int(is_text))
        if one.name == "IntVal":
            return wrapped(one.type, 0 if is_text or source is None else int(source))
        return source if is_text else ""

    def source_of(one: Value) -> Any:
        struct = one.target if type(one) is Pointer else one
        return struct.source if struct is not None else None

    def text(one: Value) -> str:
        if type(one) is Pointer and one.target is None:
            return "<nil>"
        source = source_of(one)
        return source if isinstance(source, str) else str(int(source or 0))

    def number(one: Value) -> int:
        source = source_of(one)
        if isinstance(source, str):
            return int(source) if re.fullmatch(r"[+-]?[0-9]{1,18}", source) else 0
        return int(source or 0)

    type_.load = load
    type_.methods["String"] = Method("String", text, (), (STRING,), pointer=True)
    type_.methods["IntValue"] = Method("IntValue", number, (), (INT,), pointer=True)
    type_.to_json = lambda one: Encoder().string(text(one)) if isinstance(source_of(one), str) else text(one)


def _add_namespaced_name(type_: Type, table: TypeTable) -> None:
    namespace, name = type_.fields

    def text(one: Value) -> str:
        return f"{raw(one.field(namespace))}/{raw(one.field(name))}"

    type_.methods["String"] = Method("String", text, (), (STRING,))


_SPECIAL: dict[str, Callable[[Type, Any], None]] = {
    "resource.Quantity": _add_quantity,
    "v1.ResourceList": _add_resources,
    "v1.Time": _add_time,
    "intstr.IntOrString": _add_int_or_string,
    "types.NamespacedName": _add_namespaced_name,
    "v1.TypeMeta": _add_kind,
}
