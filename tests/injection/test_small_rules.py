"""URL path, OpenShift ids, native sidecars, container order, scrape annotations, status."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from meshc import catalog
from meshc.injection import container_order, native_sidecars, openshift_ids, pod_metadata, prometheus, url_path
from meshc.injection.containers import named
from meshc.injection.edits import Map, plain
from meshc.injection.native_sidecars import Node
from meshc.models.mesh_config import MeshConfig
from tests.newest import NEWEST

NEW, OLD = catalog.release(NEWEST), catalog.release("1.18")


@pytest.mark.parametrize(
    ("path", "variables"),
    [
        ("/inject", {}),
        ("/inject/", {}),
        ("/inject/cluster/c1/net/n1/", {"ISTIO_META_CLUSTER_ID": "c1", "ISTIO_META_NETWORK": "n1"}),
        ("/inject/cluster/a--slash--b", {"ISTIO_META_CLUSTER_ID": "a/b"}),
        ("/inject/cluster/a%20b", {"ISTIO_META_CLUSTER_ID": "a b"}),
        ("/inject/cluster/c1/custom_env/foo", {"ISTIO_META_CLUSTER_ID": "c1", "CUSTOM_ENV": "foo"}),
        ("/inject//v/a/b", {"A": "b"}),
        ("/inject/rootpage1/v/rootpage2/:ENV:abcd=efgh", {"ROOTPAGE1": "v", "ROOTPAGE2": ":ENV:abcd=efgh"}),
        ("/inject/:ENV:a=b:ENV:=x:ENV:", {"A": "b"}),
        ("/inject/:ENV:net=a/b=c", {"ISTIO_META_NETWORK": "a/b=c"}),
        ("/other/cluster/c1", {}),
    ],
)
def test_url_path(path: str, variables: dict[str, str]) -> None:
    assert url_path.environment(path).variables == variables


def test_a_last_key_without_value_is_told() -> None:
    assert "network" in url_path.environment("/inject/cluster/c/network").warnings[0]


def _namespace(uid: str | None = None, groups: str | None = None) -> dict[str, Any]:
    found = {openshift_ids.UID_RANGE: uid, openshift_ids.GROUPS: groups}
    return {"metadata": {"annotations": {k: v for k, v in found.items() if v is not None}}}


@pytest.mark.parametrize(
    ("uid", "groups", "ids"),
    [
        ("1000620000/10000", "1000620000/10000", (1000629999, 1000629999)),
        ("1000-1999", None, (1999, 1999)),
        ("1000/1", None, (1000, 1000)),
        ("1000-1000", "2000/1", (1000, 2000)),
        ("1000/10", "5-9,20/5", (1009, 9)),
        ("1000/10", "5-9,bad", (1009, 1337)),
        ("1000/10", "", (1009, 1337)),
        ("x", "1/2", (1337, 2)),
        (None, None, (1337, 1337)),
        ("1000/1", "2000-2000", (1000, 2000)),
        ("10-5", "7/0", (1337, 1337)),
    ],
)
def test_openshift_ids(uid: str | None, groups: str | None, ids: tuple[int, int]) -> None:
    assert openshift_ids.ids(_namespace(uid, groups)) == ids


@pytest.mark.parametrize(
    ("release", "app", "init", "cleared"),
    [
        ("1.30", 5, None, True),
        ("1.30", 6, None, False),
        ("1.30", 6, 5, True),
        ("1.26", 6, 5, False),
        ("1.23.0", 5, None, False),
        ("1.23.1", 5, None, True),
    ],
)
def test_openshift_clears_a_proxy_uid_equal_to_the_application_s(
    release: str, app: int, init: int | None, cleared: bool
) -> None:
    pod = Map(
        {
            "spec": {
                "containers": [
                    {"name": "app", "securityContext": {"runAsUser": app}},
                    {"name": "istio-proxy", "securityContext": {"runAsUser": 5, "runAsGroup": 5, "privileged": False}},
                ],
                "initContainers": [{"name": "i", "securityContext": {"runAsUser": init} if init else None}],
            }
        }
    )
    openshift_ids.clear_equal_uid(pod, catalog.release(release))
    context = plain(pod)["spec"]["containers"][1]["securityContext"]
    assert context == ({"privileged": False} if cleared else {"privileged": False, "runAsUser": 5, "runAsGroup": 5})


@pytest.mark.parametrize(
    ("release", "text", "nodes", "enabled"),
    [
        ("1.18", "true", None, False),
        ("1.19", "true", None, True),
        ("1.26", "1", None, True),
        ("1.26", "auto", ["v1.34.0"], False),
        ("1.27", "true", ["v1.20.0"], True),
        ("1.27", "1", ["v1.34.0"], False),
        ("1.27", "", ["v1.33.0", "1.34.1-gke.5"], True),
        ("1.27", "", ["v1.33.0", "v1.32.9"], False),
        ("1.27", "", ["v1.33.0", "new"], False),
        ("1.27", "", [], True),
        ("1.27", "", None, False),
    ],
)
def test_native_switch(release: str, text: str, nodes: list[str] | None, enabled: bool) -> None:
    known = None if nodes is None else [Node(f"n{i}", version) for i, version in enumerate(nodes)]
    features = {native_sidecars.SWITCH: text} if text else {}
    assert native_sidecars.enabled(features, catalog.release(release), nodes=known) is enabled


def test_the_pod_s_own_node_decides_alone() -> None:
    nodes = [Node("old", "v1.30.0"), Node("new", "v1.33.0")]
    assert native_sidecars.enabled({}, NEW, nodes=nodes, node_name="new")
    assert not native_sidecars.enabled({}, NEW, nodes=nodes, node_name="old")
    assert not native_sidecars.enabled({}, NEW, nodes=nodes, node_name="elsewhere")


@pytest.mark.parametrize(
    ("release", "hold", "containers", "inits", "want"),
    [
        (NEW, False, ["istio-proxy", "a"], ["istio-init", "i"], (["a", "istio-proxy"], ["i", "istio-init"])),
        (NEW, True, ["a", "istio-proxy"], ["i", "istio-validation"], (["istio-proxy", "a"], ["istio-validation", "i"])),
        (
            NEW,
            False,
            ["a"],
            ["i", "istio-proxy", "istio-init", "enable-core-dump", "istio-validation"],
            (["a"], ["istio-init", "istio-validation", "istio-proxy", "enable-core-dump", "i"]),
        ),
        (
            OLD,
            False,
            ["a"],
            ["istio-proxy", "enable-core-dump", "istio-init", "i"],
            (["a"], ["istio-proxy", "i", "istio-init", "enable-core-dump"]),
        ),
    ],
)
def test_container_order(release: Any, hold: bool, containers: list[str], inits: list[str], want: Any) -> None:
    spec = Map({"containers": [{"name": n} for n in containers], "initContainers": [{"name": n} for n in inits]})
    container_order.reorder(spec, hold=hold, release=release)
    assert (named(spec["containers"]), named(spec["initContainers"])) == want


def _scraped(annotations: dict[str, str], mesh: Any = None, proxy: bool = True) -> dict[str, Any]:
    containers = [{"name": "istio-proxy"}] if proxy else [{"name": "app"}]
    pod = Map({"metadata": {"annotations": annotations}, "spec": {"containers": containers}})
    prometheus.merge(pod, MeshConfig(mesh or {"defaultConfig": {"statusPort": 15020}}), NEW)
    found: dict[str, Any] = plain(pod)
    return found


AGENT = {"prometheus.io/port": "15020", "prometheus.io/path": "/stats/prometheus", "prometheus.io/scrape": "true"}


@pytest.mark.parametrize(
    ("annotations", "want", "told"),
    [
        ({}, AGENT, None),
        ({"prometheus.io/scrape": "false", "prometheus.io/port": "1"}, None, None),
        ({"prometheus.istio.io/merge-metrics": "false"}, None, None),
        ({"prometheus.io/port": "15020"}, None, None),
        (
            {"prometheus-io.port": "9", "prometheus_io_scrape": "True"},
            AGENT,
            '{"scrape":"True","path":"","port":"9"}',
        ),
    ],
)
def test_scrape_annotations(annotations: dict[str, str], want: dict[str, str] | None, told: str | None) -> None:
    pod = _scraped(annotations)
    assert pod["metadata"]["annotations"] == (annotations if want is None else want)
    assert pod["spec"]["containers"][0].get("env", []) == (
        [] if told is None else [{"name": prometheus.VARIABLE, "value": told}]
    )


def test_scrape_annotations_point_at_the_agent_without_a_proxy_too() -> None:
    pod = _scraped({"prometheus.io/port": "1"}, proxy=False)
    assert pod["metadata"]["annotations"] == AGENT
    assert "env" not in pod["spec"]["containers"][0]


def test_status_names_what_templates_brought_in_their_order() -> None:
    pod = Map({"metadata": {}})
    pod_metadata.set_status(pod, {"containers": [{"name": "b"}, {"name": "a"}], "volumes": None}, "")
    text = pod["metadata"]["annotations"]["sidecar.istio.io/status"]
    assert text == (
        '{"initContainers":null,"containers":["b","a"],"volumes":null,"imagePullSecrets":null,"revision":"default"}'
    )
    assert pod_metadata.read_status(text) == {
        "initContainers": [],
        "containers": ["b", "a"],
        "volumes": [],
        "imagePullSecrets": [],
    }


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"containers": [1]}', '{"containers": "a"}'])
def test_a_status_that_does_not_read_is_none(text: str | None) -> None:
    assert pod_metadata.read_status(text) is None


def test_environment_moves_to_the_end_sorted() -> None:
    container = Map({"env": [{"name": "B", "value": "old"}, {"name": "X"}, {"name": "B"}]})
    pod_metadata.update_environment(container, {"C": "3", "B": "2"})
    assert plain(container)["env"] == [{"name": "X"}, {"name": "B", "value": "2"}, {"name": "C", "value": "3"}]
    assert orjson.dumps(container)
