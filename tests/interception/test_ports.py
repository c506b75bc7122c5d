"""Port maps of pods and components, listings, recipes and pictures."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from meshc import catalog, yamlio
from meshc.errors import InputError, UsageError
from meshc.interception.ports import port_comparison, sockets
from meshc.interception.ports.components import COMPONENTS, component
from meshc.interception.ports.pictures import FORMATS, draw
from meshc.interception.ports.pod_ports import pod_ports
from meshc.interception.ports.port_map import PortMap
from meshc.interception.ports.recipes import recipe
from meshc.kubernetes.pods import pod_of
from tests.conformance.data import CHECKOUT
from tests.interception.samples import INIT_ARGS, pod
from tests.newest import NEWEST

CAPTURES = CHECKOUT.parent / "shared" / "captures"
needs_captures = pytest.mark.skipif(not CAPTURES.is_dir(), reason="no captures: put them at ../shared/captures")

NETSTAT = """\
Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
tcp        0      0 127.0.0.1:15000         0.0.0.0:*               LISTEN      12/envoy
tcp        0      0 0.0.0.0:15090           0.0.0.0:*               LISTEN      12/envoy
tcp        0      0 0.0.0.0:15090           0.0.0.0:*               LISTEN      12/envoy
tcp        0      0 0.0.0.0:15021           0.0.0.0:*               LISTEN      12/envoy
tcp        0      0 0.0.0.0:15006           0.0.0.0:*               LISTEN      12/envoy
tcp        0      0 0.0.0.0:15001           0.0.0.0:*               LISTEN      12/envoy
tcp6       0      0 :::80                   :::*                    LISTEN      9/httpbin
tcp6       0      0 :::15020                :::*                    LISTEN      1/pilot-agent
"""
SS = """\
Netid State  Recv-Q Send-Q                      Local Address:Port  Peer Address:Port Process
u_str LISTEN 0      4096   ./var/run/secrets/workload-spiffe-uds/socket 34782 * 0 users:(("pilot-agent",pid=1,fd=13))
u_str LISTEN 0      4096   etc/istio/proxy/XDS 34783          * 0     users:(("pilot-agent",pid=1,fd=16))
u_str ESTAB  0      0      etc/istio/proxy/XDS 1379           * 1378  users:(("pilot-agent",pid=1,fd=8))
tcp   LISTEN 0      4096   127.0.0.1:15000      0.0.0.0:*     users:(("envoy",pid=12,fd=18))
tcp   LISTEN 0      4096   0.0.0.0:15090        0.0.0.0:*     users:(("envoy",pid=12,fd=21),("envoy",pid=12,fd=22))
tcp   LISTEN 0      4096   0.0.0.0:15021        0.0.0.0:*
tcp   LISTEN 0      4096   0.0.0.0:15006        0.0.0.0:*
tcp   LISTEN 0      4096   [::]:15001           [::]:*
tcp   ESTAB  0      0      172.21.206.227:40560 10.108.217.90:15012
tcp   LISTEN 0      4096   *:80                 *:*
tcp   LISTEN 0      4096   *:15020              *:*           users:(("pilot-agent",pid=1,fd=12))
"""
LSOF = """\
COMMAND      PID     USER   FD   TYPE  DEVICE SIZE/OFF NODE NAME
httpbin   381932     root    3u  IPv6 1701184      0t0  TCP *:http (LISTEN)
pilot-age 381968     1337    7u  IPv6 1701212      0t0  TCP *:15020 (LISTEN)
pilot-age 381968     1337    8u  IPv4 2698423      0t0  TCP 10.10.241.82:55074->10.107.166.144:15012 (ESTABLISHED)
envoy     381989     1337   18u  IPv4 1701229      0t0  TCP localhost:15000 (LISTEN)
envoy     381989     1337   21u  IPv4 1701245      0t0  TCP *:15090 (LISTEN)
envoy     381989     1337   23u  IPv4 1701253      0t0  TCP *:15021 (LISTEN)
envoy     381989     1337   43u  IPv4 1702935      0t0  TCP *:15001 (LISTEN)
envoy     381989     1337   45u  IPv4 1703005      0t0  TCP *:15006 (LISTEN)
"""


def ports(document: dict[str, Any] | None = None, release: str = NEWEST, **more: Any) -> PortMap:
    return pod_ports(document or pod(), catalog.release(release), **more)


def numbers(made: PortMap) -> dict[str, int]:
    return {p.id: p.number for p in made.ports if p.transport != "unix"}


def test_a_sidecars_ports() -> None:
    made = ports()
    assert made.kind == "sidecar"
    expected = {
        "application": 80,
        "envoy-admin": 15000,
        "envoy-outbound": 15001,
        "envoy-inbound": 15006,
        "agent-status": 15020,
        "envoy-health": 15021,
    }
    assert numbers(made) == expected | {"envoy-prometheus": 15090}
    assert numbers(ports(release="1.24"))["agent-debug"] == 15004


def test_forwards_name_the_numbers_of_this_pod() -> None:
    made = ports(pod(annotations={"status.sidecar.istio.io/port": "16020"}))
    health = made.find("envoy-health")
    assert health is not None
    assert [(f.to, f.number) for f in health.forwards] == [("agent-status", 16020)]


@pytest.mark.parametrize(
    ("changes", "name", "number", "source"),
    [
        (
            {"proxy_env": {"PROXY_CONFIG": "proxyAdminPort: 16000"}},
            "envoy-admin",
            16000,
            "environment PROXY_CONFIG proxyAdminPort",
        ),
        (
            {"annotations": {"proxy.istio.io/config": "proxyAdminPort: 16000"}},
            "envoy-admin",
            16000,
            "annotation proxy.istio.io/config proxyAdminPort",
        ),
        (
            {"annotations": {"status.sidecar.istio.io/port": "16020"}},
            "agent-status",
            16020,
            "annotation status.sidecar.istio.io/port",
        ),
        ({"proxy_env": {"ENVOY_STATUS_PORT": "16021"}}, "envoy-health", 16021, "environment ENVOY_STATUS_PORT"),
        (
            {"proxy_env": {"ENVOY_PROMETHEUS_PORT": "16090"}},
            "envoy-prometheus",
            16090,
            "environment ENVOY_PROMETHEUS_PORT",
        ),
        ({"init_args": [*INIT_ARGS[:2], "16001", "-z", "16006"]}, "envoy-outbound", 16001, "arguments of istio-init"),
        ({"init_args": [*INIT_ARGS[:2], "16001", "-z", "16006"]}, "envoy-inbound", 16006, "arguments of istio-init"),
        ({"proxy_env": {"ISTIO_META_DNS_CAPTURE": "true"}}, "agent-dns", 15053, "default"),
        (
            {"proxy_env": {"ISTIO_META_DNS_CAPTURE": "true", "DNS_PROXY_ADDR": "localhost:5353"}},
            "agent-dns",
            5353,
            "environment DNS_PROXY_ADDR",
        ),
        (
            {"proxy_env": {"ISTIO_META_ENABLE_HBONE": "true"}},
            "envoy-hbone",
            15008,
            "environment ISTIO_META_ENABLE_HBONE",
        ),
    ],
)
def test_where_a_number_comes_from(changes: dict[str, Any], name: str, number: int, source: str) -> None:
    found = ports(pod(**changes)).find(name)
    assert found is not None
    assert (found.number, found.source) == (number, source)


def test_the_bootstrap_decides_where_there_is_one() -> None:
    def listener(port: int, stat_prefix: str) -> dict[str, Any]:
        return {
            "address": {"socket_address": {"address": "::", "port_value": port}},
            "filter_chains": [{"stat_prefix": stat_prefix}],
        }

    bootstrap = {
        "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 17000}}},
        "static_resources": {
            "listeners": [listener(17090, "stats"), listener(17092, "secure_merged_stats"), listener(17021, "agent")],
            "clusters": [
                {"name": "agent", "load_assignment": {"endpoints": [{"socket_address": {"port_value": 17020}}]}}
            ],
        },
    }
    made = ports(bootstrap=bootstrap, release="1.31")
    found = {p.id: (p.number, p.bind) for p in made.ports}
    assert found["envoy-admin"] == (17000, "127.0.0.1")
    assert found["envoy-health"] == (17021, "::")
    assert found["envoy-prometheus"] == (17090, "::")
    assert found["agent-status"] == (17020, "::")
    assert found["envoy-secure-merged-metrics"] == (17092, "::")
    assert "envoy-secure-metrics" not in found


def test_secure_metrics_ports_are_there_where_the_environment_gives_them() -> None:
    secure = pod(proxy_env={"ENVOY_SECURE_METRICS_PORT": "15091", "ENVOY_SECURE_MERGED_METRICS_PORT": "0"})
    assert numbers(ports(secure, "1.31"))["envoy-secure-metrics"] == 15091
    assert "envoy-secure-merged-metrics" not in numbers(ports(secure, "1.31"))
    assert "envoy-secure-metrics" not in numbers(ports(secure, "1.30"))


def test_mesh_settings_where_the_pod_does_not_say() -> None:
    bare = pod(init_args=["istio-iptables"])
    mesh = {"proxyListenPort": 16001, "proxyInboundListenPort": 16006, "defaultConfig": {"statusPort": 16020}}
    made = numbers(ports(bare, mesh_config=mesh))
    assert (made["envoy-outbound"], made["envoy-inbound"], made["agent-status"]) == (16001, 16006, 16020)
    assert numbers(ports(bare, "1.17", mesh_config=mesh))["envoy-inbound"] == 15006


def test_ports_that_are_not_there() -> None:
    none = pod(proxy_env={"ISTIO_META_INTERCEPTION_MODE": "NONE"})
    assert not {"envoy-outbound", "envoy-inbound"} & numbers(ports(none)).keys()
    assert "agent-status" not in numbers(ports(pod(proxy_env={"PROXY_CONFIG": "statusPort: 0"})))
    assert "agent-debug" not in numbers(ports(pod(proxy_env={"PROXY_XDS_DEBUG_VIA_AGENT": "false"}), "1.24"))


def test_metrics_on_loopback_only_since_1_22() -> None:
    local = pod(proxy_env={"METRICS_LOCALHOST_ACCESS_ONLY": "true"})
    for release, bind in (("1.21", "0.0.0.0"), ("1.22", "127.0.0.1")):
        found = ports(local, release).find("envoy-prometheus")
        assert found is not None
        assert found.bind == bind


@pytest.mark.parametrize(
    ("args", "environment", "kind"),
    [
        (["proxy", "router"], {}, "gateway"),
        (["proxy", "waypoint"], {}, "waypoint"),
        (["proxy", "ztunnel"], {}, "ztunnel"),
        (["proxy", "sidecar"], {"DISABLE_ENVOY": "true"}, "proxyless"),
    ],
)
def test_kinds_of_proxies(args: list[str], environment: dict[str, str], kind: str) -> None:
    document = pod(proxy_env=environment)
    document["spec"]["containers"][1]["args"] = args
    document["spec"]["initContainers"] = []
    made = ports(document)
    assert made.kind == kind
    assert ("envoy-admin" in numbers(made)) is (kind in ("gateway", "waypoint"))


def test_istiod_follows_its_arguments() -> None:
    args = ["discovery", "--monitoringAddr=:16014", "--grpcAddr", "", "--httpsAddr=:16017"]
    document = {
        "kind": "Pod",
        "metadata": {"name": "istiod"},
        "spec": {"containers": [{"name": "discovery", "args": args, "ports": [{"containerPort": 8080}]}]},
    }
    made = numbers(ports(document))
    assert made == {
        "istiod-http": 8080,
        "istiod-ctrlz": 9876,
        "istiod-secure-grpc": 15012,
        "istiod-monitoring": 16014,
        "istiod-webhook": 16017,
    }


def test_services_lead_to_the_ports_behind_them() -> None:
    entries = [{"port": 8000, "targetPort": "http", "nodePort": 32603, "name": "web"}, {"port": 15020}]
    service = {
        "kind": "Service",
        "metadata": {"name": "httpbin"},
        "spec": {"selector": {"app": "httpbin"}, "ports": entries},
    }
    way, status, *_ = ports(services=[service]).ports
    assert (way.number, way.forwards[0].number, way.callers) == (8000, 80, ("node port 32603",))
    assert status.forwards[0].to == "agent-status"


def test_components_and_their_releases() -> None:
    assert {p.number for p in component("istiod", catalog.release("1.30")).ports} == {
        443,
        8080,
        9876,
        15010,
        15012,
        15014,
        15017,
    }
    assert component("ztunnel", catalog.release("1.17")).notes == ("ztunnel does not exist in 1.17.8",)
    assert "ztunnel-dns" not in numbers(component("ztunnel", catalog.release("1.20")))
    with pytest.raises(UsageError, match="unknown component"):
        component("istio", catalog.newest())


@pytest.mark.parametrize("text", [NETSTAT, SS, LSOF])
def test_a_listing_of_the_pod_compares_clean(text: str) -> None:
    found, notes = sockets.read(text)
    assert notes == []
    assert port_comparison.compare(ports(), found) == ([], [])


@pytest.mark.parametrize("text", [NETSTAT, SS, LSOF])
@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (":15021", ":15022", ["extra", "missing"]),
        ("*:15020", "*:15019", ["extra", "missing"]),
        (":::15020", ":::15019", ["extra", "missing"]),
        ("127.0.0.1:15000", "0.0.0.0:15000", ["different"]),
        ("localhost:15000", "*:15000", ["different"]),
    ],
)
def test_planted_changes_are_found(text: str, old: str, new: str, kind: list[str]) -> None:
    if old in text:
        found, _ = sockets.read(text.replace(old, new))
        assert sorted(d.kind for d in port_comparison.compare(ports(), found)[0]) == kind


def test_another_owner_is_a_difference() -> None:
    found, _ = sockets.read(NETSTAT.replace("1/pilot-agent", "1/nginx").replace("9/httpbin", "12/envoy"))
    assert [(d.kind, d.port) for d in port_comparison.compare(ports(), found)[0]] == [
        ("different", 80),
        ("different", 15020),
    ]


def test_a_moved_socket_is_one_difference() -> None:
    found, _ = sockets.read(SS.replace("./var/run/secrets/workload-spiffe-uds/socket", "etc/istio/proxy/SDS"))
    assert [(d.kind, d.transport) for d in port_comparison.compare(ports(), found)[0]] == [("different", "unix")]


def test_udp_listeners_of_the_dns_server() -> None:
    dns = pod(proxy_env={"ISTIO_META_DNS_CAPTURE": "true"})
    more = "udp 0 0 127.0.0.1:15053 0.0.0.0:* 1/pilot-agent\ntcp 0 0 127.0.0.1:15053 0.0.0.0:* LISTEN 1/pilot-agent\n"
    assert port_comparison.compare(ports(dns), sockets.read(NETSTAT + more)[0])[0] == []
    assert [(d.kind, d.transport) for d in port_comparison.compare(ports(dns), sockets.read(NETSTAT)[0])[0]] == [
        ("missing", "tcp"),
        ("missing", "udp"),
    ]


def test_ports_under_a_condition_are_notes() -> None:
    hbone = pod(proxy_env={"ISTIO_META_ENABLE_HBONE": "true"})
    found, notes = port_comparison.compare(ports(hbone), sockets.read(NETSTAT)[0])
    assert found == []
    assert "15008" in notes[0]


def test_unknown_service_names_are_said() -> None:
    _, notes = sockets.read(LSOF.replace("*:15090", "*:strange"))
    assert notes == ["line 6: service name strange is not known; list again with numbers (lsof -P -n)"]


@pytest.mark.parametrize("text", ["", "hello", "a: b\nc: d\n", "Proto\ntcp 0\n"])
def test_what_is_no_listing(text: str) -> None:
    with pytest.raises(InputError) as caught:
        sockets.read(text, file="x")
    assert caught.value.hint


@needs_captures
@pytest.mark.parametrize(
    ("release", "what", "file", "expected"),
    [
        ("1.17.2", "httpbin", "1.17.2/httpbin/netstat-ntl.txt", []),
        ("1.17.2", "httpbin", "1.17.2/httpbin/lsof-i.txt", []),
        ("1.25", "httpbin", "1.17.2/httpbin/netstat-ntl.txt", [("extra", 15004)]),
        ("1.17.2", "istiod", "1.17.2/istiod/lsof-i.txt", []),
        ("1.17", "sidecar", "pre-1.11/sidecar-000/netstat.txt", [("missing", 15004)]),
        ("1.17", "sidecar", "1.13/sidecar-004/ss-ln.txt", [("different", 0)]),
    ],
)
def test_captured_listings(release: str, what: str, file: str, expected: list[tuple[str, int]]) -> None:
    found, notes = sockets.read((CAPTURES / file).read_text())
    if what == "httpbin":
        made = ports(yamlio.load((CAPTURES / "1.17.2/httpbin/injected-pod.yaml").read_text()), release)
    else:
        made = component(what, catalog.release(release))
    assert notes == []
    assert [(d.kind, d.port) for d in port_comparison.compare(made, found)[0]] == expected


@needs_captures
def test_the_tcpdump_recipe_has_the_captured_filters() -> None:
    captured = (CAPTURES / "1.13/sidecar-004/tcpdump.sh").read_text().splitlines()
    document = pod(app={"ports": [{"containerPort": 8080}]})
    made = recipe("tcpdump", pod_of(document), ports(document)).splitlines()
    wanted = [" ".join(line.split()) for line in captured if "tcpdump -i" in line or line.startswith("export")]
    # the captured outbound filter has a pair of parentheses around its alternatives, like ours
    assert [line for line in wanted if line not in made] == []


@pytest.mark.parametrize("name", ["tcpdump", "curl", "port-forward"])
def test_recipes_name_the_pod_and_its_containers(name: str) -> None:
    document = pod()
    text = recipe(name, pod_of(document), ports(document))
    assert "httpbin" in text
    assert "demo" in text or name == "tcpdump"
    assert "istio-proxy" in text or name == "port-forward"


def test_recipes_of_a_workload_go_through_its_controller() -> None:
    inner = pod()
    workload = {
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"template": {"metadata": {}, "spec": inner["spec"]}},
    }
    text = recipe("port-forward", pod_of(workload), ports(workload))
    assert "kubectl -n shop port-forward deployment/web 8080:80" in text
    with pytest.raises(UsageError, match="unknown recipe"):
        recipe("dump", pod_of(workload), ports(workload))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", [*COMPONENTS, "pod"])
def test_every_form_is_deterministic_and_complete(form: str, name: str) -> None:
    made = ports() if name == "pod" else component(name, catalog.newest())
    text = draw(made, form)
    assert text == draw(made, form)
    assert text.endswith("\n")
    assert all(str(p.number) in text for p in made.ports if p.transport == "tcp")


def test_the_drawing_is_well_formed_and_stands_alone() -> None:
    svg = draw(ports(), "svg")
    root = ET.fromstring(svg)
    assert root.tag.endswith("svg")
    boxes = [e for e in root.iter() if e.get("class") == "port"]
    assert len(boxes) == len(ports().ports)
    inside = [e for e in root.iter() if e.get("class") == "forward"]
    assert len(inside) == sum(len(p.forwards) for p in ports().ports)
    for text in (svg, draw(ports(), "html")):
        assert "prefers-color-scheme: dark" in text
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
        assert "<script" not in text
        assert "src=" not in text


def test_names_in_a_page_are_escaped() -> None:
    document = pod(app={"name": "<b>", "ports": [{"containerPort": 80}]})
    for form in ("svg", "html"):
        assert "<b>" not in draw(ports(document), form)


def test_the_json_form() -> None:
    data = json.loads(draw(ports(), "json"))
    health = next(p for p in data["ports"] if p["id"] == "envoy-health")
    assert (health["number"], health["process"], health["forwards"][0]["number"]) == (15021, "envoy", 15020)


def test_an_unknown_form() -> None:
    with pytest.raises(UsageError, match="unknown form"):
        draw(ports(), "png")
