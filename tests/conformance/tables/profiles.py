"""Table `profiles/cases.json`: install settings to injector values and mesh document."""

from __future__ import annotations

from typing import Any

import pytest

from meshc import yamlio
from meshc.errors import MeshcError
from meshc.settings import Settings
from tests.conformance import source_tree
from tests.conformance.data import Row


def run(row: Row) -> None:
    """Resolve the row's installation and compare every part the row names."""
    if "expected_error" in row.fields:
        with pytest.raises(MeshcError) as raised:
            load(row)
        assert row["expected_error"] in str(raised.value)
        return
    settings = load(row)
    if "golden_values" in row.fields:
        wanted = row["golden_values"] and row.json(row["golden_values"])
        assert (settings.values.document if "injector" in settings.written else None) == wanted
    if "golden_mesh" in row.fields:
        wanted = row["golden_mesh"] and yamlio.load(row.text(row["golden_mesh"]))
        assert (settings.mesh_document if "mesh" in settings.written else None) == wanted
    if row.get("mesh_networks"):
        assert settings.mesh_networks == row["mesh_networks"]
    if row.get("injection_config"):
        assert injection_config(settings) == row["injection_config"]
    if "workloads" in row.fields:
        assert list(settings.installed) == row["workloads"]


def load(row: Row) -> Settings:
    """The row's settings, with hub and tag of the source tree in place of the released ones."""
    images = source_tree.images(row["tag"])
    if row["installer"] == "helm":
        return Settings.load(release=row["tag"], installer="helm", values=[{"global": images}, row["values"]])
    operator = {"apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator", "spec": row.get("file") or {}}
    stamp = [f"{key}={value}" for key, value in images.items()]
    return Settings.load(release=row["tag"], set=[*stamp, *row["set"]], iop=[operator])


def injection_config(settings: Settings) -> dict[str, Any]:
    """The injector's configuration in the row's form."""
    config = settings.injection_config
    return {
        "policy": config.policy,
        "default_templates": list(config.default_templates),
        "always_inject_selector": list(config.always_inject_selector),
        "never_inject_selector": list(config.never_inject_selector),
        "injected_annotations": dict(config.injected_annotations),
        "template_names": sorted(config.templates),
    }
