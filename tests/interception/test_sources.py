"""Where a pod's parameters come from: init container, environment, CNI annotations, status."""

from __future__ import annotations

from typing import Any

import pytest

from meshc import catalog
from meshc.interception import flags
from meshc.interception.addresses import wants_ipv6
from meshc.interception.capture_config import Config
from meshc.interception.packet_rules import Rules, capture
from meshc.kubernetes.pods import pod_of
from tests.interception.samples import INIT_ARGS, at, pod
from tests.newest import NEWEST

TRAFFIC = "traffic.sidecar.istio.io/"


def config(document: dict[str, Any], release: str = NEWEST, **more: Any) -> Config:
    made = capture(document, at(release), **more)
    assert made.config is not None
    return made.config


def rules(document: dict[str, Any], release: str = NEWEST) -> Rules:
    return capture(document, at(release))


def test_arguments_of_the_init_container() -> None:
    found = config(pod())
    assert (found.outbound_port, found.inbound_port, found.uids, found.gids) == ("15001", "15006", ("1337",), ("1337",))
    assert found.include[0].wildcard
    assert found.inbound_ports == "*"
    assert found.excluded_inbound_ports == ("15090", "15021", "15020")


def test_a_workload_gives_the_rules_of_its_pod() -> None:
    inner = pod()
    template = {"metadata": inner["metadata"], "spec": inner["spec"]}
    deployment = {"kind": "Deployment", "metadata": {"name": "d"}, "spec": {"template": template}}
    cron = {"kind": "CronJob", "metadata": {"name": "c"}, "spec": {"jobTemplate": {"spec": {"template": template}}}}
    assert rules(deployment).restore == rules(cron).restore == rules(inner).restore


@pytest.mark.parametrize(
    "words", [["-p", "1"], ["-p1"], ["-p=1"], ["--envoy-port", "1"], ["--envoy-port=1"], ["-p", "2", "-p", "1"]]
)
def test_spellings_of_a_flag(words: list[str]) -> None:
    assert flags.parse(words) == {"PROXY_PORT": "1"}


def test_boolean_flags_and_logging_flags() -> None:
    words = [
        "--redirect-dns",
        "--drop-invalid=false",
        "--log_output_level=default:info",
        "--log_as_json",
        "-n",
        "--log_target",
        "stdout",
        "-u",
        "1",
    ]
    assert flags.parse(words) == {"REDIRECT_DNS": True, "DROP_INVALID": False, "DRY_RUN": True, "PROXY_UID": "1"}


def environment(release: str, words: list[str], **variables: str) -> dict[str, Any]:
    return flags.settings(words, variables, catalog.release(release))


def test_environment_until_1_18() -> None:
    assert environment("1.18", [], ENVOY_PORT="1")["PROXY_PORT"] == "1"
    assert "INBOUND_CAPTURE_PORT" not in environment("1.18", [], INBOUND_CAPTURE_PORT="")
    assert "DROP_INVALID" not in environment("1.18", [], INVALID_DROP="true")
    assert environment("1.18", [], DROP_INVALID="true")["DROP_INVALID"] is True
    assert environment("1.18", [], REDIRECT_DNS="false", ISTIO_META_DNS_CAPTURE="true")["REDIRECT_DNS"] is False
    assert environment("1.18", [], DUAL_STACK="true")["DUAL_STACK"] is True
    assert "DUAL_STACK" not in environment("1.17", [], DUAL_STACK="true")
    assert environment("1.17", [], ISTIO_AGENT_DUAL_STACK="true")["DUAL_STACK"] is True


def test_environment_since_1_19() -> None:
    assert "PROXY_PORT" not in environment("1.19", [], ENVOY_PORT="1")
    assert environment("1.19", [], ISTIO_SERVICE_CIDR="")["OUTBOUND_IPRANGES_INCLUDE"] == ""
    assert environment("1.19", [], INVALID_DROP="true")["DROP_INVALID"] is True
    assert environment("1.19", [], REDIRECT_DNS="false", ISTIO_META_DNS_CAPTURE="true")["REDIRECT_DNS"] is True
    assert "REDIRECT_DNS" not in environment("1.19", [], REDIRECT_DNS="perhaps")
    assert environment("1.19", ["--redirect-dns=false"], ISTIO_META_DNS_CAPTURE="true")["REDIRECT_DNS"] is False
    assert environment("1.19", [], ISTIO_OUTBOUND_OWNER_GROUPS="a")["OUTBOUND_OWNER_GROUPS_INCLUDE"] == "a"


def test_proxy_metadata_reaches_the_rules_through_the_environment() -> None:
    found = config(
        pod(init_env={"ISTIO_META_DNS_CAPTURE": "true", "ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE": "100"}),
        dns_servers=["10.96.0.10", "fd00::a", "x"],
    )
    assert found.dns
    assert found.dns_servers == (("10.96.0.10",), ("fd00::a",))
    assert found.excluded_groups == ("100",)


def test_an_unknown_nameserver_is_said_and_shown_as_the_usual_one() -> None:
    made = rules(pod(init_env={"ISTIO_META_DNS_CAPTURE": "true"}))
    assert "-d 10.96.0.10/32" in made.restore
    assert "--dns-server" in made.warnings[0]


def test_the_pods_own_nameservers() -> None:
    own = {"dnsPolicy": "None", "dnsConfig": {"nameservers": ["1.2.3.4"]}}
    document = pod(init_env={"ISTIO_META_DNS_CAPTURE": "true"})
    document["spec"] |= own
    assert config(document).dns_servers == (("1.2.3.4",), ())


