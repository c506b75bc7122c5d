"""The project file."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from meshc import load
from meshc.cli.options import SettingsOptions
from meshc.errors import MeshcError
from meshc.load import projects
from meshc.load.schema import project_schema
from meshc.settings import Settings


def _write(folder: Path, text: str) -> Path:
    path = folder / "meshc.yaml"
    path.write_text(text)
    return path


def test_keys_are_the_long_options() -> None:
    options = {f.name.replace("_", "-") for f in dataclasses.fields(SettingsOptions)}
    assert set(projects.KEYS) - {"workloads", "goldens"} == options - {"settings", "no-settings", "debug"}


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    for name in ("b", "a"):
        (tmp_path / "apps" / f"{name}.yaml").write_text("{}")
    text = "release: '1.27'\nvalues: [v.yaml]\nmesh-config: m.yaml\nset: [hub=x]\nlenient: true\nworkloads: [apps/*.yaml, one.yaml]\n"
    found = load.project(_write(tmp_path, text))
    assert found is not None
    assert found.settings == {
        "release": "1.27",
        "values": [str(tmp_path / "v.yaml")],
        "mesh_config": [str(tmp_path / "m.yaml")],
        "set": ["hub=x"],
        "lenient": True,
    }
    assert found.workloads == tuple(str(tmp_path / name) for name in ("apps/a.yaml", "apps/b.yaml", "one.yaml"))


def test_settings_may_stand_in_the_file_itself(tmp_path: Path) -> None:
    found = load.project(_write(tmp_path, "values: {global: {network: net}}\nfeature: {A: b}\n"))
    assert found is not None
    settings = Settings.load(**found.under({}))
    assert settings.values.global_.network == "net"
    assert settings.features["A"] == "b"


def test_the_command_line_wins(tmp_path: Path) -> None:
    found = load.project(_write(tmp_path, "profile: demo\nset: [hub=a]\nrelease: '1.20'\nfeature: {A: a, B: b}\n"))
    assert found is not None
    said = found.under({"release": "1.30", "set": ["hub=b"], "feature": {"A": "c"}})
    assert said == {"profile": "demo", "set": ["hub=a", "hub=b"], "release": "1.30", "feature": {"A": "c", "B": "b"}}
    assert "profile" not in found.under({"set": ["profile=minimal"]})


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("profil: demo\n", "1:1: profil: unknown setting", "did you mean profile?"),
        ("release: 1.30\n", "wrong type", 'release: "1.30"'),
        ("a: 1\nb: 2\n", "2:1: b: unknown setting", "known are"),
        ("lenient: 'yes'\n", "wrong type", "lenient: true"),
        ("set: {a: b}\n", "wrong type", "meshConfig"),
        ("workloads: [none*.yaml]\n", "no file matches", "relative"),
        ("feature: [A]\n", "wrong type", "ENABLE_NATIVE_SIDECARS"),
        ("values: 5\n", "wrong type", "file.yaml"),
        ("- a\n", "is a map", "profile: demo"),
        ("profile: a\nprofile: b\n", "profile", ""),
    ],
)
def test_the_file_is_closed(tmp_path: Path, text: str, message: str, hint: str) -> None:
    with pytest.raises(MeshcError) as raised:
        load.project(_write(tmp_path, text))
    assert message in str(raised.value)
    assert hint in str(raised.value)


def test_the_nearest_file_up_to_the_repository_counts(tmp_path: Path) -> None:
    inner = tmp_path / "repository" / "deep" / "deeper"
    inner.mkdir(parents=True)
    _write(tmp_path, "profile: demo\n")
    assert load.project(start=inner) is not None
    (tmp_path / "repository" / ".git").mkdir()
    assert load.project(start=inner) is None
    _write(tmp_path / "repository", "profile: minimal\n")
    found = load.project(start=inner)
    assert found is not None
    assert found.settings == {"profile": "minimal"}


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(MeshcError, match="no such file"):
        load.project(tmp_path / "other.yaml")


def test_the_schema_names_every_key() -> None:
    assert set(project_schema()["properties"]) == set(projects.KEYS)
