"""Every lint rule: found where it should be, silent on a healthy pod."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from meshc import catalog, yamlio
from meshc.catalog import Release
from meshc.lint import findings
from meshc.models.mesh_config import MeshConfig
from meshc.reports.finding import Finding
from meshc.yamlio import Document
from tests.interception.samples import INIT_ARGS, pod
from tests.newest import NEWEST

TRAFFIC = "traffic.sidecar.istio.io/"


@dataclass(frozen=True)
class Given:
    """Settings as far as lint looks at them."""

    release: Release = field(default_factory=lambda: catalog.release(NEWEST))
    mesh: MeshConfig = field(default_factory=lambda: MeshConfig({}))
    resources: tuple[Any, ...] = ()


def lint(injected: dict[str, Any], document: dict[str, Any] | None = None, **more: Any) -> dict[str, Finding]:
    """Findings by rule; the user's document is the injected one unless given."""
    settings = more.pop("settings", Given())
    found = findings(Document(document or injected, "pod.yaml"), injected, settings, **more)
    return {f.rule: f for f in found}


def app(*ports: int, **fields: Any) -> dict[str, Any]:
    return {"ports": [{"containerPort": p} for p in ports]} | fields


def test_a_healthy_pod_has_no_findings() -> None:
    assert lint(pod()) == {}


def test_a_document_without_a_pod_has_no_findings() -> None:
    assert findings(Document({"kind": "Service", "spec": {}}, "s.yaml"), None, Given()) == []


@pytest.mark.parametrize("number", [15000, 15001, 15006, 15020, 15021, 15090])
def test_an_application_port_of_the_mesh_collides(number: int) -> None:
    found = lint(pod(app=app(number)))["port-collision"]
    assert found.severity == "error"
    assert found.path == "spec.containers[0].ports[0].containerPort"
    assert str(number) in found.message


@pytest.mark.parametrize(
    ("number", "release", "rule"),
    [
        (15004, "1.24", "port-collision"),
        (15004, "1.25", None),
        (15008, "1.30", "reserved-port"),
        (15053, "1.30", "reserved-port"),
    ],
)
def test_conditional_ports_follow_release_and_settings(number: int, release: str, rule: str | None) -> None:
    found = lint(pod(app=app(number)), settings=Given(catalog.release(release)))
    assert (rule in found) if rule else not found


def test_configured_numbers_collide_too() -> None:
    moved = pod(app=app(16000), proxy_env={"PROXY_CONFIG": '{"proxyAdminPort": 16000}'})
    assert "16000" in lint(moved)["port-collision"].message
    dns = pod(
        app={"ports": [{"containerPort": 15053, "protocol": "UDP"}]}, proxy_env={"ISTIO_META_DNS_CAPTURE": "true"}
    )
    assert "port-collision" in lint(dns)


def test_udp_and_tcp_do_not_collide() -> None:
    assert lint(pod(app={"ports": [{"containerPort": 15090, "protocol": "UDP"}]})) == {}


def test_the_admin_port_must_not_be_another_of_the_mesh() -> None:
    annotated = {"proxy.istio.io/config": "proxyAdminPort: 15021"}
    found = lint(pod(annotations=annotated))["mesh-port-clash"]
    assert found.severity == "error"
    assert found.path == 'metadata.annotations["proxy.istio.io/config"]'
    assert "15021" in found.message


def test_excluding_what_the_application_serves() -> None:
    args = [*INIT_ARGS, "", "-b", "*", "-d", "15090,15021,80,15020"]
    found = lint(pod(annotations={f"{TRAFFIC}excludeInboundPorts": "80"}, init_args=args))["served-port-not-captured"]
    assert found.path == f'metadata.annotations["{TRAFFIC}excludeInboundPorts"]'
    assert "80" in found.message


def test_including_other_ports_than_the_served_one() -> None:
    args = [*INIT_ARGS, "", "-b", "443", "-d", "15090,15021,15020"]
    found = lint(pod(annotations={f"{TRAFFIC}includeInboundPorts": "443"}, init_args=args))["served-port-not-captured"]
    assert found.path.endswith('includeInboundPorts"]')


