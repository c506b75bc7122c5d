"""JSON Schemas of everything users write, for editors and `meshc schema`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

from meshc.errors import UsageError, nearest
from meshc.models.mesh_config import MeshConfig
from meshc.models.message import Field, Message, declared
from meshc.models.operator_spec import OperatorSpec
from meshc.models.proxy_config import ProxyConfig
from meshc.models.proxy_resources import API_VERSION, KIND, ProxyConfigResourceSpec
from meshc.models.values import Values
from meshc.yamlio import Json

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MESSAGES: dict[str, type[Message]] = {m.__name__: m for m in (MeshConfig, OperatorSpec, ProxyConfig, Values)}
_SOURCES: dict[str, Callable[[], Json]] = {}


def register(name: str, source: Callable[[], Json]) -> None:
    """Offer a schema under a name; `source` is called when the schema is wanted."""
    _SOURCES[name] = source


def names() -> tuple[str, ...]:
    """Names that `json_schema` knows, sorted."""
    return tuple(sorted({*generated(), *_SOURCES}))


def generated() -> tuple[str, ...]:
    """Names of the schemas that are stored under `schemas/json/`."""
    return (*_MESSAGES, "ProxyConfigResource")


def json_schema(name: str) -> Json:
    """The JSON Schema (draft 2020-12) of one kind of settings; UsageError for a name that is none."""
    if name in _SOURCES:
        return {"$schema": _DIALECT, **_SOURCES[name]()}
    if name not in generated():
        near = nearest(name, names())
        raise UsageError(
            "unknown schema", value=name, hint=f"did you mean {near}?" if near else f"write one of {', '.join(names())}"
        )
    if name == "ProxyConfigResource":
        return {"$schema": _DIALECT, **_of_resource()}
    return {"$schema": _DIALECT, **_of_message(_MESSAGES[name])}


def _of_resource() -> Json:
    """A whole ProxyConfig object; only the metadata that matters here is described."""
    text = {"type": "string"}
    return {
        "title": "ProxyConfigResource",
        "$defs": _definitions(ProxyConfigResourceSpec)
        | {ProxyConfigResourceSpec.__name__: _closed(ProxyConfigResourceSpec)},
        "description": "A whole ProxyConfig object.",
        "properties": {
            "apiVersion": {"const": API_VERSION, **text},
            "kind": {"const": KIND, **text},
            "metadata": {
                "properties": {"name": text, "namespace": text, "creationTimestamp": text},
                "required": ["name"],
                "type": "object",
            },
            "spec": _reference(ProxyConfigResourceSpec),
        },
        "required": ["apiVersion", "kind", "metadata"],
        "type": "object",
    }


def _of_message(message: type[Message]) -> Json:
    return {"title": message.__name__, "$defs": _definitions(message), **_closed(message)}


def _definitions(message: type[Message]) -> dict[str, Json]:
    """The schemas of all messages that a message refers to, by name."""
    found: dict[str, Json] = {}
    wanted = [*_used(message)]
    while wanted:
        used = wanted.pop()
        if used.__name__ not in found:
            found[used.__name__] = _closed(used)
            wanted += _used(used)
    return dict(sorted(found.items()))


def _used(message: type[Message]) -> Iterator[type[Message]]:
    for field in declared(message).values():
        found = field.message or (field.element and field.element.message)
        if found:
            yield found


def _closed(message: type[Message]) -> dict[str, Json]:
    properties = {field.json: _typed(field) | _described(field) for field in declared(message).values()}
    return {
        "additionalProperties": False,
        "description": inspect.getdoc(message) or "",
        "properties": properties,
        "type": "object",
    }


def _described(field: Field[Json]) -> dict[str, Json]:
    return {"description": field.doc} if field.doc else {}


def _typed(field: Field[Json]) -> dict[str, Json]:
    if field.message is not None:
        return _reference(field.message)
    if field.element is not None:
        inner = "items" if field.kind == "list" else "additionalProperties"
        return {inner: _typed(field.element), "type": "array" if field.kind == "list" else "object"}
    if field.kind == "enum":
        return {"enum": [*field.numbers], "type": "string"}
    return _SCALARS[field.kind]


def _reference(message: type[Message]) -> dict[str, Json]:
    return {"$ref": f"#/$defs/{message.__name__}"}


def _whole(bits: int, *, signed: bool) -> dict[str, Json]:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1)) if signed else (0, 2**bits)
    return {"exclusiveMaximum": high, "minimum": low, "type": "integer"}


_SCALARS: dict[str, dict[str, Json]] = {
    "string": {"type": "string"},
    "bool": {"type": "boolean"},
    "bool_value": {"type": "boolean"},
    "int32": _whole(32, signed=True),
    "int32_value": _whole(32, signed=True),
    "int64_value": _whole(64, signed=True),
    "uint32_value": _whole(32, signed=False),
    "uint32": _whole(32, signed=False),
    "double": {"type": "number"},
    "duration": {
        "examples": ["45s"],
        "pattern": r"^[+-]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$",
        "type": "string",
    },
    "struct": {"additionalProperties": True, "type": "object"},
    "any": {},
    "int_or_string": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
}
