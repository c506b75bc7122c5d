"""Inputs the bootstrap tests share: a small injected pod, and an agent built from keywords."""

from __future__ import annotations

from typing import Any

import orjson

from meshc import Settings
from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.bootstraps.envoy import envoy_bootstrap
from meshc.bootstraps.node import node_facts
from meshc.catalog import Release, release, releases
from meshc.models import proxy
from meshc.models.proxy_config import ProxyConfig
from tests.newest import NEWEST, NEWEST_PATCH

Json = Any
MINORS = tuple(r.minor for r in releases())
PODINFO = {
    "name": "istio-podinfo",
    "downwardAPI": {
        "items": [
            {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
            {"path": "annotations", "fieldRef": {"fieldPath": "metadata.annotations"}},
        ]
    },
}


def settings(text: str = NEWEST) -> Settings:
    """Settings of a release and nothing else."""
    return Settings.load(release=text)


def agent(text: str = NEWEST, **given: Json) -> Agent:
    """An agent with default ProxyConfig; `config` members are laid over it."""
    chosen = release(text)
    config = {**proxy.defaults(chosen).document, **given.pop("config", {})}
    values = {"node_id": "sidecar~10.0.0.1~web.shop~shop.svc.cluster.local", "addresses": ("10.0.0.1",), **given}
    return Agent(chosen, ProxyConfig(config), **values)


def document(text: str = NEWEST, **given: Json) -> Json:
    """The Envoy bootstrap of such an agent, as its file reads."""
    return orjson.loads(envoy_bootstrap.dump(envoy_bootstrap.build(node_facts.prepare(agent(text, **given)))))


def minors(switch: str) -> list[str]:
    """The minors in whose newest patch a bootstrap switch holds."""
    return [r.minor for r in releases() if r.has(f"bootstrap.{switch}")]


def field(name: str, path: str) -> Json:
    """An environment variable from a field of the pod."""
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def proxy_container(tag: str = NEWEST_PATCH, **more: Json) -> Json:
    """The container an injector adds, as far as bootstraps depend on it."""
    env = [
        field("POD_NAME", "metadata.name"),
        field("POD_NAMESPACE", "metadata.namespace"),
        field("INSTANCE_IP", "status.podIP"),
        field("SERVICE_ACCOUNT", "spec.serviceAccountName"),
        field("HOST_IP", "status.hostIP"),
        {"name": "ISTIO_CPU_LIMIT", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
        {"name": "PROXY_CONFIG", "value": "{}\n"},
        {"name": "ISTIO_META_POD_PORTS", "value": '[\n    {"name":"http","containerPort":8080,"protocol":"TCP"}\n]'},
        {"name": "ISTIO_META_APP_CONTAINERS", "value": "web"},
        {"name": "ISTIO_META_CLUSTER_ID", "value": "Kubernetes"},
        field("ISTIO_META_NODE_NAME", "spec.nodeName"),
        {"name": "ISTIO_META_WORKLOAD_NAME", "value": "web"},
        *more.pop("env", []),
    ]
    return {
        "name": "istio-proxy",
        "image": f"docker.io/istio/proxyv2:{tag}",
        "args": ["proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc.cluster.local", "--proxyLogLevel=warning"],
        "resources": {"limits": {"cpu": "1500m"}},
        "env": env,
        "volumeMounts": [{"name": "istio-podinfo", "mountPath": "/etc/istio/pod"}],
        **more,
    }


def pod(tag: str = NEWEST_PATCH, *, annotations: Json = None, labels: Json = None, **container: Json) -> Json:
    """A small injected pod."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "web-0",
            "namespace": "shop",
            "labels": {"app": "web", "pod-template-hash": "abc", **(labels or {})},
            "annotations": {"team": "checkout", **(annotations or {})},
        },
        "spec": {
            "nodeName": "node-a",
            "containers": [{"name": "web", "image": "web:1"}, proxy_container(tag, **container)],
            "volumes": [PODINFO],
        },
        "status": {"podIP": "10.1.2.3", "podIPs": [{"ip": "10.1.2.3"}], "hostIP": "172.16.0.9"},
    }


def cluster(bootstrap: Json, name: str) -> Json | None:
    """A static cluster by name."""
    return next((c for c in bootstrap["static_resources"]["clusters"] if c["name"] == name), None)


def catalogue(text: str) -> Release:
    """A release by its text."""
    return release(text)
