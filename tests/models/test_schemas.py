"""The JSON Schemas that are generated from the messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from meshc import catalog
from meshc.errors import UsageError
from meshc.models import proto, proxy, pydantic_models, schemas
from meshc.models.mesh_config import MeshConfig
from meshc.models.message import Field, Message, fields
from meshc.models.proxy_config import ProxyConfig
from scripts import generated

NEWEST = catalog.newest()


@pytest.mark.parametrize(("path", "content"), generated.files().items(), ids=lambda value: getattr(value, "name", ""))
def test_generated_files_are_current(path: Path, content: bytes) -> None:
    assert path.read_bytes() == content, "run scripts/generate"


@pytest.mark.parametrize(
    ("name", "json"),
    [("config_path", "configPath"), ("mesh_mTLS", "meshMTLS"), ("k8s_sa_jwt_path", "k8sSaJwtPath"), ("from_", "from")],
)
def test_json_names_follow_protobuf(name: str, json: str) -> None:
    assert Message.spellings(name)[0] == json


def sample(field: Field[Any]) -> Any:
    """A value a field takes, every nested message filled."""
    if field.element is not None:
        item = sample(field.element)
        return [item] if field.kind == "list" else {"key": item}
    if field.message is not None:
        chosen: dict[str | None, str] = {}
        members = fields(field.message, NEWEST)
        for name, member in members.items():
            chosen[member.oneof or name] = name
        return {name: sample(members[name]) for name in chosen.values()}
    values = {"string": "x", "bool": True, "bool_value": False, "double": 0.5, "duration": "5s", "struct": {"a": 1}}
    return next(iter(field.numbers)) if field.numbers else values.get(field.kind, 7)


@pytest.mark.parametrize("name", fields(MeshConfig, NEWEST))
def test_every_field_is_read_as_it_is_written(name: str) -> None:
    document = {name: sample(fields(MeshConfig, NEWEST)[name])}
    assert proto.read(MeshConfig, document, NEWEST, strict=True).value.document == document
    assert pydantic_models.model(MeshConfig).model_validate(document)


@pytest.mark.parametrize("name", fields(ProxyConfig, NEWEST))
def test_every_field_of_a_proxy_config_survives_writing_and_reading(name: str) -> None:
    document = {name: sample(fields(ProxyConfig, NEWEST)[name])}
    written = proxy.write(ProxyConfig(document), NEWEST)
    assert proxy.write(proxy.read(written, NEWEST).value, NEWEST) == written


def test_schemas_are_closed() -> None:
    schema = schemas.json_schema("MeshConfig")
    assert schema["additionalProperties"] is False
    assert schema["properties"]["accessLogEncoding"]["enum"] == ["TEXT", "JSON"]
    assert schema["$defs"]["ProxyConfig"]["properties"]["configPath"]["type"] == "string"


def test_the_schemas_show_the_built_in_defaults() -> None:
    assert schemas.json_schema("ProxyConfig")["properties"]["statusPort"]["default"] == 15020
    assert schemas.json_schema("MeshConfig")["$defs"]["ProxyConfig"]["properties"]["statusPort"]["default"] == 15020


def test_pydantic_models_are_closed() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        pydantic_models.model(ProxyConfig).model_validate({"statusprt": 1})


def test_others_offer_schemas_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "_SOURCES", {})
    schemas.register("Extra", lambda: {"type": "object"})
    assert "Extra" in schemas.names()
    assert schemas.json_schema("Extra")["type"] == "object"


@pytest.mark.parametrize(
    ("name", "hint"), [("meshconfig", "did you mean MeshConfig?"), ("qqq", "write one of MeshConfig")]
)
def test_an_unknown_schema_is_a_usage_error(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint.replace("?", r"\?")):
        schemas.json_schema(name)
