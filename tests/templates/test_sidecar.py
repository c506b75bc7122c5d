"""The sidecar: what each setting and annotation gives, in the order the spec tells (docs/istio/sidecar-template.md §§ 4–8)."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.errors import InjectionError
from meshc.injection.identity import Identity
from tests.newest import NEWEST
from tests.templates.samples import container, env, names, render, settings

TRAFFIC = "traffic.sidecar.istio.io/"
NONE = {"sidecar.istio.io/interceptionMode": "NONE"}
TPROXY = {"sidecar.istio.io/interceptionMode": "TPROXY"}


def sidecar(number: str = NEWEST, **more: Any) -> Any:
    return render("sidecar", number, **more)


def init_args(number: str = NEWEST, name: str = "istio-init", **more: Any) -> Any:
    return container(sidecar(number, **more), name)["args"]


def test_blanks_at_the_end_of_the_drain_port_go_as_from_a_bare_yaml_text() -> None:
    found = sidecar(annotations={"status.sidecar.istio.io/port": " 8080 "}, native_sidecars=True)
    assert container(found)["lifecycle"]["preStop"]["exec"]["command"][2] == "--debug-port= 8080"


def test_worked_example_of_the_newest_release() -> None:
    found = sidecar(labels={"app": "hello"}, native_sidecars=True)
    assert found["metadata"] == {
        "labels": {
            "security.istio.io/tlsMode": "istio",
            "service.istio.io/canonical-name": "hello",
            "service.istio.io/canonical-revision": "latest",
        },
        "annotations": {
            "istio.io/rev": "default",
            "kubectl.kubernetes.io/default-container": "hello",
            "kubectl.kubernetes.io/default-logs-container": "hello",
        },
    }
    assert names(found["spec"]["initContainers"]) == ["istio-init", "istio-proxy"]
    assert "containers" not in found["spec"]
    proxy = container(found)
    assert proxy["restartPolicy"] == "Always"
    assert proxy["lifecycle"]["preStop"]["exec"]["command"][2] == "--debug-port=15020"
    assert container(found, "istio-init")["args"] == [
        "istio-iptables", "-p", "15001", "-z", "15006", "-u", "1337", "-m", "REDIRECT", "-i", "*", "-x", "", "-b", "*",
        "-d", "15090,15021,15020", "--log_output_level=default:info",
    ]  # fmt: skip
    assert list(env(found)) == [
        "PILOT_CERT_PROVIDER", "CA_ADDR", "POD_NAME", "POD_NAMESPACE", "INSTANCE_IP", "SERVICE_ACCOUNT", "HOST_IP",
        "ISTIO_CPU_LIMIT", "PROXY_CONFIG", "ISTIO_META_POD_PORTS", "ISTIO_META_APP_CONTAINERS", "GOMEMLIMIT", "GOMAXPROCS",
        "ISTIO_META_CLUSTER_ID", "ISTIO_META_NODE_NAME", "ISTIO_META_INTERCEPTION_MODE", "ISTIO_META_WORKLOAD_NAME",
        "ISTIO_META_OWNER", "ISTIO_META_MESH_ID", "TRUST_DOMAIN",
    ]  # fmt: skip
    assert names(found["spec"]["volumes"]) == [
        "workload-socket", "credential-socket", "workload-certs", "istio-envoy", "istio-data", "istio-podinfo",
        "istio-token", "istiod-ca-cert", "istio-ca-crl",
    ]  # fmt: skip


def test_worked_example_of_the_oldest_release() -> None:
    found = sidecar("1.17", values=settings(global__proxy__readinessInitialDelaySeconds=1))
    assert "istio.io/rev" not in found["metadata"]["annotations"]
    assert names(found["spec"]["containers"]) == ["istio-proxy"]
    proxy = container(found)
    assert proxy["args"][-2:] == ["--concurrency", "2"]
    assert "lifecycle" not in proxy
    assert "startupProbe" not in proxy
    assert proxy["readinessProbe"]["initialDelaySeconds"] == 1
    assert next(iter(env(found))) == "JWT_POLICY"
    assert not {"ISTIO_CPU_LIMIT", "GOMEMLIMIT", "GOMAXPROCS"} & env(found).keys()


def test_empty_and_null_are_not_absent() -> None:
    found = sidecar(values=settings(global__proxy__resources=None))
    assert [v.get("emptyDir", 0) for v in found["spec"]["volumes"][:3]] == [None, None, None]
    assert container(found)["resources"] is None
    assert container(found)["startupProbe"]["initialDelaySeconds"] == 0


@pytest.mark.parametrize(("number", "expected"), [("1.25", None), ("1.26.0", []), ("1.30", [])])
def test_mode_none_without_native_sidecar(number: str, expected: Any) -> None:
    found = sidecar(number, annotations=NONE)["spec"]
    assert "initContainers" in found
    assert found["initContainers"] == expected


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ({}, "hello"),
        ({"app": "a"}, "a"),
        ({"app": "a", "app.kubernetes.io/name": "b"}, "b"),
        ({"service.istio.io/canonical-name": "c", "app.kubernetes.io/name": "b"}, "c"),
        ({"app": ""}, "hello"),
    ],
)
def test_labels_canonical_name(labels: dict[str, str], name: str) -> None:
    assert sidecar(labels=labels)["metadata"]["labels"]["service.istio.io/canonical-name"] == name


@pytest.mark.parametrize(("number", "length"), [("1.20", 70), ("1.21", 62)])
def test_labels_canonical_name_is_cut(number: str, length: int) -> None:
    long = Identity("apps/v1", "Deployment", "a" * 62 + "-" + "b" * 7, "")
    found = sidecar(number, workload=long)["metadata"]["labels"]["service.istio.io/canonical-name"]
    assert len(found) == length


@pytest.mark.parametrize(("value", "expected"), [("true", "http"), ("1", None)])
def test_labels_tunnel(value: str, expected: str | None) -> None:
    found = sidecar(proxy_config={"proxyMetadata": {"ISTIO_META_ENABLE_HBONE": value}})
    assert found["metadata"]["labels"].get("networking.istio.io/tunnel") == expected


def test_labels_own_labels_stay() -> None:
    own = {"security.istio.io/tlsMode": "disabled", "version": "v2"}
    found = sidecar(labels=own)["metadata"]["labels"]
    assert found["security.istio.io/tlsMode"] == "disabled"
    assert found["service.istio.io/canonical-revision"] == "v2"


def test_annotations_default_containers_stay() -> None:
    found = sidecar(annotations={"kubectl.kubernetes.io/default-container": ""})["metadata"]["annotations"]
    assert "kubectl.kubernetes.io/default-container" not in found
    assert found["kubectl.kubernetes.io/default-logs-container"] == "hello"


def test_annotations_no_application_no_default_container() -> None:
    found = sidecar(containers=[{"name": "istio-proxy", "image": "auto"}])["metadata"]["annotations"]
    assert found == {"istio.io/rev": "default"}


def test_annotations_revision() -> None:
    assert sidecar("1.18", revision="canary")["metadata"]["annotations"]["istio.io/rev"] == "canary"


def test_annotations_cni_settings_are_written_down() -> None:
    on = settings(pilot__cni__enabled=True, global__proxy__excludeIPRanges="1.2.3.4/32")
    annotations = {f"{TRAFFIC}excludeInterfaces": "eth1", f"{TRAFFIC}kubevirtInterfaces": ""}
    found = sidecar(annotations=annotations, values=on)["metadata"]["annotations"]
    del found["istio.io/rev"]
    assert {k: v for k, v in found.items() if not k.startswith("kubectl")} == {
        "sidecar.istio.io/interceptionMode": "REDIRECT",
        f"{TRAFFIC}includeOutboundIPRanges": "*",
        f"{TRAFFIC}excludeOutboundIPRanges": "1.2.3.4/32",
        f"{TRAFFIC}includeInboundPorts": "*",
        f"{TRAFFIC}excludeInboundPorts": "15020",
        f"{TRAFFIC}excludeInterfaces": "eth1",
    }


@pytest.mark.parametrize(("number", "written"), [("1.24", False), ("1.25", True)])
def test_annotations_empty_include_inbound_ports_with_cni(number: str, written: bool) -> None:
    on = settings(pilot__cni__enabled=True, global__proxy__includeInboundPorts="")
    found = sidecar(number, values=on)["metadata"]["annotations"]
    assert (f"{TRAFFIC}includeInboundPorts" in found) is written


def test_annotations_outbound_ports_with_cni() -> None:
    on = settings(pilot__cni__enabled=True)
    del on["global"]["proxy"]["excludeOutboundPorts"]
    found = sidecar(annotations={f"{TRAFFIC}includeOutboundPorts": ""}, values=on)["metadata"]["annotations"]
    assert found[f"{TRAFFIC}includeOutboundPorts"] == ""
    assert found[f"{TRAFFIC}excludeOutboundPorts"] == "<nil>"


@pytest.mark.parametrize(
    ("number", "change", "network"),
    [
        ("1.18", {"istio_cni__enabled": True}, None),
        ("1.18", {"istio_cni": {"enabled": True}}, "istio-cni"),
        ("1.19", {"istio_cni": {"enabled": True, "chained": False}}, "default/istio-cni"),
        ("1.21", {"pilot__cni__enabled": True, "istio_cni": {"chained": False}}, None),
        ("1.22", {"pilot__cni__enabled": True, "istio_cni": {"chained": True}}, None),
        ("1.23", {"istio_cni": {"enabled": True, "chained": True, "provider": "multus"}}, "default/istio-cni"),
        ("1.23", {"pilot": {"cni": {"enabled": True, "provider": "multus"}}}, "default/istio-cni"),
        ("1.23", {"pilot__cni__enabled": True, "istio_cni": {}}, "default/istio-cni"),
        ("1.24", {"istio_cni": {"enabled": True, "chained": False}}, None),
        ("1.24", {"pilot": {"cni": {"enabled": True, "provider": "multus"}}}, "default/istio-cni"),
        ("1.24", {"pilot": {"cni": {"enabled": True}}, "istio_cni": {}}, None),
    ],
)
def test_annotations_multus(number: str, change: dict[str, Any], network: str | None) -> None:
    found = sidecar(number, values=settings(**change))["metadata"]["annotations"]
    assert found.get("k8s.v1.cni.cncf.io/networks") == network


def test_init_order_of_all_arguments() -> None:
    annotations = {
        f"{TRAFFIC}includeOutboundPorts": "1",
        f"{TRAFFIC}excludeOutboundPorts": "",
        f"{TRAFFIC}kubevirtInterfaces": "net1",
        f"{TRAFFIC}excludeInterfaces": "",
        f"{TRAFFIC}excludeInboundPorts": "7, 8",
    }
    values = settings(global__logAsJson=True, global__proxy_init__forceApplyIptables=True, global__nativeNftables=True)
    assert init_args(annotations=annotations, values=values)[15:] == [
        "-d", "15090,15021,7,8,15020", "-q", "1", "-o", "", "-k", "net1", "-c", "", "--log_output_level=default:info",
        "--log_as_json", "--force-apply", "--native-nftables",
    ]  # fmt: skip


def test_init_validation_with_cni() -> None:
    values = settings(pilot__cni__enabled=True, global__proxy_init__forceApplyIptables=True)
    found = sidecar(values=values, proxy_uid=5, proxy_gid=6)
    one = container(found, "istio-validation")
    assert one["args"][-2:] == ["--run-validation", "--skip-rule-apply"]
    assert one["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
        "runAsGroup": 6,
        "runAsUser": 5,
        "runAsNonRoot": True,
    }


@pytest.mark.parametrize(("number", "port"), [("1.17", "15006"), ("1.18", "16006")])
def test_init_ports_of_the_mesh(number: str, port: str) -> None:
    args = init_args(number, mesh_config={"proxyListenPort": 16001, "proxyInboundListenPort": 16006})
    assert args[1:5] == ["-p", "16001", "-z", port]


@pytest.mark.parametrize("number", ["1.18", "1.30"])
def test_init_ports_of_a_mesh_that_says_zero(number: str) -> None:
    assert init_args(number, mesh_config={"proxyListenPort": 0, "proxyInboundListenPort": 0})[2:5:2] == [
        "15001",
        "15006",
    ]


@pytest.mark.parametrize(
    ("number", "uid", "ids"),
    [
        ("1.19", "1337", (1337, 1337)),
        ("1.25.3", "5", (5, 6)),
        ("1.25.4", "1337", (1337, 1337)),
        ("1.26.0", "5", (5, 6)),
        ("1.26.1", "5", (5, 6)),
        ("1.26.2", "1337", (1337, 1337)),
        ("1.27.0", "1337", (1337, 1337)),
    ],
)
def test_init_tproxy_ids(number: str, uid: str, ids: tuple[int, int]) -> None:
    cni = settings(pilot__cni__enabled=True, istio_cni__enabled=True)
    found = sidecar(number, annotations=TPROXY, values=cni, proxy_uid=5, proxy_gid=6)
    one = container(found, "istio-validation")
    assert one["args"][6] == uid
    assert (one["securityContext"]["runAsUser"], one["securityContext"]["runAsGroup"]) == ids


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("1.24", ["-k", "kube"]),
        ("1.25.0", ["-k", "kube", "-k", "re"]),
        ("1.26.4", ["-k", "kube", "-k", "re"]),
        ("1.26.5", ["-k", "re"]),
        ("1.27.0", ["-k", "kube", "-k", "re"]),
        ("1.27.1", ["-k", "kube", "-k", "re"]),
        ("1.27.2", ["-k", "re"]),
        ("1.28.0", ["-k", "re"]),
    ],
)
def test_init_interface_lists(number: str, expected: list[str]) -> None:
    both = {f"{TRAFFIC}kubevirtInterfaces": "kube", "istio.io/reroute-virtual-interfaces": "re"}
    args = init_args(number, annotations=both)
    assert args[args.index("-k") : -1] == expected


def test_init_metadata_is_the_environment() -> None:
    found = sidecar(proxy_config={"proxyMetadata": {"B": "2", "A": 'x"y'}})
    assert container(found, "istio-init")["env"] == [{"name": "A", "value": 'x"y'}, {"name": "B", "value": "2"}]
    assert "env" not in container(sidecar(), "istio-init")


@pytest.mark.parametrize("number", ["1.17", "1.23"])
def test_init_core_dump(number: str) -> None:
    annotations = {"sidecar.istio.io/enableCoreDump": "true", **NONE}
    found = sidecar(number, annotations=annotations)
    assert names(found["spec"]["initContainers"]) == ["enable-core-dump"]
    assert container(found)["securityContext"]["readOnlyRootFilesystem"] is False
    assert "env" not in container(found, "enable-core-dump")


def test_init_no_core_dump_any_more() -> None:
    found = sidecar("1.24", annotations={"sidecar.istio.io/enableCoreDump": "true"})
    assert names(found["spec"]["initContainers"]) == ["istio-init"]
    assert container(found)["securityContext"]["readOnlyRootFilesystem"] is True


@pytest.mark.parametrize(("number", "expected"), [("1.27", None), ("1.28", {"type": "RuntimeDefault"})])
def test_init_seccomp_profile(number: str, expected: Any) -> None:
    values = settings(global__proxy__seccompProfile={"type": "RuntimeDefault"})
    found = sidecar(number, values=values)
    for name in ("istio-init", "istio-proxy"):
        assert container(found, name)["securityContext"].get("seccompProfile") == expected


def test_odd_values_of_outbound_ports_are_refused() -> None:
    with pytest.raises(InjectionError, match="incompatible types") as caught:
        sidecar(values=settings(global__proxy__includeOutboundPorts=80))
    assert caught.value.path == "values.global.proxy.includeOutboundPorts"
