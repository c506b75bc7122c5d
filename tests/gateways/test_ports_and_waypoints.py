"""Service ports of Gateways, QUIC, and waypoints of agentgateway (docs/istio/changes-1.31.md § 3)."""

from __future__ import annotations

import pytest

from meshc.yamlio import Json
from tests.gateways.objects import AMBIENT, GLOBAL, a_gateway, deployed, pod

LONG = "a" * 63
QUIC = {**AMBIENT, "PILOT_ENABLE_QUIC_LISTENERS": "true"}


def _listener(name: str, port: int, protocol: str = "HTTP") -> Json:
    return {"name": name, "port": port, "protocol": protocol}


def _names(release: str, *listeners: Json, **given: Json) -> list[str]:
    return [port["name"] for port in _ports(release, *listeners, **given)]


def _ports(release: str, *listeners: Json, **given: Json) -> list[Json]:
    service = deployed(release, a_gateway(listeners=list(listeners)), **given)["Service"]
    found: list[Json] = service["spec"]["ports"][1:]
    return found


@pytest.mark.parametrize(
    ("listeners", "names"),
    [
        ([("web.a", 80), ("web-a", 81)], ["web-a", "web-a-81"]),
        ([("status-port", 80)], ["status-port-80"]),
        ([(LONG + "b", 82), (LONG + "c", 83)], [LONG, "a" * 60 + "-83"]),
        ([("a-80", 82), ("a", 81), ("a", 80)], ["a-80", "a", "a-80x"]),
        ([("a", 1), ("b", 2)], ["a", "b"]),
    ],
)
def test_port_names_are_unique_since_1_31(listeners: list[tuple[str, int]], names: list[str]) -> None:
    given = [_listener(name, port) for name, port in listeners]
    assert _names("1.31", *given) == names
    before = [name.replace(".", "-")[:63] for name, _ in listeners]
    assert _names("1.30", *given) == before


def test_https_listeners_have_a_udp_port_where_quic_is_on() -> None:
    listeners = (_listener("web", 443, "Https"), _listener("plain", 80), _listener("web-quic", 444, "HTTPS"))
    found = _ports("1.31", *listeners, feature=QUIC)
    assert [(p["name"], p["port"], p["protocol"], p["appProtocol"]) for p in found] == [
        ("web", 443, "TCP", "https"),
        ("web-quic", 443, "UDP", "https"),
        ("plain", 80, "TCP", "http"),
        ("web-quic-444", 444, "TCP", "https"),
        ("web-quic-444-quic", 444, "UDP", "https"),
    ]
    assert _names("1.31", *listeners) == ["web", "plain", "web-quic"]
    assert _names("1.30", *listeners, feature=QUIC) == ["web", "plain", "web-quic"]


def test_waypoints_keep_to_tcp() -> None:
    gateway = a_gateway("istio-waypoint", listeners=[_listener("web", 443, "HTTPS")])
    ports = deployed("1.31", gateway, feature=QUIC)["Service"]["spec"]["ports"]
    assert {port["protocol"] for port in ports} == {"TCP"}


@pytest.mark.parametrize("class_name", ["istio", "istio-waypoint"])
def test_the_workload_socket_is_open_for_another_source(class_name: str) -> None:
    def socket(release: str) -> Json:
        volumes = pod(deployed(release, a_gateway(class_name)))["spec"]["volumes"]
        return next(volume for volume in volumes if volume["name"] == "workload-socket")

    assert socket("1.31") == {"name": "workload-socket", "emptyDir": None}
    assert socket("1.30") == {"name": "workload-socket", "emptyDir": {}}


def _waypoint(release: str = "1.31", **given: Json) -> dict[str, Json]:
    return deployed(release, a_gateway("istio-agentgateway-waypoint"), **given)


def test_agentgateway_waypoints_need_both_switches() -> None:
    assert _waypoint()["Service"]["spec"]["type"] == "ClusterIP"
    assert _waypoint("1.30") == {}
    for off in ("PILOT_ENABLE_AGENTGATEWAY", "PILOT_ENABLE_AMBIENT"):
        assert _waypoint(feature={**AMBIENT, off: "false"}) == {}


def test_an_agentgateway_waypoint_is_neither_a_gateway_nor_takes_part_in_ambient_itself() -> None:
    objects = _waypoint()
    spec = pod(objects)["spec"]
    labels = pod(objects)["metadata"]["labels"]
    managed = "istio.io-agentgateway-waypoint-controller"
    assert objects["Deployment"]["metadata"]["labels"]["gateway.istio.io/managed"] == managed
    assert "istio.io/dataplane-mode" not in objects["Deployment"]["metadata"]["labels"]
    assert (labels["gateway.istio.io/managed"], labels["istio.io/dataplane-mode"]) == (managed, "none")
    assert "securityContext" not in spec
    assert "lifecycle" not in spec["containers"][0]
    assert "annotations" not in objects["Service"]["metadata"] or not objects["Service"]["metadata"]["annotations"]


def test_an_agentgateway_waypoint_has_the_waypoints_values() -> None:
    values = {
        "global": {
            **GLOBAL,
            "waypoint": {"resources": {"limits": {"cpu": None, "memory": "1Gi"}}, "affinity": {"a": "b"}},
            "proxy": {"resources": {"limits": {"cpu": "9"}}, "lifecycle": {"preStop": {"sleep": {"seconds": 1}}}},
        },
        "gateways": {"seccompProfile": {"type": "RuntimeDefault"}},
    }
    spec = pod(_waypoint(values=values))["spec"]
    (container,) = spec["containers"]
    assert container["resources"] == {"limits": {"memory": "1Gi"}}
    assert container["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert "affinity" not in spec
    assert "lifecycle" not in container


def test_an_agentgateway_waypoints_own_label_wins() -> None:
    gateway = a_gateway("istio-agentgateway-waypoint", metadata={"labels": {"istio.io/dataplane-mode": "ambient"}})
    assert pod(deployed("1.31", gateway))["metadata"]["labels"]["istio.io/dataplane-mode"] == "ambient"


def test_listener_sets_do_not_attach_to_an_agentgateway_waypoint() -> None:
    listener_set = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "ListenerSet",
        "metadata": {"name": "more", "namespace": "ns"},
        "spec": {"parentRef": {"name": "gw"}, "listeners": [_listener("extra", 8080)]},
    }
    allowed = {"namespaces": {"from": "Same"}}

    def names(class_name: str) -> list[str]:
        objects = deployed("1.31", a_gateway(class_name, allowedListeners=allowed), resources=[listener_set])
        return [port["name"] for port in objects["Service"]["spec"]["ports"]]

    assert "extra" in names("istio-agentgateway")
    assert "extra" not in names("istio-agentgateway-waypoint")
