"""Probes handed to the agent."""

from __future__ import annotations

from typing import Any

import pytest

from meshc import catalog
from meshc.injection.edits import Map, plain
from meshc.injection.probes import app_probers, rewriting
from tests.newest import NEWEST

NEW, OLD = catalog.release(NEWEST), catalog.release("1.18")


def _dump(container: dict[str, Any], release: Any = NEW, field: str = "containers", **features: str) -> Any:
    spec = {field: [{"name": "c", **container}, {"name": "istio-proxy", **container}]}
    return app_probers.dump(spec, 15020, app_probers.checks_of(release, features))


@pytest.mark.parametrize(
    ("container", "want"),
    [
        (
            {"readinessProbe": {"httpGet": {"port": 80}, "timeoutSeconds": 3}},
            {"/app-health/c/readyz": {"httpGet": {"port": 80}, "timeoutSeconds": 3}},
        ),
        ({"livenessProbe": {"tcpSocket": {"port": 80}}}, {"/app-health/c/livez": {"tcpSocket": {"port": 80}}}),
        ({"startupProbe": {"grpc": {"port": 80}}}, {"/app-health/c/startupz": {"grpc": {"port": 80, "service": None}}}),
        ({"livenessProbe": {"exec": {"command": ["a"]}}}, {}),
        ({"livenessProbe": {"httpGet": {"port": 15020}}}, {}),
        ({"livenessProbe": {"httpGet": {"port": "none"}}}, {}),
        (
            {
                "ports": [{"name": "http", "containerPort": 1}, {"name": "http", "containerPort": 15020}],
                "livenessProbe": {"httpGet": {"port": "http"}},
            },
            {"/app-health/c/livez": {"httpGet": {"port": 15020}}},
        ),
        (
            {"lifecycle": {"preStop": {"httpGet": {"port": 1}}, "postStart": {"tcpSocket": {"port": 2}}}},
            {"/app-lifecycle/c/prestopz": {"httpGet": {"port": 1}}, "/app-lifecycle/c/poststartz": {"tcpSocket": {"port": 2}}},
        ),
        ({"lifecycle": {"preStop": {"sleep": {"seconds": 1}}}}, {}),
    ],
)  # fmt: skip
def test_what_the_agent_must_know(container: dict[str, Any], want: Any) -> None:
    assert _dump(container) == want


def test_init_containers_and_handlers_came_later_and_tcp_could_be_left_alone() -> None:
    tcp = {"livenessProbe": {"tcpSocket": {"port": 80}}}
    assert _dump(tcp, field="initContainers")
    assert not _dump(tcp, OLD, field="initContainers")
    assert not _dump({"lifecycle": {"preStop": {"httpGet": {"port": 1}}}}, OLD)
    assert _dump(tcp, OLD)
    assert not _dump(tcp, OLD, REWRITE_TCP_PROBES="false")
    assert _dump(tcp, NEW, REWRITE_TCP_PROBES="false")


def _added(env: list[Any], *, before: bool, release: Any = NEW) -> Any:
    proxy = Map({"name": "istio-proxy", "env": env})
    new = {
        "/app-health/b/livez": {"httpGet": {"port": 2}},
        "/app-health/a/livez": {"httpGet": {"path": "<", "port": 1}},
    }
    app_probers.add(proxy, new, release, injected_before=before)
    return plain(proxy)["env"]


NEW_TEXT = (
    '{"/app-health/a/livez":{"httpGet":{"path":"\\u003c","port":1}},"/app-health/b/livez":{"httpGet":{"port":2}}}'
)


def test_probers_are_added_sorted_and_escaped() -> None:
    assert _added([], before=False) == [{"name": app_probers.VARIABLE, "value": NEW_TEXT}]


