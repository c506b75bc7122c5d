"""The gateway template (docs/istio/other-templates.md § 4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.newest import NEWEST
from tests.templates.samples import container, env, names, render, settings

AUTO: list[Any] = [{"name": "istio-proxy", "image": "auto", "ports": [{"containerPort": 8080}]}]
TWO: list[Any] = [*AUTO, {"name": "a"}, {"name": "b"}]
DEFAULT, LOGS = "kubectl.kubernetes.io/default-container", "kubectl.kubernetes.io/default-logs-container"


def gateway(number: str = NEWEST, *, containers: list[Any] | None = None, **more: Any) -> Any:
    return render("gateway", number, containers=containers or AUTO, **more)


def test_newest_release() -> None:
    found = gateway()
    proxy = container(found)
    assert found["metadata"]["annotations"] == {"istio.io/rev": "default"}
    assert found["spec"]["securityContext"] == {
        "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    }
    assert proxy["args"][:2] == ["proxy", "router"]
    assert proxy["securityContext"] == {"runAsUser": 1337, "runAsGroup": 1337}
    assert "resources" not in proxy
    assert "startupProbe" not in proxy
    assert "lifecycle" not in proxy
    assert proxy["readinessProbe"]["failureThreshold"] == 4
    assert list(env(found)) == [
        "PILOT_CERT_PROVIDER", "CA_ADDR", "POD_NAME", "POD_NAMESPACE", "INSTANCE_IP", "SERVICE_ACCOUNT", "HOST_IP",
        "ISTIO_CPU_LIMIT", "PROXY_CONFIG", "ISTIO_META_POD_PORTS", "GOMEMLIMIT", "GOMAXPROCS", "ISTIO_META_APP_CONTAINERS",
        "ISTIO_META_CLUSTER_ID", "ISTIO_META_NODE_NAME", "ISTIO_META_INTERCEPTION_MODE", "ISTIO_META_WORKLOAD_NAME",
        "ISTIO_META_OWNER", "ISTIO_META_MESH_ID", "TRUST_DOMAIN",
    ]  # fmt: skip
    assert names(found["spec"]["volumes"]) == [
        "workload-socket", "credential-socket", "workload-certs", "istio-envoy", "istio-data", "istio-podinfo",
        "istio-token", "istiod-ca-cert",
    ]  # fmt: skip
    assert "8080" in env(found)["ISTIO_META_POD_PORTS"]


@pytest.mark.parametrize(
    ("number", "own", "label"),
    [
        ("1.17.1", "own", "canary"),
        ("1.17.2", "own", "own"),
        ("1.17.2", "", "canary"),
        ("1.18", "own", None),
    ],
)
def test_revision_label(number: str, own: str, label: str | None) -> None:
    found = gateway(number, labels={"istio.io/rev": own}, revision="canary")["metadata"]
    assert found["labels"].get("istio.io/rev") == label
    assert found["annotations"].get("istio.io/rev") == (None if label else "canary")


@pytest.mark.parametrize(
    ("number", "containers", "own", "expected"),
    [
        ("1.23.5", [*AUTO, {"name": "a"}], {DEFAULT: "mine"}, {DEFAULT: "a", LOGS: "a"}),
        ("1.23.5", TWO, {}, {}),
        ("1.24.3", TWO, {}, {}),
        ("1.23.6", TWO, {DEFAULT: "mine"}, {LOGS: "a"}),
        ("1.24.4", TWO, {}, {DEFAULT: "a", LOGS: "a"}),
        ("1.25.0", TWO, {}, {DEFAULT: "a", LOGS: "a"}),
    ],
)
def test_default_containers(number: str, containers: list[Any], own: dict[str, str], expected: dict[str, str]) -> None:
    found = gateway(number, containers=containers, annotations=own)["metadata"]["annotations"]
    assert {k: v for k, v in found.items() if k != "istio.io/rev"} == expected


@pytest.mark.parametrize(
    ("number", "security"),
    [
        ("1.18", {"fsGroup": 1337}),
        ("1.19", None),
        ("1.20.2", None),
        ("1.20.3", {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]}),
        ("1.20.8", {"runAsUser": 0}),
        ("1.21.3", {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]}),
        ("1.21.4", {"runAsUser": 0}),
        ("1.22.1", {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]}),
        ("1.22.2", {"runAsUser": 0}),
    ],
)
def test_pod_security(number: str, security: Any) -> None:
    values = settings(gateways__securityContext={"runAsUser": 0})
    found = gateway(number, values=values, features={"ENABLE_LEGACY_FSGROUP_INJECTION": "true"})
    assert found["spec"].get("securityContext") == security


@pytest.mark.parametrize(
    ("number", "value", "annotation", "image"),
    [
        ("1.22", "proxyv2", "r/other:1", "docker.io/istio/proxyv2:1.2.3"),
        ("1.22", "r/own:1", None, "r/own:1"),
        ("1.22", "r/own:1", "plain", "plain"),
        ("1.23", "proxyv2", "r/other:1", "r/other:1"),
        ("1.23", "r/own:1", "plain", "docker.io/istio/r/own:1:1.2.3"),
    ],
)
def test_image(number: str, value: str, annotation: str | None, image: str) -> None:
    annotations = {"sidecar.istio.io/proxyImage": annotation} if annotation else {}
    found = gateway(number, values=settings(global__proxy__image=value), annotations=annotations)
    assert container(found)["image"] == image


@pytest.mark.parametrize(("number", "known"), [("1.26", False), ("1.27", True)])
def test_bootstrap_override(number: str, known: bool) -> None:
    found = gateway(number, annotations={"sidecar.istio.io/bootstrapOverride": "own"})
    assert ("ISTIO_BOOTSTRAP_OVERRIDE" in env(found)) is known
    assert ("custom-bootstrap-volume" in names(container(found)["volumeMounts"])) is known
    assert ("custom-bootstrap-volume" in names(found["spec"]["volumes"])) is known


@pytest.mark.parametrize(("number", "source"), [("1.26", {}), ("1.27", None)])
def test_workload_socket_is_open_to_other_templates(number: str, source: Any) -> None:
    volumes = gateway(number)["spec"]["volumes"]
    assert [v["emptyDir"] for v in volumes[:3]] == [source, {}, {}]


@pytest.mark.parametrize(("number", "known"), [("1.19", False), ("1.20", True)])
def test_ids(number: str, known: bool) -> None:
    found = container(gateway(number, proxy_uid=0, proxy_gid=9))
    assert found.get("securityContext") == ({"runAsUser": 1337, "runAsGroup": 9} if known else None)


def test_annotations_do_not_move_mode_or_readiness() -> None:
    annotations = {
        "sidecar.istio.io/interceptionMode": "TPROXY",
        "readiness.status.sidecar.istio.io/periodSeconds": "99",
        "sidecar.istio.io/logLevel": "debug",
    }
    found = gateway(annotations=annotations, labels={"service.istio.io/workload-name": "own"})
    assert env(found)["ISTIO_META_INTERCEPTION_MODE"] == "REDIRECT"
    assert env(found)["ISTIO_META_WORKLOAD_NAME"] == "hello"
    assert container(found)["readinessProbe"]["periodSeconds"] == 15
    assert "--proxyLogLevel=debug" in container(found)["args"]


def test_absent_values_are_printed() -> None:
    values = settings()
    del values["global"]["proxy"]["clusterDomain"], values["global"]["proxy"]["logLevel"]
    args = container(gateway(values=values))["args"]
    assert args[3:5] == ["$(POD_NAMESPACE).svc.<no value>", "--proxyLogLevel=<nil>"]
