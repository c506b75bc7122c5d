"""The proxy container of the sidecar: arguments, hooks, environment, probes, security, mounts, volumes."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.injection.identity import Identity
from tests.newest import NEWEST
from tests.templates.samples import container, env, names, render, settings

STATUS_PORT = "status.sidecar.istio.io/port"


def sidecar(number: str = NEWEST, **more: Any) -> Any:
    return render("sidecar", number, **more)


def proxy(number: str = NEWEST, **more: Any) -> Any:
    return container(sidecar(number, **more))


def test_arguments_in_order() -> None:
    values = settings(
        global__sts__servicePort=15463, global__logAsJson=True, global__proxy__outlierLogPath="/dev/stdout"
    )
    annotations = {"sidecar.istio.io/logLevel": "", "sidecar.istio.io/agentLogLevel": "all:debug"}
    assert proxy(values=values, annotations=annotations)["args"] == [
        "proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc.cluster.local", "--proxyLogLevel=",
        "--proxyComponentLogLevel=misc:error", "--log_output_level=all:debug", "--stsPort=15463", "--log_as_json",
        "--outlierLogPath=/dev/stdout",
    ]  # fmt: skip


def test_outlier_log_is_new() -> None:
    values = settings(global__proxy__outlierLogPath="/dev/stdout")
    assert "--outlierLogPath=/dev/stdout" not in proxy("1.22", values=values)["args"]
    assert "--outlierLogPath=/dev/stdout" in proxy("1.23", values=values)["args"]


@pytest.mark.parametrize(
    ("number", "expected"), [("1.17", ["--concurrency", "3"]), ("1.18", ["--log_output_level=default:info"])]
)
def test_concurrency(number: str, expected: list[str]) -> None:
    assert proxy(number, proxy_config={"concurrency": 3})["args"][-len(expected) :] == expected


@pytest.mark.parametrize(
    ("number", "annotation", "environment", "switch", "native"),
    [
        ("1.18", None, "true", False, False),
        ("1.19", None, "true", False, True),
        ("1.19", None, "1", False, False),
        ("1.23", "false", "true", False, True),
        ("1.24", "false", "true", False, False),
        ("1.24", "yes", "true", False, False),
        ("1.26", "true", "", False, True),
        ("1.26", None, "TRUE", True, False),
        ("1.27", None, "", True, True),
        ("1.27", None, "true", False, False),
        ("1.27", "yes", "", False, True),
        ("1.27", "", "", True, True),
        ("1.27", "false", "", True, False),
    ],
)
def test_placement_native(number: str, annotation: str | None, environment: str, switch: bool, native: bool) -> None:
    annotations = {} if annotation is None else {"sidecar.istio.io/nativeSidecar": annotation}
    features = {"ENABLE_NATIVE_SIDECARS": environment}
    spec = sidecar(number, annotations=annotations, features=features, native_sidecars=switch)["spec"]
    assert ("istio-proxy" in names(spec["initContainers"])) is native
    assert ("containers" in spec) is not native


def test_placement_native_alone_in_mode_none() -> None:
    found = sidecar(
        "1.24", annotations={"sidecar.istio.io/interceptionMode": "NONE", "sidecar.istio.io/nativeSidecar": "true"}
    )
    assert names(found["spec"]["initContainers"]) == ["istio-proxy"]


HOLD = {"holdApplicationUntilProxyStarts": True}


@pytest.mark.parametrize(
    ("number", "native", "hold", "hook"),
    [
        ("1.20", False, True, "postStart"),
        ("1.20", True, True, "postStart"),
        ("1.20", True, False, None),
        ("1.21", True, False, "preStop"),
        ("1.21", True, True, "preStop"),
        ("1.21", False, True, "postStart"),
        ("1.21", False, False, None),
    ],
)
def test_hooks_hook(number: str, native: bool, hold: bool, hook: str | None) -> None:
    features = {"ENABLE_NATIVE_SIDECARS": "true" if native else "false"}
    found = proxy(number, features=features, proxy_config=HOLD if hold else {})
    assert list(found.get("lifecycle", {})) == ([hook] if hook else [])


def test_hooks_values_win() -> None:
    hooks = {"preStop": {"exec": {"command": ["sleep", "1"]}}}
    found = proxy(values=settings(global__proxy__lifecycle=hooks), native_sidecars=True, proxy_config=HOLD)
    assert found["lifecycle"] == hooks


def test_hooks_hold_by_value() -> None:
    found = proxy(values=settings(global__proxy__holdApplicationUntilProxyStarts=True))
    assert found["lifecycle"] == {"postStart": {"exec": {"command": ["pilot-agent", "wait"]}}}


def test_environment_everything_in_order() -> None:
    values = settings(
        global__network="net",
        global__meshID="m",
        global__proxy__tracer="datadog",
        global__multiCluster__clusterName="c",
    )
    annotations = {
        "sidecar.istio.io/bootstrapOverride": "my-bootstrap",
        "apm.datadoghq.com/env": '{"DD_Z": true, "DD_A": "x"}',
        "sidecar.istio.io/interceptionMode": "TPROXY",
    }
    otel = {"name": "o", "opentelemetry": {"serviceAttributeEnrichment": "OTEL_SEMANTIC_CONVENTIONS"}}
    found = env(
        sidecar(
            values=values,
            annotations=annotations,
            features={"COMPLIANCE_POLICY": "fips-140-2"},
            mesh_config={"inboundTrafficPolicy": {"mode": "LOCALHOST"}, "extensionProviders": [otel]},
            proxy_config={"proxyMetadata": {"Z": "1", "Y": "2"}},
        )
    )
    assert next(iter(found)) == "REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION"
    assert list(found)[14:] == [
        "COMPLIANCE_POLICY", "ISTIO_META_CLUSTER_ID", "ISTIO_META_NODE_NAME", "ISTIO_META_INTERCEPTION_MODE",
        "ISTIO_META_NETWORK", "ISTIO_META_WORKLOAD_NAME", "ISTIO_META_OWNER", "ISTIO_BOOTSTRAP_OVERRIDE",
        "ISTIO_META_MESH_ID", "TRUST_DOMAIN", "DD_A", "DD_Z", "OTEL_RESOURCE_ATTRIBUTES", "Y", "Z",
    ]  # fmt: skip
    assert found["ISTIO_META_INTERCEPTION_MODE"] == "TPROXY"
    assert found["DD_Z"] == "true"
    assert found["OTEL_RESOURCE_ATTRIBUTES"] == "service.version=1,service.instance.id=.$(POD_NAME).hello"
    assert found["ISTIO_META_OWNER"] == "kubernetes://apis/apps/v1/namespaces/default/deployments/hello"


@pytest.mark.parametrize(
    ("number", "known"),
    [("1.19.7", False), ("1.19.8", True), ("1.20.3", False), ("1.20.4", True), ("1.21.0", True), ("1.18", False)],
)
def test_environment_compliance_policy(number: str, known: bool) -> None:
    found = env(sidecar(number, features={"COMPLIANCE_POLICY": "fips-140-2"}))
    assert ("COMPLIANCE_POLICY" in found) is known


@pytest.mark.parametrize(
    ("number", "features", "mode", "expected"),
    [
        ("1.21", {"PILOT_ENABLE_INBOUND_PASSTHROUGH": "false"}, "PASSTHROUGH", True),
        ("1.21", {}, "LOCALHOST", False),
        ("1.22", {"PILOT_ENABLE_INBOUND_PASSTHROUGH": "false"}, "PASSTHROUGH", False),
        ("1.22", {}, "LOCALHOST", True),
    ],
)
def test_environment_localhost_probes(number: str, features: dict[str, str], mode: str, expected: bool) -> None:
    found = env(sidecar(number, features=features, mesh_config={"inboundTrafficPolicy": {"mode": mode}}))
    assert ("REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION" in found) is expected


@pytest.mark.parametrize(("number", "name"), [("1.24", "hello"), ("1.25", "own")])
def test_environment_workload_name_label(number: str, name: str) -> None:
    found = env(sidecar(number, labels={"service.istio.io/workload-name": "own"}))
    assert found["ISTIO_META_WORKLOAD_NAME"] == name
    assert found["ISTIO_META_OWNER"].endswith("/hello")


def test_environment_no_name_no_owner() -> None:
    found = env(sidecar(workload=Identity("v1", "Pod", "", "")))
    assert not {"ISTIO_META_WORKLOAD_NAME", "ISTIO_META_OWNER"} & found.keys()


@pytest.mark.parametrize(
    ("change", "address"),
    [
        ({}, "istiod.istio-system.svc:15012"),
        ({"revision": "canary"}, "istiod-canary.istio-system.svc:15012"),
        ({"revision": None}, "istiod-<no value>.istio-system.svc:15012"),
        ({"global__caAddress": "ca:1"}, "ca:1"),
        ({"global__istioNamespace": None}, "istiod.<no value>.svc:15012"),
    ],
)
def test_environment_certificate_authority(change: dict[str, Any], address: str) -> None:
    assert env(sidecar(values=settings(**change)))["CA_ADDR"] == address


@pytest.mark.parametrize(("number", "divisor"), [("1.28", {}), ("1.29", {"divisor": "1"})])
def test_environment_divisor(number: str, divisor: dict[str, str]) -> None:
    found = env(sidecar(number))
    assert found["ISTIO_CPU_LIMIT"] == found["GOMAXPROCS"] == {"resource": "limits.cpu", **divisor}
    assert found["GOMEMLIMIT"] == {"resource": "limits.memory", **divisor}


def test_environment_ports_text() -> None:
    ports = [{"containerPort": 80, "name": "<a>"}, {"hostPort": 9000, "containerPort": 9000, "protocol": "TCP"}]
    found = env(
        sidecar(containers=[{"name": "a", "ports": ports}, {"name": "istio-proxy", "ports": [{"hostIP": "::1"}]}])
    )
    assert found["ISTIO_META_POD_PORTS"] == (
        '[\n    {"name":"\\u003ca\\u003e","containerPort":80}\n    ,{"hostPort":9000,"containerPort":9000,"protocol":"TCP"}'
        '\n    ,{"containerPort":0,"hostIP":"::1"}\n]'
    )
    assert found["ISTIO_META_APP_CONTAINERS"] == "a"
    assert env(sidecar(containers=[]))["ISTIO_META_POD_PORTS"] == "[\n]"


def test_environment_proxy_config_ends_with_a_line_break() -> None:
    assert env(sidecar())["PROXY_CONFIG"] == "{}\n"
    assert env(sidecar(proxy_config={"concurrency": 0}))["PROXY_CONFIG"] == '{"concurrency":0}\n'


def test_environment_trust_domain_of_the_values() -> None:
    found = env(sidecar(mesh_config={"trustDomain": ""}, values=settings(global__trustDomain="td")))
    assert found["TRUST_DOMAIN"] == found["ISTIO_META_MESH_ID"] == "td"
    assert "TRUST_DOMAIN" not in env(sidecar(mesh_config={"trustDomain": ""}))


def test_probes_configured_timing() -> None:
    annotations = {
        "readiness.status.sidecar.istio.io/initialDelaySeconds": "5",
        "readiness.status.sidecar.istio.io/periodSeconds": "010",
    }
    assert proxy(annotations=annotations)["readinessProbe"] == {
        "httpGet": {"path": "/healthz/ready", "port": 15021},
        "initialDelaySeconds": 5,
        "periodSeconds": 8,
        "timeoutSeconds": 3,
        "failureThreshold": 4,
    }


@pytest.mark.parametrize(
    ("number", "native", "probes"),
    [
        ("1.18", False, ["readinessProbe"]),
        ("1.19", False, ["readinessProbe"]),
        ("1.19", True, ["startupProbe"]),
        ("1.20", True, ["startupProbe", "readinessProbe"]),
        ("1.20", False, ["startupProbe", "readinessProbe"]),
    ],
)
def test_probes_which(number: str, native: bool, probes: list[str]) -> None:
    found = proxy(number, features={"ENABLE_NATIVE_SIDECARS": str(native).lower()})
    assert [key for key in found if key.endswith("Probe")] == probes
    if number == "1.19":
        assert found[probes[0]]["periodSeconds"] == 15


def test_probes_none_for_port_zero() -> None:
    assert not [key for key in proxy(annotations={STATUS_PORT: "0"}) if key.endswith("Probe")]


def test_probes_startup_probe_off() -> None:
    found = proxy(values=settings(global__proxy__startupProbe={"enabled": False}))
    assert [key for key in found if key.endswith("Probe")] == ["readinessProbe"]


@pytest.mark.parametrize(
    ("annotations", "added", "user", "group"),
    [
        ({}, None, 5, 6),
        ({"sidecar.istio.io/interceptionMode": "TPROXY"}, ["NET_ADMIN"], 0, 1337),
        ({"sidecar.istio.io/capNetBindService": "true"}, ["NET_BIND_SERVICE"], 0, 1337),
        (
            {"sidecar.istio.io/capNetBindService": "true", "sidecar.istio.io/interceptionMode": "TPROXY"},
            ["NET_ADMIN", "NET_BIND_SERVICE"],
            0,
            1337,
        ),
    ],
)
def test_security_capabilities_and_ids(annotations: Any, added: Any, user: int, group: int) -> None:
    found = proxy(annotations=annotations, proxy_uid=5, proxy_gid=6)["securityContext"]
    assert found["capabilities"].get("add") == added
    assert (found["runAsUser"], found["runAsGroup"], found["runAsNonRoot"]) == (user, group, user != 0)


def test_security_group_before_the_fix() -> None:
    tproxy = {"sidecar.istio.io/interceptionMode": "TPROXY"}
    assert proxy("1.26.1", annotations=tproxy, proxy_gid=6)["securityContext"]["runAsGroup"] == 6


def test_security_tracing_of_iptables() -> None:
    tracing = {"proxyMetadata": {"IPTABLES_TRACE_LOGGING": "true"}}
    assert proxy(proxy_config=tracing, proxy_gid=6)["securityContext"] == {
        "allowPrivilegeEscalation": True,
        "privileged": True,
        "capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
        "runAsGroup": 6,
        "runAsNonRoot": False,
        "runAsUser": 0,
    }


def test_security_privileged() -> None:
    found = sidecar(values=settings(global__proxy__privileged=True))
    for name in ("istio-init", "istio-proxy"):
        security = container(found, name)["securityContext"]
        assert (security["privileged"], security["allowPrivilegeEscalation"]) == (True, True)


@pytest.mark.parametrize(("number", "expected"), [("1.18", {"fsGroup": 1337}), ("1.19", None)])
def test_security_legacy_fs_group(number: str, expected: Any) -> None:
    found = sidecar(number, features={"ENABLE_LEGACY_FSGROUP_INJECTION": "true"})
    assert found["spec"].get("securityContext") == expected
