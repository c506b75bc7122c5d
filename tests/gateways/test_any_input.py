"""Whatever stands in values, Gateways and cluster objects, there is a result or an error that says where."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshc import catalog
from meshc.errors import ErrorGroup, MeshcError
from meshc.gateways.charts.chart_defaults import CHARTS, defaults
from meshc.gateways.gateway_objects import chart, gateway
from meshc.settings import Settings
from meshc.yamlio import Json
from tests.gateways.objects import AMBIENT, a_gateway

RELEASES = [str(release) for release in catalog.releases()]
ODD: list[Json] = [None, 0, -3, 1.5, "", "123", True, [], {}, ["a"], [None], [{}], [{"a": 1}], {"a": None}, {"a": [1]}]
GATEWAY = a_gateway(
    addresses=[{"type": "IPAddress", "value": "1.2.3.4"}],
    infrastructure={
        "labels": {"a": "b"},
        "annotations": {"a": "b"},
        "parametersRef": {"group": "", "kind": "ConfigMap", "name": "options"},
    },
    allowedListeners={"namespaces": {"from": "Same"}},
)
RESOURCES: list[Json] = [
    {
        "kind": "ConfigMap",
        "metadata": {"name": "options", "namespace": "ns"},
        "data": {"service": "spec: {type: NodePort}"},
    },
    {"kind": "Namespace", "metadata": {"name": "ns", "annotations": {"openshift.io/sa.scc.uid-range": "10/20"}}},
    {"kind": "GatewayClass", "metadata": {"name": "istio"}, "spec": {"controllerName": "istio.io/gateway-controller"}},
    {
        "kind": "ListenerSet",
        "metadata": {"name": "more", "namespace": "ns"},
        "spec": {"parentRef": {"name": "gw"}, "listeners": [{"name": "x", "port": 81, "protocol": "HTTP"}]},
    },
]


def leaves(tree: Json, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a tree."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [*([path] if path else []), *(place for key, value in items for place in leaves(value, (*path, key)))]


def changed(tree: Json, path: tuple[Any, ...], value: Json) -> Json:
    """The tree with another value at a place."""
    result = node = copy.deepcopy(tree)
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = copy.deepcopy(value)
    return result


def outcome(compiled: Callable[[], list[Json]]) -> list[Json] | MeshcError:
    """The documents, or the error; anything else passes through and fails the test."""
    try:
        return compiled()
    except MeshcError as error:
        return error


@pytest.mark.parametrize("name", CHARTS)
@given(data=st.data())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_chart_values(name: str, data: st.DataObject) -> None:
    release = data.draw(st.sampled_from(RELEASES))
    tree = defaults(name, catalog.release(release))
    values = changed(tree, data.draw(st.sampled_from(leaves(tree))), data.draw(st.sampled_from(ODD)))
    known = Settings.load(release=release, installer="helm", resolved_values={})
    found = outcome(lambda: chart(name, values, known, name="gw", namespace="ns"))
    if isinstance(found, MeshcError):
        assert found.path or isinstance(found, ErrorGroup)
    else:
        assert {"apiVersion", "kind", "metadata"} <= set(found[0])


@given(data=st.data())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_gateways_and_the_objects_around_them(data: st.DataObject) -> None:
    tree = {"gateway": GATEWAY, "resources": RESOURCES}
    place = data.draw(st.sampled_from([path for path in leaves(tree) if len(path) > 1]))
    mutant = changed(tree, place, data.draw(st.sampled_from(ODD)))
    release = data.draw(st.sampled_from(RELEASES))

    def compiled() -> list[Json]:
        known = Settings.load(
            release=release,
            resolved_values={},
            resolved_mesh_config={},
            feature=AMBIENT,
            resources=mutant["resources"],
        )
        return gateway(mutant["gateway"], known)

    found = outcome(compiled)
    assert str(found) if isinstance(found, MeshcError) else all(document["kind"] for document in found)
