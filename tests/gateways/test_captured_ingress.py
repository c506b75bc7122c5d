"""The ingress gateway of a real 1.17.2 cluster with the demo profile, as `kubectl describe` shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meshc.gateways.gateway_objects import profile_gateways
from meshc.kubernetes import quantity
from meshc.settings import Settings
from meshc.yamlio import Json

CAPTURE = Path(__file__).resolve().parents[3] / "shared" / "captures" / "1.17.2" / "ingressgateway"
OF_THE_CLUSTER = ("pod-template-hash", "cni.projectcalico.org/")

pytestmark = pytest.mark.skipif(not CAPTURE.is_dir(), reason=f"no captures at {CAPTURE}")


@pytest.fixture(scope="module")
def objects() -> dict[str, Json]:
    """The objects of the demo profile's ingress gateway."""
    gateways = profile_gateways(Settings.load(release="1.17.2", profile="demo"))
    return next({d["kind"]: d for d in documents} for gateway, documents in gateways if "ingress" in gateway.name)


@pytest.fixture(scope="module")
def described() -> str:
    return (CAPTURE / "describe-pod.txt").read_text()


@pytest.fixture(scope="module")
def container(objects: dict[str, Json]) -> Json:
    return objects["Deployment"]["spec"]["template"]["spec"]["containers"][0]


def test_labels(objects: dict[str, Json], described: str) -> None:
    shown = dict(line.split("=", 1) for line in _column(described, "Labels:"))
    assert _own(shown) == objects["Deployment"]["spec"]["template"]["metadata"]["labels"]


def test_annotations(objects: dict[str, Json], described: str) -> None:
    shown = dict(line.split(": ", 1) for line in _column(described, "Annotations:"))
    assert _own(shown) == objects["Deployment"]["spec"]["template"]["metadata"]["annotations"]


def test_image(container: Json, described: str) -> None:
    assert _value(described, "Image") == container["image"]


def test_ports(container: Json, described: str) -> None:
    ports = [f"{p['containerPort']}/{p['protocol']}" for p in container["ports"]]
    assert _value(described, "Ports") == ", ".join(ports)


def test_arguments(container: Json, described: str) -> None:
    assert _block(described, "    Args:") == container["args"]


@pytest.mark.parametrize("section", ["Limits", "Requests"])
def test_resources(section: str, container: Json, described: str) -> None:
    shown = dict(re.split(r":\s+", line, maxsplit=1) for line in _block(described, f"    {section}:"))
    made = container["resources"][section.lower()]
    assert {name: quantity.parse(text) for name, text in shown.items()} == {
        name: quantity.parse(text) for name, text in made.items()
    }


def test_readiness(container: Json, described: str) -> None:
    probe = container["readinessProbe"]
    get = probe["httpGet"]
    assert _value(described, "Readiness") == (
        f"http-get {get['scheme'].lower()}://:{get['port']}{get['path']} delay={probe['initialDelaySeconds']}s "
        f"timeout={probe['timeoutSeconds']}s period={probe['periodSeconds']}s "
        f"#success={probe['successThreshold']} #failure={probe['failureThreshold']}"
    )


def test_environment_in_order(container: Json, described: str) -> None:
    shown = [re.split(r":\s*", line, maxsplit=1) for line in _block(described, "    Environment:")]
    assert [name for name, _ in shown] == [entry["name"] for entry in container["env"]]
    for (_, text), entry in zip(shown, container["env"], strict=True):
        if "valueFrom" in entry:
            assert text.endswith(f"(v1:{entry['valueFrom']['fieldRef']['fieldPath']})")
        else:
            assert text == entry["value"]


def test_mounts(container: Json, described: str) -> None:
    shown = [line for line in _block(described, "    Mounts:") if "kube-api-access" not in line]
    made = [
        f"{mount['mountPath']} from {mount['name']} ({'ro' if mount.get('readOnly') else 'rw'})"
        for mount in container["volumeMounts"]
    ]
    assert shown == sorted(made)


def test_volumes_in_order_with_their_sources(objects: dict[str, Json], described: str) -> None:
    volumes = objects["Deployment"]["spec"]["template"]["spec"]["volumes"]
    text = described.partition("\nVolumes:\n")[2].partition("\nQoS Class:")[0]
    shown = re.findall(r"^  (\S+):\n    Type: +(\w+)", text, re.M)
    kinds = {"emptyDir": "EmptyDir", "configMap": "ConfigMap", "downwardAPI": "DownwardAPI", "secret": "Secret"}
    made = [(v["name"], kinds.get(k, "Projected")) for v in volumes for k in v if k != "name"]
    assert [pair for pair in shown if "kube-api-access" not in pair[0]] == made
    assert "Medium:     Memory" not in text


def test_referenced_names(objects: dict[str, Json], described: str) -> None:
    volumes = {v["name"]: v for v in objects["Deployment"]["spec"]["template"]["spec"]["volumes"]}
    assert volumes["config-volume"]["configMap"] == {"name": "istio", "optional": True}
    assert volumes["istiod-ca-cert"]["configMap"]["name"] == "istio-ca-root-cert"
    for name in ("ingressgateway-certs", "ingressgateway-ca-certs"):
        assert volumes[name]["secret"] == {"secretName": f"istio-{name}", "optional": True}
        assert f"SecretName:  istio-{name}\n    Optional:    true" in described
    token = volumes["istio-token"]["projected"]["sources"][0]["serviceAccountToken"]
    assert f"TokenExpirationSeconds:  {token['expirationSeconds']}" in described


def test_service(objects: dict[str, Json]) -> None:
    name, kind, _, _, ports, _ = (CAPTURE / "get-svc.txt").read_text().split()
    service = objects["Service"]
    assert (name, kind) == (service["metadata"]["name"], service["spec"]["type"])
    assert re.findall(r"(\d+):\d+/TCP", ports) == [str(p["port"]) for p in service["spec"]["ports"]]


def test_one_replica(objects: dict[str, Json]) -> None:
    assert (CAPTURE / "get-deployment.txt").read_text().split()[-4] == "1/1"
    assert "replicas" not in objects["Deployment"]["spec"]
    assert "HorizontalPodAutoscaler" not in objects


def _own(shown: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in shown.items() if not key.startswith(OF_THE_CLUSTER)}


def _column(text: str, title: str) -> list[str]:
    """Lines of a heading's column: the rest of its line, and the lines indented as far."""
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(title))
    indent = len(lines[start]) - len(lines[start].removeprefix(title).lstrip())
    found = [lines[start][indent:]]
    for line in lines[start + 1 :]:
        if not line.startswith(" " * indent):
            break
        found.append(line[indent:])
    return found


def _value(text: str, name: str) -> str:
    found = re.search(rf"^    {name}: +(.*)$", text, re.M)
    assert found is not None
    return found[1].strip()


def _block(text: str, title: str) -> list[str]:
    """The lines indented below a heading."""
    lines = text.splitlines()
    start = lines.index(title)
    found = []
    for line in lines[start + 1 :]:
        if not line.startswith("      "):
            break
        found.append(line.strip())
    return found
