"""Table `charts`: gateway charts rendered with Helm's engine."""

from __future__ import annotations

import pytest

from meshc import yamlio
from meshc.errors import MeshcError
from meshc.gateways.gateway_objects import chart
from meshc.settings import Settings
from meshc.trees import merge
from meshc.yamlio import Json
from tests.conformance import source_tree
from tests.conformance.data import Row


def run(row: Row) -> None:
    """The documents of the compared kinds are equal as values, and no other of these kinds is rendered."""
    if row.get("expected_error"):
        _refused(row)
        return
    kinds = row["compare_kinds"]
    wanted = {_key(d.value): d.value for d in yamlio.load_all(row.text(row["golden"]))} if row["golden"] else {}
    found = {_key(d): d for d in _render(row) if d["kind"] in kinds}
    assert sorted(found) == sorted(wanted)
    for key, document in wanted.items():
        assert yamlio.dump(found[key]) == yamlio.dump(document)


def _refused(row: Row) -> None:
    with pytest.raises(MeshcError) as raised:
        _render(row)
    assert row["expected_error"] in str(raised.value)


def _render(row: Row) -> list[Json]:
    settings = Settings.load(release=row["tag"], installer="helm", kube_version=row["kubernetes"], resolved_values={})
    return chart(
        row["chart"],
        _values(row),
        settings,
        name=row["helm_release"],
        namespace=row["namespace"],
        version=row["chart_version"],
    )


def _values(row: Row) -> Json:
    """The row's values over the images of the source tree, where the charts are that tree's (version 1.0.0)."""
    if row["chart_version"] != "1.0.0" or row["chart"] == "gateway":
        return row["values"]
    return merge({"global": source_tree.images(row["tag"])}, row["values"])


def _key(document: Json) -> tuple[str, str]:
    return document["kind"], document["metadata"]["name"]
