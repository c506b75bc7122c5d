"""Pydantic models made from the declared messages: they write the JSON Schemas.

Nothing on the way of an injection imports this module: importing Pydantic and building the models takes longer than an
injection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from meshc.models import message
from meshc.models.message import Message
from meshc.models.proxy_resources import API_VERSION, KIND, ProxyConfigResourceSpec
from meshc.yamlio import Json

_DURATION = {
    "type": "string",
    "pattern": r"^[+-]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$",
    "examples": ["45s"],
}
_INT32 = Annotated[int, Field(ge=-(2**31), lt=2**31)]
_UINT32 = Annotated[int, Field(ge=0, lt=2**32)]
_TYPES: dict[str, Any] = {
    "string": str,
    "bool": bool,
    "bool_value": bool,
    "int32": _INT32,
    "int32_value": _INT32,
    "int64_value": Annotated[int, Field(ge=-(2**63), lt=2**63)],
    "uint32": _UINT32,
    "uint32_value": _UINT32,
    "double": float,
    "duration": Annotated[str, WithJsonSchema(_DURATION)],
    "struct": dict[str, Any],
    "any": Any,
    "int_or_string": int | str,
}
_MODELS: dict[type[Message], type[BaseModel]] = {}


class ObjectMeta(BaseModel):
    """The part of an object's metadata that matters here; everything else is ignored."""

    name: str
    namespace: str | None = None
    creationTimestamp: str | None = None


def model(of: type[Message]) -> type[BaseModel]:
    """The closed model of a message: the same fields under the same names, strict types, unknown keys refused."""
    if of in _MODELS:
        return _MODELS[of]
    fields: dict[str, Any] = {
        f"field_{place}": (_type(field) | None, Field(None, alias=field.json, description=field.doc or None))
        for place, field in enumerate(message.declared(of).values())
    }
    config = ConfigDict(extra="forbid", strict=True)
    made: type[BaseModel] = create_model(of.__name__, __config__=config, __doc__=of.__doc__, **fields)
    return _MODELS.setdefault(of, made)


def resource() -> type[BaseModel]:
    """The model of a whole ProxyConfig object."""
    fields: dict[str, Any] = {
        "apiVersion": Literal[API_VERSION],
        "kind": Literal[KIND],
        "metadata": ObjectMeta,
        "spec": (model(ProxyConfigResourceSpec) | None, None),
    }
    return create_model("ProxyConfigResource", __doc__="A whole ProxyConfig object.", **fields)


def schema(of: type[BaseModel], defaults: Mapping[type[Message], Mapping[str, Json]]) -> dict[str, Json]:
    """The JSON Schema of a model without its title; `defaults` are shown with the fields of the messages they are for."""
    found: dict[str, Json] = _slim(of.model_json_schema(by_alias=True))
    for described, values in defaults.items():
        place = found if described.__name__ == of.__name__ else found.get("$defs", {}).get(described.__name__)
        for key, value in values.items() if place else ():
            if not isinstance(value, dict | list):
                place["properties"][key]["default"] = value
    return found


def _type(field: message.AnyField) -> Any:
    if field.message is not None:
        return model(field.message)
    if field.element is not None:
        inner: Any = _type(field.element)
        return list[inner] if field.kind == "list" else dict[str, inner]
    return Literal[*field.numbers] if field.kind == "enum" else _TYPES[field.kind]


def _slim(node: Json) -> Json:
    """Drop what only says that a field may be left out: null alternatives, null defaults, titles made of names."""
    if isinstance(node, list):
        return [_slim(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {k: v for k, v in node.items() if not (k == "title" and isinstance(v, str)) and (k, v) != ("default", None)}
    others = [option for option in kept.get("anyOf") or () if option != {"type": "null"}]
    if "anyOf" in kept and len(others) == 1:
        del kept["anyOf"]
        kept = {**others[0], **kept}
    elif others:
        kept["anyOf"] = others
    return {k: _slim(v) for k, v in kept.items()}
