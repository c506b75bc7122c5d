"""The templates for proxyless gRPC (docs/istio/other-templates.md §§ 5–6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.newest import NEWEST
from tests.templates.samples import container, env, names, render, settings

PAIR = [{"name": "a", "ports": [{"containerPort": 80}]}, {"name": "b"}, {"name": "istio-proxy"}]


def agent(number: str = NEWEST, **more: Any) -> Any:
    return render("grpc-agent", number, **{"containers": PAIR, **more})


def test_agent_of_the_newest_release() -> None:
    found = agent()
    assert names(found["spec"]["containers"]) == ["istio-proxy", "a", "b"]
    assert found["metadata"]["annotations"] == {
        "istio.io/rev": "default",
        "kubectl.kubernetes.io/default-logs-container": "a",
        "kubectl.kubernetes.io/default-container": "a",
        "sidecar.istio.io/rewriteAppHTTPProbers": "false",
    }
    assert "security.istio.io/tlsMode" not in found["metadata"]["labels"]
    proxy = container(found)
    assert proxy["args"][:2] == ["proxy", "sidecar"]
    assert proxy["readinessProbe"]["httpGet"]["port"] == 15020
    assert "securityContext" not in proxy
    assert list(env(found)) == [
        "ISTIO_META_GENERATOR", "OUTPUT_CERTS", "PILOT_CERT_PROVIDER", "CA_ADDR", "POD_NAME", "POD_NAMESPACE",
        "INSTANCE_IP", "SERVICE_ACCOUNT", "HOST_IP", "PROXY_CONFIG", "ISTIO_META_POD_PORTS", "ISTIO_META_APP_CONTAINERS",
        "ISTIO_META_CLUSTER_ID", "ISTIO_META_NODE_NAME", "ISTIO_META_WORKLOAD_NAME", "ISTIO_META_OWNER",
        "ISTIO_META_MESH_ID", "TRUST_DOMAIN", "ISTIO_META_DNS_CAPTURE", "DISABLE_ENVOY",
    ]  # fmt: skip
    assert names(proxy["volumeMounts"]) == [
        "workload-socket", "workload-certs", "istiod-ca-cert", "istio-data", "istio-xds", "istio-token", "istio-podinfo",
    ]  # fmt: skip
    assert names(found["spec"]["volumes"]) == [
        "workload-socket", "workload-certs", "istio-xds", "istio-data", "istio-podinfo", "istio-token", "istiod-ca-cert",
    ]  # fmt: skip
    assert [v["emptyDir"] for v in found["spec"]["volumes"][:2]] == [None, None]


def test_application_containers() -> None:
    found = agent(values=settings(global__caName="GkeWorkloadCertificate"))
    assert env(found, "b") == {
        "GRPC_XDS_EXPERIMENTAL_SECURITY_SUPPORT": "true",
        "GRPC_XDS_BOOTSTRAP": "/etc/istio/proxy/grpc-bootstrap.json",
    }
    assert container(found, "b")["volumeMounts"] == [
        {"name": "istio-data", "mountPath": "/var/lib/istio/data"},
        {"name": "istio-xds", "mountPath": "/etc/istio/proxy"},
        {
            "name": "gke-workload-certificate",
            "mountPath": "/var/run/secrets/workload-spiffe-credentials",
            "readOnly": True,
        },
    ]


def test_port_zero_leaves_out_probe_resources_and_mounts() -> None:
    found = agent(annotations={"status.sidecar.istio.io/port": "0"})
    assert not {"readinessProbe", "resources", "volumeMounts"} & container(found).keys()
    assert "istio-token" in names(found["spec"]["volumes"])


@pytest.mark.parametrize(
    ("number", "revision", "expected"),
    [
        ("1.17", "7", None),
        ("1.18", "7", 7),
        ("1.20.6", "7", 7),
        ("1.20.7", "7", "7"),
        ("1.21.2", "7", 7),
        ("1.21.3", "7", "7"),
        ("1.22", "7", "7"),
        ("1.21.0", "canary", "canary"),
    ],
)
def test_revision(number: str, revision: str, expected: Any) -> None:
    found = agent(number, revision=revision)["metadata"]["annotations"]
    assert found.get("istio.io/rev") == expected


def test_metadata_comes_before_the_constants() -> None:
    found = env(agent(proxy_config={"proxyMetadata": {"B": "1", "A": "2"}}))
    assert list(found)[-4:] == ["A", "B", "ISTIO_META_DNS_CAPTURE", "DISABLE_ENVOY"]


def test_bootstrap_override_is_never_mounted() -> None:
    found = agent(annotations={"sidecar.istio.io/bootstrapOverride": "own"})
    assert "custom-bootstrap-volume" in names(found["spec"]["volumes"])
    assert "custom-bootstrap-volume" not in names(container(found)["volumeMounts"])
    assert "ISTIO_BOOTSTRAP_OVERRIDE" not in env(found)


def test_user_volumes_come_last() -> None:
    annotations = {
        "sidecar.istio.io/userVolume": '{"x": {"emptyDir": {}}}',
        "sidecar.istio.io/userVolumeMount": '{"x": {"mountPath": "/x"}}',
    }
    found = agent(annotations=annotations, values=settings(global__mountMtlsCerts=True))
    assert names(found["spec"]["volumes"])[-2:] == ["istio-certs", "x"]
    assert names(container(found)["volumeMounts"])[-2:] == ["istio-podinfo", "x"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("1.28.5", {"limits": {"cpu": None, "memory": "1Gi"}}),
        ("1.28.6", {"limits": {"memory": "1Gi"}}),
        ("1.29.0", {"limits": {"cpu": None, "memory": "1Gi"}}),
        ("1.29.1", {"limits": {"memory": "1Gi"}}),
        ("1.30.0", {"limits": {"memory": "1Gi"}}),
    ],
)
def test_null_resources(number: str, expected: Any) -> None:
    values = settings(global__proxy__resources={"limits": {"cpu": None, "memory": "1Gi"}})
    assert container(agent(number, values=values))["resources"] == expected


def test_localhost_probes() -> None:
    found = env(agent(mesh_config={"inboundTrafficPolicy": {"mode": "LOCALHOST"}}))
    assert list(found)[2] == "REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION"


@pytest.mark.parametrize(("number", "switched"), [("1.17.2", False), ("1.17.3", True), ("1.30", True)])
def test_simple(number: str, switched: bool) -> None:
    found = render("grpc-simple", number, containers=PAIR)
    assert ("metadata" in found) is switched
    init = container(found, "grpc-bootstrap-init")
    assert init["command"][2].startswith('NODE_ID="sidecar~${INSTANCE_IP}')
    assert init["command"][2].endswith("}' > /var/lib/grpc/data/bootstrap.json")
    assert env(found, "grpc-bootstrap-init")["ISTIO_NAMESPACE"] == "istio-system\n"
    assert names(found["spec"]["containers"]) == ["a", "b", "istio-proxy"]
    assert env(found, "b") == {
        "GRPC_XDS_BOOTSTRAP": "/var/lib/grpc/data/bootstrap.json",
        "GRPC_GO_LOG_VERBOSITY_LEVEL": "99",
        "GRPC_GO_LOG_SEVERITY_LEVEL": "info",
    }
    assert found["spec"]["volumes"] == [{"name": "grpc-io-proxyless-bootstrap", "emptyDir": {}}]
