"""Table `config/defaults.json`: the built-in MeshConfig of each release."""

from __future__ import annotations

from meshc import catalog
from meshc.models import mesh
from tests.conformance.data import Row


def run(row: Row) -> None:
    """The release's defaults equal the row's MeshConfig."""
    assert mesh.defaults(catalog.release(row["tag"])).document == row["mesh_config"]
