"""Names of services, podinfo files, the agent's arguments."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.bootstraps.agent import args
from meshc.bootstraps.agent.agent_inputs import Flags
from meshc.bootstraps.known_facts import parse_podinfo
from meshc.bootstraps.node import node_labels
from meshc.bootstraps.node.node_labels import Identity
from meshc.models.proxy_config import ProxyConfig

BOTH = {"app": "legacy", "app.kubernetes.io/name": "k8s"}


@pytest.mark.parametrize(
    ("name", "identity", "wanted"),
    [
        ("own", Identity({"app": "a"}, "w", "ns"), "own"),
        ("", Identity({"app": "a"}, "w", ""), "a."),
        ("istio-proxy", Identity({}, "w", "ns"), "w.ns"),
        ("", Identity({}, "", "ns"), "istio-proxy.ns"),
        ("", Identity(), "istio-proxy"),
        ("", Identity({"app.kubernetes.io/name": "k"}, "w", "ns"), "w.ns"),
        ("", Identity({"app.kubernetes.io/name": "k"}, "w", "ns", ("app", "app.kubernetes.io/name")), "k.ns"),
    ],
)
def test_service_cluster(name: str, identity: Identity, wanted: str) -> None:
    assert node_labels.service_cluster(name, identity) == wanted


@pytest.mark.parametrize(
    ("config", "identity", "wanted"),
    [
        ({"serviceCluster": "x"}, Identity(), "x"),
        ({"serviceCluster": ""}, Identity(BOTH, "", "ns"), "legacy.ns"),
        ({}, Identity(BOTH, "", "ns"), "legacy.ns"),
        ({"tracingServiceName": "APP_LABEL_AND_NAMESPACE"}, Identity(BOTH, "", "ns"), "legacy.ns"),
        ({"tracingServiceName": "CANONICAL_NAME_ONLY"}, Identity(BOTH, "", "ns"), "k8s"),
        ({"tracingServiceName": "CANONICAL_NAME_ONLY"}, Identity({}, "", "ns"), "istio-proxy.ns"),
        ({"tracingServiceName": "CANONICAL_NAME_AND_NAMESPACE"}, Identity({}, "w", "ns"), "w.ns"),
        ({"tracingServiceName": "CANONICAL_NAME_AND_NAMESPACE"}, Identity({}, "w", ""), "w"),
        ({"tracingServiceName": "CANONICAL_NAME_AND_NAMESPACE"}, Identity({}, "", ""), "istio-proxy"),
    ],
)
def test_node_cluster(config: Any, identity: Identity, wanted: str) -> None:
    assert node_labels.node_cluster(ProxyConfig(config), identity) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", {}),
        ('a="b"\r\n\nno separator\nc="d=e"\n', {"a": "b", "c": "d=e"}),
        ('a="x\\ny"', {"a": "x\ny"}),
        ('a="ok"\nb=plain', None),
    ],
)
def test_podinfo_file(text: str, wanted: dict[str, str] | None) -> None:
    assert parse_podinfo(text) == wanted


@pytest.mark.parametrize(
    ("words", "role", "flags"),
    [
        (["proxy"], "sidecar", Flags()),
        (["proxy", "--domain", "d"], "sidecar", Flags(domain="d")),
        (["proxy", "router", "--domain=d", "--concurrency", "2"], "router", Flags(domain="d", concurrency=2)),
        (["proxy", "sidecar", "--unknown", "x", "--stsPort=1", "--domain"], "sidecar", Flags(sts_port=1)),
        (["proxy", "sidecar", "--log_as_json"], "sidecar", Flags(log_as_json=True)),
        (["proxy", "sidecar", "--log_as_json=false", "-x=1"], "sidecar", Flags()),
        (["proxy", "waypoint", "--outlierLogPath=/o"], "waypoint", Flags(outlier_log_path="/o")),
    ],
)
def test_arguments(words: list[str], role: str, flags: Flags) -> None:
    assert args.parse(words) == (role, flags)
