"""Revision, Kubernetes version, features and resources."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.settings import Node, Settings

NODE = {"kind": "Node", "metadata": {"name": "a"}, "status": {"nodeInfo": {"kubeletVersion": "v1.33.1"}}}


@pytest.mark.parametrize(
    ("keywords", "revision"),
    [
        ({}, ""),
        ({"revision": "canary"}, "canary"),
        ({"revision": "default"}, "default"),
        ({"revision": "default", "mode": "kube-inject"}, ""),
        ({"set": ["revision=canary"]}, "canary"),
        ({"installer": "helm", "revision": "canary"}, "canary"),
        ({"installer": "helm", "revision": "default", "mode": "kube-inject"}, ""),
        ({"set": ["revision=canary"], "mode": "kube-inject"}, "canary"),
        ({"resolved_values": {"revision": "r1"}}, "r1"),
        ({"resolved_values": {"revision": "r1"}, "mode": "kube-inject"}, ""),
    ],
)
def test_the_revision_is_the_flags_else_the_servers(keywords: Any, revision: str) -> None:
    assert Settings.load(**keywords).revision == revision


def test_a_revision_goes_into_the_names() -> None:
    settings = Settings.load(revision="canary")
    assert settings.mesh_document["defaultConfig"]["discoveryAddress"] == "istiod-canary.istio-system.svc:15012"
    assert settings.values.revision == "canary"


@pytest.mark.parametrize(
    ("keywords", "version", "nodes"),
    [
        ({"release": "1.30"}, "1.36", (Node("", "v1.36"),)),
        ({"release": "1.30", "mode": "kube-inject"}, None, ()),
        ({"kube_version": "v1.34.2", "mode": "kube-inject"}, "1.34.2", (Node("", "v1.34.2"),)),
        ({"resources": [NODE]}, "1.36", (Node("a", "v1.33.1"),)),
        ({"resources": [{"kind": "List", "items": [NODE]}]}, "1.36", (Node("a", "v1.33.1"),)),
    ],
)
def test_nodes_are_given_or_follow_the_kubernetes_version(keywords: Any, version: str | None, nodes: Any) -> None:
    settings = Settings.load(**keywords)
    assert (settings.kube_version, settings.nodes) == (version, nodes)


def test_features_are_the_servers_environment_under_the_users() -> None:
    flag = ["values.pilot.env.ENABLE_NATIVE_SIDECARS=false", "values.global.platform=openshift"]
    settings = Settings.load(set=flag, feature={"COMPLIANCE_POLICY": "fips"})
    assert settings.feature("ENABLE_NATIVE_SIDECARS") == "false"
    assert settings.feature("PLATFORM") == "openshift"
    assert settings.feature("COMPLIANCE_POLICY") == "fips"
    assert settings.feature("ENABLE_CLUSTER_TRUST_BUNDLE_API") == "false"
    assert Settings.load(set=flag, mode="kube-inject").feature("ENABLE_NATIVE_SIDECARS") == "auto"


def test_features_of_resolved_values_are_what_the_injector_sees() -> None:
    values = {"global": {"platform": "openshift"}, "pilot": {"env": {"A": "b"}}}
    assert Settings.load(resolved_values=values).features["A"] == "b"
    assert Settings.load(resolved_values=values).features["PLATFORM"] == "openshift"


def test_proxy_configs_join_the_resources() -> None:
    resource = {"apiVersion": "networking.istio.io/v1beta1", "kind": "ProxyConfig", "metadata": {"name": "a"}}
    assert Settings.load(proxy_config=resource).of_kind("ProxyConfig") == (resource,)
