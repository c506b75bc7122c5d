"""Each pod template and the typed view of its data say the same, in the same order."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from typing import get_type_hints

import pytest
from jinja2 import Environment, meta

from meshc import catalog, resources
from meshc.engine import Engine
from meshc.injection.edits import Layer
from meshc.injection.templating.agent_data import AgentContainerData, AgentData, AgentPodData, AgentVolumesData
from meshc.injection.templating.gateway_data import GatewayData
from meshc.injection.templating.grpc_data import GrpcAgentData, GrpcSimpleData
from meshc.injection.templating.sidecar_data import CaptureData, SidecarData, SidecarPodData, SidecarProxyData
from meshc.models.annotation_names import ANNOTATIONS
from meshc.models.label_names import LABELS
from tests.templates.samples import render

VIEWS = {"sidecar": SidecarData, "gateway": GatewayData, "grpc-agent": GrpcAgentData, "grpc-simple": GrpcSimpleData}
SHARED = set(get_type_hints(AgentData))
PROXY, VOLUMES = "{% macro istio_proxy", "{% macro agent_volumes"
GROUPS: list[tuple[str, type, str]] = [
    ("sidecar", AgentPodData, ""),
    ("sidecar", SidecarPodData, ""),
    ("sidecar", CaptureData, "{% macro traffic_capture"),
    ("sidecar", AgentContainerData, PROXY),
    ("sidecar", SidecarProxyData, PROXY),
    ("sidecar", AgentVolumesData, VOLUMES),
    ("gateway", GatewayData, ""),
    ("grpc-agent", GrpcAgentData, ""),
    ("grpc-simple", GrpcSimpleData, ""),
]
"""Template, the fields, and where in the template their order starts to count."""
LAYERED = ("container_order", "native_sidecars", "openshift_ids", "overrides", "pod_metadata", "prometheus", "user_ids")


def _source(name: str) -> str:
    """A template without comments, included ones in their place."""
    text = re.sub(r"\{#.*?#\}", "", resources.text("templates", f"{name}.yaml.j2"), flags=re.S)
    return re.sub(r"\{% include '(.+?)' %\}", lambda found: resources.text("templates", found[1]), text)


def _names(name: str) -> set[str]:
    """The names a template needs from outside."""
    source = _source(name)
    macros = set(re.findall(r"\{% macro (\w+)", source))
    environment = Environment()
    environment.filters |= {"spread": str, "or_absent": str}
    return meta.find_undeclared_variables(environment.parse(source)) - macros - {"has", "absent"}


@pytest.mark.parametrize("name", VIEWS)
def test_every_name_is_a_field_and_every_field_is_used(name: str) -> None:
    fields = set(get_type_hints(VIEWS[name]))
    assert _names(name) <= fields
    # what the templates share need not be used by each of them
    assert fields - _names(name) <= (SHARED if name in ("gateway", "grpc-agent") else set())


@pytest.mark.parametrize(("name", "group", "start"), GROUPS)
def test_fields_stand_in_the_order_of_the_template(name: str, group: type, start: str) -> None:
    source = _source(name)
    expressions = " ".join(re.findall(r"\{[{%](.*?)[%}]\}", source[source.index(start) :]))
    places = {}
    for field in get_type_hints(group):
        found = re.search(rf"(?<![\w.\"/]){field}(?![\w\"/])", expressions)
        if found and (name == "sidecar" or field not in SHARED):
            places[field] = found.start()
    assert list(places) == sorted(places, key=places.__getitem__)


@pytest.mark.parametrize("number", ["1.17", "1.24", "1.31"])
@pytest.mark.parametrize("name", VIEWS)
def test_a_builder_gives_every_field(name: str, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Seen:
        def template(self, _: str) -> Seen:
            return self

        def render(self, data: dict[str, object]) -> dict[str, object]:
            seen.append(data)
            return {}

    monkeypatch.setattr(Engine, "of", lambda _: Seen())
    render(name, number)
    assert set(seen[0]) == set(get_type_hints(VIEWS[name]))


def test_names_of_istios_in_the_templates_are_registered() -> None:
    known = {*ANNOTATIONS, *LABELS}
    found = {key for name in VIEWS for key in re.findall(r"[\w.-]*istio\.io/[\w-]+", _source(name))}
    assert found
    assert found <= known


def _layers() -> Iterator[Layer]:
    for name in (*LAYERED, "probes.app_probers"):
        module = importlib.import_module(f"meshc.injection.{name}")
        yield from (value for value in vars(module).values() if isinstance(value, Layer))


@pytest.mark.parametrize("layer", list(dict.fromkeys(_layers())))
def test_the_function_of_a_layer_exists(layer: Layer) -> None:
    module, _, name = layer.function.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))


def test_all_pod_templates_compile_for_the_newest_release() -> None:
    for name in VIEWS:
        assert Engine.of(catalog.newest()).template(name).name == name