def test_on_re_injection_what_is_there_wins_in_its_place() -> None:
    known = '{"/app-health/a/livez":{"timeoutSeconds":5,"httpGet":{"port":9,"path":"/x","unknown":1}}}'
    env = [{"name": app_probers.VARIABLE, "value": known}, {"name": "Z"}]
    want = (
        '{"/app-health/a/livez":{"httpGet":{"path":"/x","port":9},"timeoutSeconds":5},'
        '"/app-health/b/livez":{"httpGet":{"port":2}}}'
    )
    assert _added(env, before=True) == [{"name": app_probers.VARIABLE, "value": want}, {"name": "Z"}]
    assert _added([{"name": app_probers.VARIABLE, "value": "null"}], before=True)[0]["value"] == NEW_TEXT


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', ""])
def test_a_variable_that_does_not_read_stays(text: str) -> None:
    env = [{"name": app_probers.VARIABLE, "value": text}]
    assert _added(env, before=True) == env


def test_a_missing_variable_is_added_on_re_injection_since_1_27() -> None:
    assert _added([], before=True) == [{"name": app_probers.VARIABLE, "value": NEW_TEXT}]
    assert _added([], before=True, release=catalog.release("1.26")) == []


def _rewritten(container: dict[str, Any], annotations: dict[str, str] | None = None) -> tuple[Any, list[str]]:
    pod = Map({"metadata": {"annotations": annotations or {}}, "spec": {"containers": [{"name": "c", **container}]}})
    warnings = rewriting.rewrite(pod, app_probers.checks_of(NEW, {}), mesh_port=15020)
    found = plain(pod)["spec"]["containers"][0]
    return {k: v for k, v in found.items() if k != "name"}, warnings


@pytest.mark.parametrize(
    ("container", "want"),
    [
        (
            {"livenessProbe": {"httpGet": {"path": "/", "port": "x", "scheme": "HTTPS", "host": "h"}, "periodSeconds": 2}},
            {
                "livenessProbe": {
                    "httpGet": {"path": "/app-health/c/livez", "port": 15020, "scheme": "HTTP", "host": "h"},
                    "periodSeconds": 2,
                }
            },
        ),
        (
            {"readinessProbe": {"tcpSocket": {"port": 1}, "timeoutSeconds": 2}},
            {"readinessProbe": {"timeoutSeconds": 2, "httpGet": {"path": "/app-health/c/readyz", "port": 15020}}},
        ),
        (
            {"lifecycle": {"preStop": {"tcpSocket": {"port": 1}}}},
            {"lifecycle": {"preStop": {"httpGet": {"path": "/app-lifecycle/c/prestopz", "port": 15020}}}},
        ),
        ({"livenessProbe": {"exec": {}}}, {"livenessProbe": {"exec": {}}}),
    ],
)  # fmt: skip
def test_probes_are_pointed_at_the_agent(container: dict[str, Any], want: Any) -> None:
    assert _rewritten(container)[0] == want


@pytest.mark.parametrize(("text", "port", "warned"), [("8080", 8080, False), (" 8080 ", 0, True), ("", 0, True)])
def test_the_annotation_s_port_counts_untrimmed(text: str, port: int, warned: bool) -> None:
    found, warnings = _rewritten({"livenessProbe": {"grpc": {"port": 1}}}, {"status.sidecar.istio.io/port": text})
    assert found["livenessProbe"]["httpGet"]["port"] == port
    assert bool(warnings) is warned


@pytest.mark.parametrize(
    ("said", "by_default", "want"), [("true", False, True), ("0", True, False), ("x", True, True), (None, False, False)]
)
def test_who_says_that_probes_are_rewritten(said: str | None, by_default: bool, want: bool) -> None:
    annotations = {} if said is None else {"sidecar.istio.io/rewriteAppHTTPProbers": said}
    assert rewriting.wanted(annotations, by_default) is want


def test_without_a_proxy_nothing_is_touched() -> None:
    pod = Map({"metadata": {}, "spec": {"containers": [{"name": "c", "livenessProbe": {"httpGet": {"port": 1}}}]}})
    rewriting.take_over(pod, app_probers.checks_of(NEW, {}), NEW, mesh_port=1, rewrite_by_default=True)
    assert pod.edits == {}
