"""Chart values are read strictly: what is unknown or of the wrong type is named, with what to write."""

from __future__ import annotations

import pytest

from meshc import catalog
from meshc.errors import ErrorGroup, MeshcError, SettingsError
from meshc.gateways.charts.accepted import accepted, check
from meshc.gateways.charts.chart_defaults import CHARTS, defaults, section
from meshc.yamlio import Json
from tests.gateways.objects import installed

INGRESS = "istio-ingressgateway"


@pytest.mark.parametrize(
    ("chart", "values", "path", "words"),
    [
        ("gateway", {"replicaCout": 2}, "replicaCout", "did you mean replicaCount?"),
        ("gateway", {"service": {"typ": "NodePort"}}, "service.typ", "did you mean type?"),
        ("gateway", {"autoscaling": {"enabled": "false"}}, "autoscaling.enabled", "without quotes"),
        ("gateway", {"replicaCount": "3"}, "replicaCount", "without quotes"),
        ("gateway", {"labels": ["a"]}, "labels", "must be a map"),
        ("gateway", {"service": {"ports": {"http": 80}}}, "service.ports", "must be a list"),
        ("gateway", {"name": {"first": "x"}}, "name", "must be a string"),
        ("gateway", {"labels": {"team": ["a"]}}, "labels.team", "must be a string or a number"),
        ("gateway", {"env": {"A": {"b": 1}}}, "env.A", "must be a string or a number"),
        ("istio-ingress", {"gateway": {}}, "gateway", "did you mean gateways?"),
        ("istio-ingress", {"global": {"hubb": "x"}}, "global.hubb", "did you mean hub?"),
        ("istio-ingress", {"gateways": {INGRESS: {"port": []}}}, f"gateways.{INGRESS}.port", "did you mean ports?"),
        ("istio-ingress", {"gateways": {INGRESS: {"ports": [80]}}}, f"gateways.{INGRESS}.ports[0]", "must be a map"),
        (
            "istio-ingress",
            {"gateways": {INGRESS: {"ports": [{"name": "a"}]}}},
            f"gateways.{INGRESS}.ports[0]",
            "needs port",
        ),
        (
            "istio-ingress",
            {"gateways": {INGRESS: {"secretVolumes": [{"name": "a", "mountPath": "/a"}]}}},
            f"gateways.{INGRESS}.secretVolumes[0]",
            "needs secretName",
        ),
        ("istio-egress", {"global": {"proxy": None}}, "global.proxy", "this is no map"),
        (
            "istio-egress",
            {"meshConfig": {"defaultConfig": {"proxyMetadata": ["a"]}}},
            "meshConfig.defaultConfig.proxyMetadata",
            "must be a map",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_path_and_remedy(chart: str, values: Json, path: str, words: str) -> None:
    with pytest.raises(SettingsError) as raised:
        installed(chart, "1.30", values)
    assert raised.value.path == path
    assert words in str(raised.value)


def test_all_errors_of_a_values_file_are_reported_together() -> None:
    with pytest.raises(ErrorGroup) as raised:
        check("gateway", {"nmae": "x", "kind": [], "service": {"prts": []}})
    assert [error.path for error in raised.value.errors] == ["nmae", "kind", "service.prts"]


def test_values_of_other_charts_are_taken_by_the_classic_ones() -> None:
    check("istio-ingress", {"cni": {"x": 1}, "global": {"tracer": {}}, "gateways": {"istio-egressgateway": {"any": 1}}})


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("release", catalog.releases(), ids=str)
def test_every_default_is_an_accepted_value(chart: str, release: catalog.Release) -> None:
    check(chart, defaults(chart, release))


def test_values_that_are_no_map_are_refused() -> None:
    with pytest.raises(MeshcError, match="must be a map"):
        check("gateway", ["name"])


def test_only_the_own_section_of_gateways_is_closed() -> None:
    tree = accepted("istio-egress")["gateways"]
    assert tree["*"] == "any"
    assert "ports" in tree[section("istio-egress")]
