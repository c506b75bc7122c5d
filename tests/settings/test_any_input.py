"""Whatever stands in a document: it resolves, or fails with an error that names its place."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshc import catalog
from meshc.errors import MeshcError
from meshc.profiles import data
from meshc.settings import Settings

RELEASES = [release.minor for release in catalog.releases()]
ODD = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.just([]), st.just({}), st.just([{}]))
DOORS = st.sampled_from(["values", "resolved_values", "iop", "helm", "cluster_config", "injector_config", "resources"])


@st.composite
def odd_values(draw: st.DrawFn) -> tuple[str, Any]:
    """Chart defaults of a release with one or two members replaced by something odd."""
    release = draw(st.sampled_from(RELEASES))
    tree: Any = data.chart(catalog.release(release), "istiod")
    for _ in range(draw(st.integers(1, 2))):
        node = tree
        while True:
            key = draw(st.sampled_from(sorted(node)))
            if not isinstance(node[key], dict) or not node[key] or draw(st.booleans()):
                break
            node = node[key]
        node[key] = draw(ODD)
    return release, tree


def _keywords(door: str, tree: Any) -> dict[str, Any]:
    match door:
        case "iop":
            spec = {"unvalidatedValues": tree}
            return {"iop": {"apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator", "spec": spec}}
        case "helm":
            return {"installer": "helm", "values": tree, "lenient": True}
        case "cluster_config":
            return {"cluster_config": {"kind": "ConfigMap", "metadata": {"name": "istio"}, "data": tree}}
        case "injector_config":
            return {"injector_config": tree.get("sidecarInjectorWebhook")}
        case "resources":
            return {"resources": [{"kind": "Node", "metadata": tree, "status": tree}]}
        case _:
            return {door: tree, "lenient": True}


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(odd=odd_values(), door=DOORS)
def test_any_document_resolves_or_is_refused_with_a_message(odd: tuple[str, Any], door: str) -> None:
    release, tree = odd
    error = _refusal(release, _keywords(door, tree))
    assert error is None or len(str(error)) > len(door)


def _refusal(release: str, keywords: dict[str, Any]) -> MeshcError | None:
    try:
        Settings.load(release=release, **keywords)
    except MeshcError as error:
        return error
    return None