@pytest.mark.parametrize(
    ("ips", "environment", "ipv6"),
    [
        (["10.0.0.5"], {}, False),
        (["fd00::5"], {}, True),
        (["10.0.0.5", "fd00::5"], {}, False),
        (["10.0.0.5", "fd00::5"], {"ISTIO_DUAL_STACK": "true"}, True),
    ],
)
def test_addresses_of_the_status_decide_about_ipv6(ips: list[str], environment: dict[str, str], ipv6: bool) -> None:
    status = {"status": {"podIP": ips[0], "podIPs": [{"ip": ip} for ip in ips]}}
    assert config(pod(document=status, init_env=environment)).ipv6 is ipv6
    assert config(pod(init_env=environment), addresses=ips).ipv6 is ipv6


def test_addresses_left_out_of_the_decision() -> None:
    assert (
        wants_ipv6(["::1", "fe80::1", "169.254.1.1", "ff02::1", "224.0.0.1", "::ffff:10.0.0.5"], dual_stack=True)
        is False
    )
    assert wants_ipv6(["fe80::1", "2001:db8::1", "10.0.0.5"], dual_stack=False) is True


def test_the_cni_plugin_reads_annotations() -> None:
    annotations = {
        f"{TRAFFIC}includeOutboundIPRanges": "10.0.0.0/8",
        f"{TRAFFIC}excludeInboundPorts": "8081,15090",
        f"{TRAFFIC}kubevirtInterfaces": "net1",
        "istio.io/reroute-virtual-interfaces": "net2",
    }
    found = config(pod(cni=True, annotations=annotations, proxy_env={"ISTIO_META_DNS_CAPTURE": "true"}))
    assert found.include[0].cidrs == ("10.0.0.0/8",)
    assert found.excluded_inbound_ports == ("8081", "15090", "15020", "15021")
    assert found.excluded_outbound_ports == ("15020",)
    assert found.virtual_interfaces == ("net2",)
    assert (found.dns, found.all_dns) == (True, True)
    assert config(pod(cni=True, annotations=annotations), "1.24").virtual_interfaces == ("net1",)


def test_the_cni_plugins_defaults_differ_from_the_init_containers() -> None:
    found = config(pod(cni=True))
    assert found.excluded_inbound_ports == ("15020", "15021", "15090")
    assert found.excluded_outbound_ports == ("15020",)
    assert rules(pod(cni=True)).origin.startswith("annotations")


def test_the_cni_plugin_takes_the_proxys_ids_since_1_19() -> None:
    document = pod(cni=True)
    document["spec"]["containers"][1]["securityContext"] = {"runAsUser": 2000, "runAsGroup": 0}
    assert (config(document).uids, config(document).gids) == (("2000",), ("1337",))
    assert config(document, "1.18").uids == ("1337",)


@pytest.mark.parametrize(
    "changes",
    [
        {"proxy_env": {"DISABLE_ENVOY": "true"}},
        {"labels": {"sidecar.istio.io/inject": "false"}},
        {"annotations": {"sidecar.istio.io/inject": "false"}},
    ],
)
def test_pods_the_cni_plugin_skips(changes: dict[str, Any]) -> None:
    made = rules(pod(cni=True, **changes))
    assert made.config is None
    assert made.warnings[0].startswith("the CNI plugin skips the pod")
    assert (made.restore, made.commands, made.cleanup, made.routes, made.nft) == ("", (), (), (), "")


def test_a_pod_without_init_container_has_no_rules() -> None:
    gateway = pod()
    gateway["spec"]["initContainers"] = []
    assert rules(gateway).config is None
    assert "no packet rules" in rules(gateway).warnings[0]


def test_an_init_container_that_asks_for_nftables() -> None:
    args = [*INIT_ARGS, "", "-b", "*", "--native-nftables"]
    assert rules(pod(init_args=args)).tool == "nftables"
    assert rules(pod(init_args=args), "1.26").tool == "iptables"


def test_dns_capture_without_servers_is_off_since_1_25() -> None:
    for release, dns in (("1.24", True), ("1.25", False)):
        made = capture({"REDIRECT_DNS": True}, at(release))
        assert made.config is not None
        assert made.config.dns is dns
    assert "DNS capture is off" in made.warnings[0]


def test_variables_in_arguments_are_expanded() -> None:
    args = ["istio-iptables", "-p", "$(PORT)", "-u", "$(UNKNOWN)"]
    found = config(pod(init_args=args, init_env={"PORT": "16001"}))
    assert found.outbound_port == "16001"
    assert found.uids == ("$(UNKNOWN)",)


@pytest.mark.parametrize(
    ("image", "release"),
    [
        ("docker.io/istio/proxyv2:1.17.2", "1.17.2"),
        ("gcr.io:5000/istio/proxyv2:1.30.3-distroless", "1.30.3"),
        ("istio/proxyv2:1.30.3@sha256:00", "1.30.3"),
        ("istio/proxyv2:latest", None),
        ("istio/proxyv2", None),
    ],
)
def test_the_release_of_the_proxys_image(image: str, release: str | None) -> None:
    document = pod()
    document["spec"]["containers"][1]["image"] = document["spec"]["initContainers"][0]["image"] = image
    assert pod_of(document).image_release == release
