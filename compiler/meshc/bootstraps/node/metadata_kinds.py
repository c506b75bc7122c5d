"""Kinds of node metadata values: how each is read from JSON and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson

from meshc.gotext.parsing import parse_bool
from meshc.yamlio import Json


class KindError(ValueError):
    """A metadata value of the wrong kind; the message says what was expected."""


def read(kind: str, value: Json) -> Json:
    """Read one value of metadata by its kind (docs/istio/bootstrap.md § 2.3.2); raises KindError."""
    return _READERS[kind](value)


def show(kind: str, value: Json) -> Json:
    """Write one value as it stands in the metadata; None when it is left out (docs/istio/bootstrap.md § 2.3.4)."""
    if kind == "tristate":
        return None if value is None else _word(value)
    if not value:
        return {} if kind == "message" and value is not None else None
    return _WRITERS[kind](value) if kind in _WRITERS else value


def read_csv(value: Json) -> list[str]:
    """Read a comma-separated list: one string, empty means no element."""
    text = _string(value)
    return text.split(",") if text else []


def read_flag(value: Json) -> bool:
    """Read a boolean that travels as a string; a bare boolean is refused."""
    if not isinstance(value, str):
        raise KindError('expected a boolean inside a string, such as "true"')
    word = parse_bool(value)
    if word is None:
        raise KindError("expected one of true, false, 1, 0, t, f inside a string")
    return word


def read_ports(value: Json) -> list[Json]:
    """Read container ports: a string that holds a JSON list; only name, containerPort and protocol are kept."""
    if not isinstance(value, str):
        raise KindError("invalid syntax: expected a string that holds a JSON list of ports")
    try:
        ports = orjson.loads(value)
    except ValueError as error:
        raise KindError("expected a string that holds a JSON list of ports") from error
    if ports is not None and not isinstance(ports, list):
        raise KindError("expected a string that holds a JSON list of ports")
    return [_port(p) for p in ports or []]


def _port(port: Json) -> Json:
    if not isinstance(port, dict):
        raise KindError("expected a port as a JSON object")
    name, number, protocol = (port.get(k) for k in ("name", "containerPort", "protocol"))
    if not (isinstance(name or "", str) and isinstance(protocol or "", str)) or isinstance(number, bool):
        raise KindError("expected name and protocol as strings and containerPort as a number")
    if not isinstance(number or 0, int):
        raise KindError("expected containerPort as a whole number")
    shown = {"name": name} if name else {}
    return {**shown, "containerPort": number or 0, "protocol": protocol or ""}


def _string(value: Json) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise KindError("expected a string")
    return value


def _int(value: Json) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int):
        raise KindError("expected a whole number, which an environment variable cannot give")
    return value


def _map(value: Json) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise KindError("expected an object of strings")
    return {k: _string(v) for k, v in value.items()}


def _list(value: Json) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise KindError("expected a list of strings")
    return [_string(v) for v in value]


def _message(value: Json) -> Json:
    if value is not None and not isinstance(value, dict):
        raise KindError("expected an object")
    return value


def _word(value: bool) -> str:
    return "true" if value else "false"


_READERS: Mapping[str, Callable[[Json], Json]] = {
    "string": _string,
    "flag": read_flag,
    "tristate": lambda value: None if value is None else read_flag(value),
    "int": _int,
    "csv": read_csv,
    "ports": read_ports,
    "map": _map,
    "list": _list,
    "message": _message,
}
_WRITERS: Mapping[str, Callable[[Json], Json]] = {
    "flag": _word,
    "csv": ",".join,
    "list": list,
    "ports": lambda ports: orjson.dumps(ports).decode(),
}
