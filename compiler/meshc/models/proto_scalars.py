"""Reads single protobuf-JSON values: what a field of each type takes and what it becomes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from meshc.gotext import durations
from meshc.models.message import AnyField
from meshc.yamlio import Json

_LIMITS = {
    "int32": (-(2**31), 2**31),
    "int32_value": (-(2**31), 2**31),
    "uint32": (0, 2**32),
    "uint32_value": (0, 2**32),
    "int64_value": (-(2**63), 2**63),
}
_INTEGER = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_WHITESPACE = " \t\r\n"


class WrongType(ValueError):
    """A value that a field does not take; `hint` says what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def read(field: AnyField, value: Json) -> Json:
    """The value in interchange form: enums by name, durations canonical, quoted numbers as numbers.

    Raises WrongType.
    """
    return _READERS[field.kind](field, value)


def _string(_: AnyField, value: Json) -> Json:
    if isinstance(value, str):
        return value
    raise WrongType("must be a string", f'quote it: "{_plain(value)}"' if _is_scalar(value) else "write one string")


def _bool(_: AnyField, value: Json) -> Json:
    if isinstance(value, bool):
        return value
    raise WrongType("must be a boolean", "write true or false, without quotes")


def _integer(field: AnyField, value: Json) -> Json:
    low, high = _LIMITS[field.kind]
    number = value
    if (isinstance(value, str) and _INTEGER.fullmatch(value.strip(_WHITESPACE))) or (
        isinstance(value, float) and value.is_integer()
    ):
        number = int(value)
    if isinstance(number, bool) or not isinstance(number, int):
        raise WrongType("must be a whole number", "write digits only")
    if not low <= number < high:
        raise WrongType(f"must be a whole number from {low} to {high - 1}", "write a number within these bounds")
    return number


def _double(_: AnyField, value: Json) -> Json:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip(_WHITESPACE)):
        number = float(value)
        if math.isfinite(number):
            return number
    raise WrongType("must be a number", "write a number such as 1 or 0.5")


def _duration(_: AnyField, value: Json) -> Json:
    if isinstance(value, str):
        try:
            return durations.canonical(value)
        except ValueError:
            pass
    raise WrongType("must be a duration", "write number and unit, e.g. 45s, 1m30s or 500ms")


def _enum(field: AnyField, value: Json) -> Json:
    values = field.numbers
    if isinstance(value, str) and value in values:
        return value
    # YAML and JSON may write a whole number as 2.0, which protobuf-JSON takes.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # A number without a name is kept: proto3 enumerations are open.
    if isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31:
        return next((name for name, number in values.items() if number == value), value)
    raise WrongType("unknown value for an enumeration", f"write one of {', '.join(values)}")


def _struct(_: AnyField, value: Json) -> Json:
    if isinstance(value, dict):
        return value
    raise WrongType("must be a map", "write keys and values")


def _any(_: AnyField, value: Json) -> Json:
    return value


def _int_or_string(_: AnyField, value: Json) -> Json:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise WrongType("must be a whole number or a string", "write 1 or 25%")


def _is_scalar(value: Json) -> bool:
    return value is not None and not isinstance(value, dict | list)


def _plain(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_READERS: Mapping[str, Callable[[AnyField, Json], Json]] = {
    "string": _string,
    "bool": _bool,
    "bool_value": _bool,
    "int32": _integer,
    "uint32": _integer,
    "int32_value": _integer,
    "int64_value": _integer,
    "uint32_value": _integer,
    "double": _double,
    "duration": _duration,
    "enum": _enum,
    "struct": _struct,
    "any": _any,
    "int_or_string": _int_or_string,
}
