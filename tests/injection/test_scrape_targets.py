"""Scrape targets and the ports that must not be scraped (docs/istio/changes-1.31.md § 2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from meshc import catalog
from meshc.errors import InjectionError
from meshc.injection import prometheus
from meshc.injection.api import inject
from meshc.injection.edits import Map, plain
from meshc.injection.uninject.uninjection import uninject
from meshc.models.mesh_config import MeshConfig
from meshc.settings import Settings

R131, R130 = catalog.release("1.31.0"), catalog.release("1.30.3")
TARGETS = "prometheus.istio.io/scrape-targets"
MESH = {"defaultConfig": {"statusPort": 15020}}


def _merged(
    annotations: dict[str, str],
    *,
    release: catalog.Release = R131,
    mesh: Any = MESH,
    proxy: bool = True,
    ports: Any = (),
) -> tuple[dict[str, str], Any, list[str]]:
    """Annotations after merging, the record in the proxy, and warnings."""
    containers: list[Any] = [{"name": "web", "ports": list(ports)}]
    containers += [{"name": "istio-proxy"}] if proxy else []
    pod = Map({"metadata": {"annotations": annotations}, "spec": {"containers": containers}})
    warnings = prometheus.merge(pod, MeshConfig(mesh), release)
    made = plain(pod)
    env = made["spec"]["containers"][-1].get("env") or []
    return made["metadata"]["annotations"], next((json.loads(e["value"]) for e in env), None), warnings


def test_the_first_target_takes_the_place_of_port_and_path() -> None:
    given = {TARGETS: "8080:/metrics?a=b, 9100 ,8080:", "prometheus.io/port": "x", "prometheus.io/path": "/old"}
    annotations, record, warnings = _merged(given)
    targets = [("8080", "/metrics?a=b"), ("9100", "/metrics"), ("8080", "/metrics")]
    assert record == {
        "scrape": "",
        "path": "/metrics?a=b",
        "port": "8080",
        "targets": [{"port": port, "path": path} for port, path in targets],
    }
    assert annotations == {
        "prometheus.io/port": "15020",
        "prometheus.io/path": "/stats/prometheus",
        "prometheus.io/scrape": "true",
    }
    assert warnings == []


def test_any_spelling_of_the_annotation_counts() -> None:
    annotations, record, _ = _merged({"prometheus-istio.io_scrape.targets": "8080"})
    assert record["targets"] == [{"port": "8080", "path": "/metrics"}]
    assert "prometheus-istio.io_scrape.targets" not in annotations


def test_targets_are_nothing_to_1_30() -> None:
    annotations, record, _ = _merged({TARGETS: "8080", "prometheus.io/port": "http"}, release=R130)
    assert record == {"scrape": "", "path": "", "port": "http"}
    assert annotations[TARGETS] == "8080"


def test_an_unreadable_list_counts_as_not_given_and_goes_all_the_same() -> None:
    annotations, record, warnings = _merged({TARGETS: "8080,:/x"})
    assert record is None
    assert TARGETS not in annotations
    assert warnings == [f'failed to parse {TARGETS} annotation: empty port in scrape target ":/x"']


@pytest.mark.parametrize(
    "given",
    [
        {"prometheus.io/scrape": "false"},
        {"prometheus.istio.io/merge-metrics": "false"},
        {"prometheus.io/port": "15020"},
    ],
)
def test_where_nothing_is_merged_the_targets_stay_unread(given: dict[str, str]) -> None:
    annotations, record, _ = _merged({TARGETS: "nonsense", **given})
    assert (annotations, record) == ({TARGETS: "nonsense", **given}, None)


@pytest.mark.parametrize(
    ("port", "problem"),
    [
        ("http-metrics", 'invalid port "http-metrics"'),
        ("0", 'invalid port "0"'),
        ("65536", 'invalid port "65536"'),
        ("-1", 'invalid port "-1"'),
        (" 8080", 'invalid port " 8080"'),
        ("8_0", 'invalid port "8_0"'),
        ("015020", "port 015020 conflicts with agent port"),
        ("015000", "port 015000 is reserved for Istio (Envoy admin) and cannot be scraped"),
        ("15090", "port 15090 is reserved for Istio (Envoy Prometheus (already merged)) and cannot be scraped"),
        ("+8080", ""),
        ("08080", ""),
        ("65535", ""),
        ("15091", ""),
    ],
)
@pytest.mark.parametrize("proxy", [True, False])
def test_the_port_to_scrape_is_checked(port: str, problem: str, proxy: bool) -> None:
    def run(release: catalog.Release) -> None:
        _merged({"prometheus.io/port": port}, release=release, proxy=proxy)

    run(R130)
    if not problem:
        run(R131)
        return
    with pytest.raises(InjectionError) as raised:
        run(R131)
    assert raised.value.message == f"invalid prometheus scrape configuration: {problem}"
    assert raised.value.hint


@pytest.mark.parametrize(
    ("targets", "problem"),
    [
        ("8080,web", 'invalid target port "web"'),
        ("8080,15020:/x", "target port 15020 conflicts with agent port"),
        ("8080,15053", "target port 15053 is reserved for Istio (DNS proxy) and cannot be scraped"),
    ],
)
def test_every_target_is_checked(targets: str, problem: str) -> None:
    with pytest.raises(InjectionError) as raised:
        _merged({TARGETS: targets})
    assert raised.value.message == f"invalid prometheus scrape targets: {problem}"


def test_the_usual_agent_port_is_reserved_where_the_mesh_has_another() -> None:
    with pytest.raises(InjectionError, match="15020 is reserved for Istio"):
        _merged({"prometheus.io/port": "15020"}, mesh={"defaultConfig": {"statusPort": 15099}})


def test_a_port_name_of_the_pod_is_told_by_number() -> None:
    with pytest.raises(InjectionError) as raised:
        _merged({"prometheus.io/port": "metrics"}, ports=[{"name": "metrics", "containerPort": 9102}])
    assert raised.value.hint == 'write "9102", the number of that port'


def test_injection_again_and_taking_it_out_give_back_the_targets() -> None:
    known = Settings.load(release="1.31", mode="webhook")
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "annotations": {
                TARGETS: "8080:/a,9100:/metrics",
                "proxy.istio.io/config": "proxyMetadata: {ENVOY_SECURE_MERGED_METRICS_PORT: '15092'}",
            },
        },
        "spec": {"containers": [{"name": "web", "image": "web:1"}]},
    }
    once = inject(pod, known).manifest
    assert once["metadata"]["annotations"]["prometheus.istio.io/secure-port"] == "15092"
    assert TARGETS not in once["metadata"]["annotations"]
    again = inject(once, known).manifest
    assert again["metadata"]["annotations"] == once["metadata"]["annotations"]
    assert uninject(once, known).manifest["metadata"]["annotations"] == pod["metadata"]["annotations"]