def test_exclusion_by_settings_points_at_the_port() -> None:
    args = [*INIT_ARGS, "", "-b", "*", "-d", "15090,15021,80,15020"]
    assert lint(pod(init_args=args))["served-port-not-captured"].path == "spec.containers[0].ports[0].containerPort"


def test_a_probe_on_an_excluded_port() -> None:
    probe = {"livenessProbe": {"httpGet": {"port": 8081}}}
    args = [*INIT_ARGS, "", "-b", "*", "-d", "15090,15021,8081,15020"]
    changed = pod(app=app(80, **probe), annotations={f"{TRAFFIC}excludeInboundPorts": "8081"}, init_args=args)
    assert lint(changed)["probe-on-excluded-port"].path == "spec.containers[0].livenessProbe.httpGet.port"


@pytest.mark.parametrize(
    "place",
    [{"readinessProbe": {"tcpSocket": {"port": "web"}}}, {"lifecycle": {"preStop": {"httpGet": {"port": "web"}}}}],
)
def test_a_named_port_that_does_not_exist(place: dict[str, Any]) -> None:
    found = lint(pod(app=place))["unknown-named-port"]
    assert found.severity == "error"
    assert found.hint == "its named ports are http"


def test_a_named_port_that_exists_is_fine() -> None:
    assert lint(pod(app={"readinessProbe": {"httpGet": {"port": "http"}}})) == {}


def test_a_service_that_names_no_port_of_the_pod() -> None:
    service = {
        "kind": "Service",
        "metadata": {"name": "s"},
        "spec": {"selector": {"app": "httpbin"}, "ports": [{"port": 80, "targetPort": "web"}]},
    }
    assert "Service s" in lint(pod(), services=[service])["unknown-named-port"].message
    service["spec"]["ports"][0]["targetPort"] = "http"  # type: ignore[index]
    assert lint(pod(), services=[service]) == {}


def test_a_pod_on_the_hosts_network() -> None:
    own = {"kind": "Pod", "metadata": {"name": "n"}, "spec": {"hostNetwork": True, "containers": [{"name": "c"}]}}
    assert [f.rule for f in findings(Document(own, "n.yaml"), None, Given())] == ["host-network"]
    own["metadata"]["labels"] = {"sidecar.istio.io/inject": "false"}  # type: ignore[index]
    assert findings(Document(own, "n.yaml"), None, Given()) == []


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        (f"{TRAFFIC}excludeInboundPort", "80", "unknown-annotation"),
        (f"{TRAFFIC}excludeInboundPorts", "80,", "invalid-annotation"),
        (f"{TRAFFIC}excludeInboundPorts", "70000", "invalid-annotation"),
        (f"{TRAFFIC}includeOutboundIPRanges", "*,10.0.0.0/8", "invalid-annotation"),
        (f"{TRAFFIC}includeOutboundIPRanges", "10.0.0.1", "invalid-annotation"),
        (f"{TRAFFIC}excludeOutboundIPRanges", "*", "invalid-annotation"),
        (f"{TRAFFIC}excludeOutboundIPRanges", "192.168.0.0/12", "range-with-host-bits"),
        (f"{TRAFFIC}excludeInterfaces", "a-name-much-too-long", "invalid-annotation"),
        ("sidecar.istio.io/interceptionMode", "redirect", "invalid-annotation"),
        ("status.sidecar.istio.io/port", "http", "invalid-annotation"),
    ],
)
def test_annotations(name: str, value: str, rule: str) -> None:
    found = lint(pod(annotations={name: value}))[rule]
    assert found.path == f'metadata.annotations["{name}"]'
    assert found.hint


def test_host_bits_are_masked_as_the_kernel_does() -> None:
    found = lint(pod(annotations={f"{TRAFFIC}includeOutboundIPRanges": "192.168.0.0/12"}))["range-with-host-bits"]
    assert found.hint == "write 192.160.0.0/12"


def test_interface_names_are_checked_since_1_30() -> None:
    annotated = pod(annotations={f"{TRAFFIC}excludeInterfaces": "9eth"})
    assert "invalid-annotation" in lint(annotated)
    assert lint(annotated, settings=Given(catalog.release("1.29"))) == {}


