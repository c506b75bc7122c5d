"""Table `gateway-deployment`: Gateway objects and what istiod's deployment controller writes."""

from __future__ import annotations

from meshc import yamlio
from meshc.gateways.gateway_objects import gateway
from meshc.settings import Settings
from tests.conformance.data import Row


def run(row: Row) -> None:
    """The documents equal the golden's as values, in order; no golden means that nothing is written."""
    settings = Settings.load(
        release=row["tag"],
        resolved_values=row["values"] or {},
        resolved_mesh_config={},
        feature=row["env"],
        kube_version=row["kubernetes"],
        resources=[*row["gateway_classes"], *row["existing"], *row.get("proxy_configs", [])],
    )
    found = gateway(row["gateway"], settings, watched_namespaces=row.get("watched_namespaces"), transition_time="fake")
    wanted = [d.value for d in yamlio.load_all(row.text(row["golden"]))] if row["golden"] else []
    assert [d["kind"] for d in found] == row["written"]
    assert len(found) == len(wanted)
    for document, golden in zip(found, wanted, strict=True):
        assert yamlio.dump(document) == yamlio.dump(golden)
