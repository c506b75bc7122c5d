"""JSON Schemas of everything users write, for editors and `meshc schema`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from meshc import catalog
from meshc.errors import UsageError, nearest
from meshc.late import late
from meshc.models import mesh
from meshc.models.mesh_config import MeshConfig
from meshc.models.message import Message
from meshc.models.operator_spec import OperatorSpec
from meshc.models.proxy_config import ProxyConfig
from meshc.models.values import Values
from meshc.yamlio import Json

if TYPE_CHECKING:
    from meshc.models import pydantic_models
else:
    pydantic_models = late("meshc.models.pydantic_models")

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MESSAGES: dict[str, type[Message]] = {m.__name__: m for m in (MeshConfig, OperatorSpec, ProxyConfig, Values)}
_RESOURCE = "ProxyConfigResource"
_SOURCES: dict[str, Callable[[], Json]] = {}


def register(name: str, source: Callable[[], Json]) -> None:
    """Offer a schema under a name; `source` is called when the schema is wanted."""
    _SOURCES[name] = source


def names() -> tuple[str, ...]:
    """Names that `json_schema` knows, sorted."""
    return tuple(sorted({*generated(), *_SOURCES}))


def generated() -> tuple[str, ...]:
    """Names of the schemas that are stored under `schemas/json/`."""
    return (*_MESSAGES, _RESOURCE)


def json_schema(name: str) -> Json:
    """The JSON Schema (draft 2020-12) of one kind of settings, with the defaults of the newest release.

    Raises UsageError for an unknown name.
    """
    if name not in names():
        near = nearest(name, names())
        hint = f"did you mean {near}?" if near else f"write one of {', '.join(names())}"
        raise UsageError("unknown schema", value=name, hint=hint)
    if name in _SOURCES:
        return {"$schema": _DIALECT, **_SOURCES[name]()}
    built_in = mesh.defaults(catalog.newest())
    defaults = {MeshConfig: built_in.document, ProxyConfig: built_in.default_config.document}
    model = pydantic_models.resource() if name == _RESOURCE else pydantic_models.model(_MESSAGES[name])
    return {"$schema": _DIALECT, "title": name, **pydantic_models.schema(model, defaults)}
