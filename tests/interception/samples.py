"""Pods and settings the tests of traffic capture, ports and lint share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from meshc import catalog
from meshc.catalog import Release


@dataclass(frozen=True)
class At:
    """Settings of nothing but a release."""

    release: Release


def at(release: str) -> At:
    """Settings at a release."""
    return At(catalog.release(release))


INIT_ARGS = ["istio-iptables", "-p", "15001", "-z", "15006", "-u", "1337", "-m", "REDIRECT", "-i", "*", "-x"]


def pod(**changes: Any) -> dict[str, Any]:
    """An injected pod; keywords: annotations, init_args, init_env, proxy_env, app (container fields), spec, release, cni."""
    release = changes.get("release", "1.30.3")
    init_args = [*INIT_ARGS, "", "-b", "*", "-d", "15090,15021,15020", "--log_output_level=default:info"]
    cni = changes.get("cni", False)
    extra = ["--run-validation", "--skip-rule-apply"] if cni else []
    made: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "httpbin",
            "namespace": "demo",
            "labels": changes.get("labels", {"app": "httpbin"}),
            "annotations": {"sidecar.istio.io/status": "{}"} | changes.get("annotations", {}),
        },
        "spec": {
            "initContainers": [
                {
                    "name": "istio-validation" if cni else "istio-init",
                    "image": f"docker.io/istio/proxyv2:{release}",
                    "args": [*changes.get("init_args", init_args), *extra],
                    "env": _env(changes.get("init_env", {})),
                }
            ],
            "containers": [
                {"name": "httpbin", "image": "httpbin", "ports": [{"containerPort": 80, "name": "http"}]}
                | changes.get("app", {}),
                {
                    "name": "istio-proxy",
                    "image": f"docker.io/istio/proxyv2:{release}",
                    "args": ["proxy", "sidecar", "--domain", "demo.svc.cluster.local"],
                    "env": _env(
                        {"PROXY_CONFIG": "{}\n", "ISTIO_META_INTERCEPTION_MODE": "REDIRECT"}
                        | changes.get("proxy_env", {})
                    ),
                    "ports": [{"containerPort": 15090, "name": "http-envoy-prom", "protocol": "TCP"}],
                    "securityContext": {"runAsUser": 1337, "runAsGroup": 1337},
                    "readinessProbe": {"httpGet": {"path": "/healthz/ready", "port": 15021}},
                },
            ],
        }
        | changes.get("spec", {}),
    }
    document: dict[str, Any] = changes.get("document", {})
    return made | document


def _env(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": k, "value": v} for k, v in values.items()]
