"""JSON Schemas of everything users write, for editors and `meshc schema`."""

from __future__ import annotations

from collections.abc import Callable

from meshc.errors import UsageError, nearest
from meshc.yamlio import Json

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SOURCES: dict[str, Callable[[], Json]] = {}


def register(name: str, source: Callable[[], Json]) -> None:
    """Offer a schema under a name; `source` is called when the schema is wanted."""
    _SOURCES[name] = source


def names() -> tuple[str, ...]:
    """Names that `json_schema` knows, sorted."""
    return tuple(sorted({*generated(), *_SOURCES}))


def generated() -> tuple[str, ...]:
    """Names of the schemas that are stored under `schemas/json/`."""
    return ("MeshConfig", "OperatorSpec", "ProxyConfig", "ProxyConfigResource", "Values")


def json_schema(name: str) -> Json:
    """The JSON Schema (draft 2020-12) of one kind of settings; UsageError for a name that is none."""
    if name in _SOURCES:
        return {"$schema": _DIALECT, **_SOURCES[name]()}
    if name not in generated():
        near = nearest(name, names())
        raise UsageError(
            "unknown schema", value=name, hint=f"did you mean {near}?" if near else f"write one of {', '.join(names())}"
        )
    return {"$schema": _DIALECT, "title": name, **_of_model(name)}


def _of_model(name: str) -> Json:
    from meshc.models.mesh_model import MeshConfig
    from meshc.models.operator_model import OperatorSpec
    from meshc.models.proxy_model import ProxyConfig
    from meshc.models.proxy_resource import ProxyConfigResource
    from meshc.models.values import Values

    models = {m.__name__: m for m in (MeshConfig, OperatorSpec, ProxyConfig, ProxyConfigResource, Values)}
    slim: Json = _slim(models[name].model_json_schema(by_alias=True))
    return slim


def _slim(node: Json) -> Json:
    """Drop what only says that a field may be left out: null alternatives, null defaults, titles made of names."""
    if isinstance(node, list):
        return [_slim(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {k: v for k, v in node.items() if not (k == "title" and isinstance(v, str)) and (k, v) != ("default", None)}
    options = kept.get("anyOf") or []
    others = [option for option in options if option != {"type": "null"}]
    if len(options) == 2 and len(others) == 1:
        del kept["anyOf"]
        kept = {**others[0], **kept}
    return {k: _slim(v) for k, v in kept.items()}
