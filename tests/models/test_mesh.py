"""MeshConfig: defaults and merging of documents (docs/istio/injection.md § 5.3, §5.4)."""

from __future__ import annotations

from typing import Any

import pytest

from meshc import catalog, yamlio
from meshc.errors import ErrorGroup, SettingsError
from meshc.models import mesh
from meshc.models.error_positions import pointed
from meshc.models.mesh_config import MeshConfig

NEWEST = catalog.newest()


@pytest.mark.parametrize(
    ("release", "fields"),
    [
        ("1.17.8", {}),
        ("1.18.0", {"proxyInboundListenPort": 15006, "enablePrometheusMerge": True}),
        (
            "1.22.0",
            {
                "proxyInboundListenPort": 15006,
                "enablePrometheusMerge": True,
                "inboundTrafficPolicy": {"mode": "PASSTHROUGH"},
            },
        ),
    ],
)
def test_defaults_gain_fields(release: str, fields: dict[str, Any]) -> None:
    found = mesh.defaults(catalog.release(release)).document
    names = ("proxyInboundListenPort", "enablePrometheusMerge", "inboundTrafficPolicy")
    assert {name: found[name] for name in names if name in found} == fields
    assert found["rootNamespace"] == "istio-system"


@pytest.mark.parametrize("release", catalog.releases(), ids=str)
def test_defaults_are_valid(release: catalog.Release) -> None:
    applied = mesh.apply(mesh.defaults(release), None, release, strict=True)
    assert applied.value == mesh.defaults(release)
    assert applied.warnings == ()


@pytest.mark.parametrize(
    ("base", "document", "merged"),
    [
        ({"accessLogFile": "a"}, {"accessLogFile": ""}, {"accessLogFile": ""}),
        ({"accessLogFile": "a"}, {"access_log_file": None}, {"accessLogFile": "a"}),
        (
            {"defaultConfig": {"statusPort": 1, "tracing": {"sampling": 1}, "proxyMetadata": {"A": "1"}}},
            {"default_config": {"tracing": {}, "proxyMetadata": {"B": "2"}}},
            {"defaultConfig": {"statusPort": 1, "tracing": {}, "proxyMetadata": {"A": "1", "B": "2"}}},
        ),
        ({"defaultConfig": {"statusPort": 1}}, {"defaultConfig": None}, {"defaultConfig": {"statusPort": 1}}),
        ({}, {"defaultConfig": {"statusPort": 1}}, {"defaultConfig": {"statusPort": 1}}),
        (
            {"defaultProviders": {"metrics": ["a"], "tracing": ["t"]}},
            {"defaultProviders": {"metrics": ["b"]}},
            {"defaultProviders": {"metrics": ["b"], "tracing": ["t"]}},
        ),
        (
            {"extensionProviders": [{"name": "a", "prometheus": {}}, {"name": "b", "prometheus": {}}]},
            {"extensionProviders": [{"name": "c", "prometheus": {}}, {"name": "a", "zipkin": {"port": 1}}]},
            {
                "extensionProviders": [
                    {"name": "a", "zipkin": {"port": 1}},
                    {"name": "b", "prometheus": {}},
                    {"name": "c", "prometheus": {}},
                ]
            },
        ),
        (
            {"trustDomainAliases": ["b", "a"]},
            {"trustDomainAliases": ["c", "b"]},
            {"trustDomainAliases": ["a", "b", "c"]},
        ),
        ({"defaultServiceExportTo": ["*"]}, {"defaultServiceExportTo": []}, {}),
        ({"localityLbSetting": {"enabled": True}}, {"localityLbSetting": {}}, {"localityLbSetting": {}}),
    ],
)
def test_documents_merge_onto_a_base(base: Any, document: Any, merged: Any) -> None:
    assert mesh.merge(MeshConfig(base), document, NEWEST).value.document == merged


def test_the_base_is_left_alone() -> None:
    base = mesh.defaults(NEWEST)
    mesh.apply(
        base, {"extensionProviders": [{"name": "x", "prometheus": {}}], "defaultConfig": {"concurrency": 1}}, NEWEST
    )
    assert base == mesh.defaults(NEWEST)


def test_apply_tells_every_invalid_value_with_its_path() -> None:
    with pytest.raises(ErrorGroup) as raised:
        mesh.apply(mesh.defaults(NEWEST), {"connectTimeout": "0s", "defaultConfig": {"statusPort": 0}}, NEWEST)
    assert [error.path for error in raised.value.errors] == ["connectTimeout", "defaultConfig.statusPort"]
    with pytest.raises(SettingsError, match="connectTimeout: must be whole milliseconds"):
        mesh.apply(mesh.defaults(NEWEST), {"connectTimeout": "2h"}, NEWEST)


def test_apply_gives_the_warnings_of_reading_and_validating() -> None:
    document = {"foo": 1, "extensionProviders": [{"name": "x"}]}
    assert mesh.apply(mesh.defaults(NEWEST), document, NEWEST, path=("mesh",)).warnings == (
        "mesh.foo: unknown field of MeshConfig, ignored",
        "mesh.extensionProviders[3]: names no provider",
    )


def test_errors_point_into_the_document() -> None:
    text = "accessLogFile: /dev/stdout\ndefaultConfig:\n  proxyMetadata:\n    A: true\n  statusport: 1\n"
    document = yamlio.load_all(text, file="mesh.yaml")[0]
    with pytest.raises(ErrorGroup) as raised, pointed(document):
        mesh.apply(mesh.defaults(NEWEST), document.value, NEWEST, strict=True)
    assert [(e.file, e.line) for e in raised.value.errors] == [("mesh.yaml", 4), ("mesh.yaml", 5)]
    assert 'hint: quote it: "true"' in str(raised.value)
    assert "hint: did you mean statusPort?" in str(raised.value)


def test_an_error_about_a_missing_field_points_at_its_parent() -> None:
    document = yamlio.load_all("\ndefaultConfig:\n  configPath: x\n", file="mesh.yaml")[0]
    base = mesh.defaults(NEWEST)
    del base.document["defaultConfig"]["drainDuration"]
    with pytest.raises(SettingsError, match=r"defaultConfig\.drainDuration: must be set") as raised, pointed(document):
        mesh.apply(base, document.value, NEWEST)
    assert (raised.value.file, raised.value.line) == ("mesh.yaml", 2)


def test_a_pointed_error_keeps_its_place() -> None:
    document = yamlio.load_all("a: 1", file="x.yaml")[0]
    with pytest.raises(SettingsError) as raised, pointed(document):
        raise SettingsError("wrong", file="y.yaml", line=7)
    assert (raised.value.file, raised.value.line) == ("y.yaml", 7)


@pytest.mark.parametrize("text", ["", "# none\n"])
def test_an_empty_text_is_an_empty_document(text: str) -> None:
    assert mesh.parse_text(text) == {}
