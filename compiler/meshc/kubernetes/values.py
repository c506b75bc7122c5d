"""How single values of Kubernetes objects are read: strings, numbers, quantities, times."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NoReturn

from meshc.errors import PathPart
from meshc.gotext import jsontext, numbers
from meshc.kubernetes import quantity
from meshc.yamlio import Json

Decoder = Callable[[object], Json]

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,]\d+)?(Z|[-+]\d\d:\d\d)", re.ASCII)


class Mismatch(Exception):
    """A value that does not fit the schema; `path` grows from the inside outwards."""

    def __init__(self, message: str, value: object, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.value = value
        self.hint = hint
        self.path: list[PathPart] = []


def refuse(wanted: str, value: object, hint: str | None = None) -> NoReturn:
    """Raise the Mismatch for a value of the wrong type."""
    raise Mismatch(f"cannot unmarshal {kind_of(value)} into {wanted}", value, hint)


def kind_of(value: object) -> str:
    """The JSON name of a value's type."""
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case str():
            return "string"
        case int() | float():
            return "number"
        case list():
            return "array"
    return "object"


def string(value: object) -> str:
    """A string field as it is."""
    if type(value) is str:
        return value
    return refuse("a string", value, "put the value between quotes")


def courteous_string(value: object) -> str:
    """A string field of a user's document: unquoted numbers and booleans become strings."""
    if type(value) is str:
        return value
    if value is True:
        return "true"
    if value is False:
        return "false"
    if type(value) is int:
        return str(value)
    if type(value) is float:
        return numbers.float32(value)
    return refuse("a string", value, "write one string here")


def boolean(value: object) -> bool:
    """A boolean field."""
    if value is True or value is False:
        return value
    return refuse("a bool", value, "write true or false, without quotes")


def integer(bits: int) -> Callable[[object], int]:
    """The decoder of integer fields of 32 or 64 bits."""
    limit = 1 << (bits - 1)

    def read(value: object) -> int:
        if type(value) is float:
            value = jsontext.number(value)
        if type(value) is not int:
            return refuse(f"an int{bits}", value, "write a whole number, without quotes")
        if not -limit <= value < limit:
            raise Mismatch(f"number out of range for int{bits}", value, f"write a number below {limit}")
        return value

    return read


def amount(value: object) -> str:
    """A quantity field: a string or number, in canonical form."""
    match value:
        case None:
            return "0"
        case str():
            text = value.strip()
        case int() | float() if not isinstance(value, bool):
            text = jsontext.number_text(value)
        case _:
            return refuse("a quantity", value, "write e.g. 100m, 0.5, 128Mi or 1Gi")
    try:
        return quantity.canonical(text)
    except quantity.QuantityError as error:
        raise Mismatch(error.message, value, error.hint) from None


def int_or_string(value: object) -> str | int:
    """A field that takes a number or a name, such as a probe's port."""
    if type(value) is str:
        return value
    return _INT32(0 if value is None else value)


def moment(value: object) -> str | None:
    """A point in time: RFC 3339 in UTC with whole seconds; null stays null."""
    if value is None:
        return None
    if type(value) is not str:
        return refuse("a time", value, "write e.g. 2024-01-31T12:00:00Z")
    found = _RFC3339.fullmatch(value)
    try:
        when = datetime.fromisoformat("".join(found.groups()) if found else "").astimezone(UTC)
    except (ValueError, OverflowError):
        raise Mismatch(
            f'parsing time "{value}": not a time of RFC 3339', value, "write e.g. 2024-01-31T12:00:00Z"
        ) from None
    return None if when == _ZERO_TIME else when.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)


def anything(value: Json) -> Json:
    """A field without a schema."""
    return value


_INT32 = integer(32)
_ZERO_TIME = datetime(1, 1, 1, tzinfo=UTC)
