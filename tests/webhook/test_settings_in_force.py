"""The last good settings stay in force whatever becomes of the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshc.errors import MeshcError, SettingsError, UsageError
from meshc.webhook.server_config import Source
from meshc.webhook.settings_in_force import Snapshots, settings_in_force

GOOD = "global: {hub: example.com/good}\n"


@pytest.fixture
def values(tmp_path: Path) -> Path:
    """A values file."""
    file = tmp_path / "values.yaml"
    file.write_text(GOOD)
    return file


def of_values(values: Path) -> Snapshots:
    """Snapshots of the default revision with these values."""
    return Snapshots([Source("", {"release": "1.27", "values": [str(values)]})])


def hub(snapshots: Snapshots, revision: str = "") -> Any:
    """The hub of the settings in force."""
    return settings_in_force(snapshots.file)[revision].values.global_.hub


def test_files_are_read_once_and_kept(values: Path) -> None:
    snapshots = of_values(values)
    assert snapshots.take()[""].values.global_.hub == "example.com/good"
    values.unlink()
    assert hub(snapshots) == "example.com/good"
    snapshots.close()
    assert not snapshots.file.exists()


@pytest.mark.parametrize(
    "broken", ["global: [", "global: {hub: [1]}", "unknown: 1", "global: {hub: a}\nglobal: {hub: b}", "- 1"]
)
def test_broken_versions_change_nothing_and_name_the_file(values: Path, broken: str) -> None:
    snapshots = of_values(values)
    snapshots.take()
    values.write_text(broken)
    with pytest.raises(MeshcError) as caught:
        snapshots.take()
    assert str(values) in str(caught.value)
    assert hub(snapshots) == "example.com/good"
    values.write_text("global: {hub: example.com/new}")
    snapshots.take()
    assert hub(snapshots) == "example.com/new"


def test_all_errors_come_at_once(tmp_path: Path) -> None:
    sources = [Source(name, {"values": [str(tmp_path / f"{name}.yaml")]}) for name in ("a", "b")]
    with pytest.raises(MeshcError) as caught:
        Snapshots(sources).take()
    assert "a.yaml" in str(caught.value)
    assert "b.yaml" in str(caught.value)


def test_settings_that_inject_nothing_are_refused(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("policy: enabled\ndefaultTemplates: [other]\ntemplates: {mine: 'spec: {}'}\n")
    source = Source("", {"injector_config": str(config), "resolved_values": {"global": {}}})
    with pytest.raises(SettingsError, match="no pod can be injected with these settings"):
        Snapshots([source]).take()


def test_a_profile_without_injector_is_refused() -> None:
    with pytest.raises(SettingsError, match="installs no injector"):
        Snapshots([Source("", {"profile": "empty"})]).take()


def test_single_documents_stay_single(tmp_path: Path) -> None:
    file = tmp_path / "mesh"
    file.write_text("accessLogFile: a\n---\naccessLogFile: b\n")
    with pytest.raises(MeshcError, match="takes a file with one document"):
        Snapshots([Source("", {"resolved_mesh_config": str(file)})]).take()
    file.write_text("# nothing\n")
    Snapshots([Source("", {"resolved_mesh_config": str(file)})]).take()


def test_project_files_and_what_they_name_are_watched(tmp_path: Path) -> None:
    project = tmp_path / "meshc.yaml"
    project.write_text("values: values.yaml\nrelease: '1.27'\n")
    (tmp_path / "values.yaml").write_text(GOOD)
    snapshots = Snapshots([Source("canary", {}, project)])
    assert set(snapshots.files) == {project, tmp_path / "values.yaml"}
    assert snapshots.take()["canary"].revision == "canary"
    project.write_text("values: [")
    assert set(snapshots.files) == {project, tmp_path / "values.yaml"}
    with pytest.raises(MeshcError):
        snapshots.take()
    project.write_text("values: other.yaml\n")
    assert set(snapshots.files) == {project, tmp_path / "other.yaml"}


def test_a_revision_may_be_served_under_another_name(tmp_path: Path) -> None:
    project = tmp_path / "meshc.yaml"
    project.write_text("revision: 1-27-3\nrelease: '1.27'\n")
    assert Snapshots([Source("prod", {}, project)]).take()["prod"].revision == "1-27-3"


def test_resources_are_looked_up(tmp_path: Path) -> None:
    (tmp_path / "namespaces.yaml").write_text("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n")
    (tmp_path / "nodes.yaml").write_text(
        "{apiVersion: v1, kind: Node, metadata: {name: n}, status: {nodeInfo: {kubeletVersion: v1.30.1}}}\n"
    )
    project = tmp_path / "meshc.yaml"
    project.write_text("workloads: nodes.yaml\n")
    source = Source("", {}, project, (str(tmp_path / "namespaces.yaml"),))
    found = Snapshots([source]).take()[""]
    assert [r["metadata"]["name"] for r in found.of_kind("Namespace")] == ["shop"]
    assert found.nodes[0].kubelet_version == "v1.30.1"


def test_missing_files_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        of_values(tmp_path / "none.yaml").take()