def test_annotations_on_the_workload_itself() -> None:
    inner = pod()
    workload = {
        "kind": "Deployment",
        "metadata": {"name": "httpbin", "annotations": {"sidecar.istio.io/proxyCPU": "100m"}},
        "spec": {"template": {"metadata": inner["metadata"], "spec": inner["spec"]}},
    }
    found = lint(workload)["annotation-misplaced"]
    assert found.hint == "move it to spec.template.metadata.annotations"
    assert found.where == "default/deployment.httpbin"


def test_an_application_with_the_proxys_user() -> None:
    found = lint(pod(app={"securityContext": {"runAsUser": 1337}}))["application-runs-as-proxy"]
    assert found.path == "spec.containers[0].securityContext.runAsUser"


def test_a_status_port_moved_by_annotation_alone() -> None:
    args = [*INIT_ARGS, "", "-b", "*", "-d", "15090,15021,16020"]
    annotated = {
        "status.sidecar.istio.io/port": "16020",
        "prometheus.io/port": "15020",
        "prometheus.io/path": "/stats/prometheus",
    }
    assert "16020" in lint(pod(annotations=annotated, init_args=args))["half-moved-port"].message


def test_a_health_port_the_probe_does_not_follow_and_the_rules_catch() -> None:
    found = lint(pod(proxy_env={"ENVOY_STATUS_PORT": "16021"}))
    assert "probe asks 15021" in found["half-moved-port"].message
    assert "16021" in found["mesh-port-captured"].message


def test_names_that_occur_twice() -> None:
    twice = pod(
        spec={"volumes": [{"name": "a", "emptyDir": {}}, {"name": "a", "emptyDir": {}}]},
        app={"env": [{"name": "X"}, {"name": "X"}]},
    )
    twice["spec"]["containers"].append(
        {"name": "httpbin", "ports": [{"containerPort": 81, "name": "a"}, {"containerPort": 82, "name": "a"}]}
    )
    assert {"duplicate-volume", "duplicate-container", "duplicate-variable", "duplicate-port"} <= lint(twice).keys()


def test_two_containers_on_one_port() -> None:
    both = pod()
    both["spec"]["containers"].append({"name": "other", "ports": [{"containerPort": 80}]})
    assert lint(both)["duplicate-port"].path == "spec.containers[2].ports[0]"


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "500m"}}}, "request-above-limit"),
        ({"ports": [{"containerPort": 80, "name": "a-name-too-long-for-ports"}]}, "invalid-name"),
        ({"ports": [{"containerPort": 70000}]}, "invalid-port"),
    ],
)
def test_limits(fields: dict[str, Any], rule: str) -> None:
    assert lint(pod(app=fields))[rule].severity == "error"


def test_a_label_kubernetes_refuses() -> None:
    assert "invalid-label" in lint(pod(labels={"app": "x" * 64}))


def test_annotations_that_are_too_large() -> None:
    assert "annotations-too-large" in lint(pod(annotations={"note": "x" * 262145}))


def test_pod_security_of_the_namespace() -> None:
    namespace = {
        "kind": "Namespace",
        "metadata": {"name": "demo", "labels": {"pod-security.kubernetes.io/enforce": "baseline"}},
    }
    net_admin = pod()
    net_admin["spec"]["initContainers"][0]["securityContext"] = {"capabilities": {"add": ["NET_ADMIN", "NET_RAW"]}}
    found = lint(net_admin, settings=Given(resources=(namespace,)))["pod-security"]
    assert found.severity == "error"
    assert "NET_ADMIN" in found.message
    assert found.hint is not None
    assert "CNI" in found.hint
    assert lint(pod(), settings=Given(resources=(namespace,))) == {}


def test_injection_that_lowers_the_level_is_noted() -> None:
    secure = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    own = {
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "demo"},
        "spec": {"containers": [{"name": "httpbin", "securityContext": secure}]},
    }
    found = lint(pod(app={"securityContext": secure}), own)["pod-security"]
    assert found.severity == "note"
    assert "restricted to baseline" in found.message


def test_findings_carry_the_line_of_the_users_file() -> None:
    text = "kind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - name: httpbin\n    ports:\n    - containerPort: 15006\n"
    (document,) = yamlio.load_all(text, file="p.yaml")
    (found,) = findings(document, pod(app=app(15006)), Given())
    assert (found.file, found.line, found.rule) == ("p.yaml", 8, "port-collision")
