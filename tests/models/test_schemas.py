"""What is generated from the typed models: message tables and JSON Schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshc import catalog
from meshc.errors import UsageError
from meshc.models import proto, proto_table, proxy, schemas
from meshc.models.mesh_model import MeshConfig
from meshc.models.proto_types import json_name
from tests.models import generate

NEWEST = catalog.newest()


@pytest.mark.parametrize(("path", "content"), generate.files().items(), ids=lambda value: getattr(value, "name", ""))
def test_generated_files_are_current(path: Path, content: bytes) -> None:
    assert path.read_bytes() == content, "run: python -m tests.models.generate"


@pytest.mark.parametrize(
    ("name", "json"),
    [("config_path", "configPath"), ("mesh_mTLS", "meshMTLS"), ("k8s_sa_jwt_path", "k8sSaJwtPath"), ("from_", "from")],
)
def test_json_names_follow_protobuf(name: str, json: str) -> None:
    assert json_name(name) == json


def sample(field: proto_table.Field, depth: int = 0) -> Any:
    """A value a field takes, every nested message filled."""
    if field.element is not None:
        item = sample(field.element, depth)
        return [item] if field.type == "list" else {"key": item}
    if field.message is not None:
        chosen: dict[str | None, str] = {}
        members = proto_table.fields(field.message, NEWEST)
        for name, member in members.items():
            chosen[member.oneof or name] = name
        return {name: sample(members[name], depth + 1) for name in chosen.values()}
    values = {"string": "x", "bool": True, "bool_value": False, "double": 0.5, "duration": "5s", "struct": {"a": 1}}
    return next(iter(field.values)) if field.values else values.get(field.type, 7)


@pytest.mark.parametrize("name", proto_table.fields("MeshConfig", NEWEST))
def test_every_field_is_read_alike_by_table_and_model(name: str) -> None:
    document = {name: sample(proto_table.fields("MeshConfig", NEWEST)[name])}
    assert proto.read("MeshConfig", document, NEWEST, strict=True).value == document
    assert MeshConfig.model_validate(document).model_dump(by_alias=True, exclude_unset=True) == document


@pytest.mark.parametrize("name", proto_table.fields("ProxyConfig", NEWEST))
def test_every_field_of_a_proxy_config_survives_writing_and_reading(name: str) -> None:
    document = {name: sample(proto_table.fields("ProxyConfig", NEWEST)[name])}
    written = proxy.write(document, NEWEST)
    assert proxy.write(proxy.read(written, NEWEST).value, NEWEST) == written


def test_schemas_are_closed() -> None:
    schema = schemas.json_schema("MeshConfig")
    assert schema["additionalProperties"] is False
    assert schema["properties"]["accessLogEncoding"]["enum"] == ["TEXT", "JSON"]
    assert schema["$defs"]["ProxyConfig"]["properties"]["configPath"]["type"] == "string"


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
