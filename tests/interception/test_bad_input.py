"""Values Istio's tool, CNI plugin or injector refuse: same verdict, with path and remedy."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.errors import ErrorGroup, InputError, MeshcError, SettingsError, UsageError
from meshc.interception.addresses import wants_ipv6
from meshc.interception.packet_rules import capture
from meshc.interception.tracing.packets import read
from tests.interception.samples import at, pod
from tests.newest import NEWEST

TRAFFIC = "traffic.sidecar.istio.io/"


def refused(config: Any, release: str = NEWEST, tool: str = "iptables") -> MeshcError:
    with pytest.raises(MeshcError) as caught:
        capture(config, at(release), tool)
    return caught.value


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("OUTBOUND_IPRANGES_INCLUDE", "*,10.0.0.0/8", "`*` cannot be mixed with ranges"),
        ("OUTBOUND_IPRANGES_INCLUDE", "10.0.0.0/8,*", "`*` cannot be mixed with ranges"),
        ("OUTBOUND_IPRANGES_INCLUDE", "10.0.0.1", "not an address range"),
        ("OUTBOUND_IPRANGES_INCLUDE", "10.0.0.0/33", "not an address range"),
        ("OUTBOUND_IPRANGES_INCLUDE", " 10.0.0.0/8", "not an address range"),
        ("OUTBOUND_IPRANGES_INCLUDE", "10.0.0.0/08", "not an address range"),
        ("OUTBOUND_IPRANGES_INCLUDE", "fe80::1%eth0/64", "not an address range"),
        ("OUTBOUND_IPRANGES_EXCLUDE", "*", "invalid value for OUTBOUND_IP_RANGES_EXCLUDE"),
        ("INBOUND_PORTS_INCLUDE", "80,65536", "not a port"),
        ("INBOUND_PORTS_INCLUDE", "*,80", "not a port"),
        ("OUTBOUND_PORTS_EXCLUDE", "-1", "not a port"),
        ("PROXY_PORT", "http", "not a port"),
        ("INBOUND_TPROXY_MARK", "0x539", "not a decimal number"),
        ("HOST_IPV4_LOOPBACK_CIDR", "10.0.0.1/8", "not an IPv4 loop-back range"),
        ("HOST_IPV4_LOOPBACK_CIDR", "127.0.0.1/7", "not an IPv4 loop-back range"),
        ("HOST_IPV4_LOOPBACK_CIDR", "::1/128", "not an IPv4 loop-back range"),
        ("FORCE_IPTABLES_BINARY", "newest", 'invalid FORCE_IPTABLES_BINARY value "newest"'),
        ("OUTBOUND_OWNER_GROUPS_INCLUDE", ",".join(map(str, range(65))), "65 owner groups to capture"),
        ("REDIRECT_DNS", "maybe", "expected true or false"),
        ("DNS_SERVERS_V4", "10.96.0.10", "expected a list of addresses"),
        ("PROXY_UID", [1337], "expected a string"),
    ],
)
def test_a_value_the_tool_refuses(key: str, value: Any, message: str) -> None:
    error = refused({key: value})
    assert isinstance(error, SettingsError)
    assert error.message.startswith(message)
    assert error.path == key
    assert error.hint


def test_an_invalid_range_is_skipped_with_a_warning_until_1_26() -> None:
    made = capture({"OUTBOUND_IPRANGES_INCLUDE": "10.0.0.0/8,*"}, at("1.26"))
    assert "-A ISTIO_OUTPUT -d 10.0.0.0/8 -j ISTIO_REDIRECT" in made.restore
    assert "-A ISTIO_OUTPUT -j ISTIO_REDIRECT" not in made.restore
    assert any("`*` cannot be mixed" in w for w in made.warnings)


def test_the_forced_binary_is_checked_since_1_28() -> None:
    assert capture({"FORCE_IPTABLES_BINARY": "newest"}, at("1.27")).restore


def test_an_unknown_mode_behaves_as_redirect() -> None:
    made = capture({"INBOUND_INTERCEPTION_MODE": "tproxy", "INBOUND_PORTS_INCLUDE": "*"}, at("1.30"))
    assert "TPROXY" not in made.restore


def test_an_unknown_setting_is_named_with_the_one_meant() -> None:
    error = refused({"PROXY_PROT": "15001"})
    assert error.path == "PROXY_PROT"
    assert error.hint == "did you mean PROXY_PORT?"


@pytest.mark.parametrize(("tool", "release"), [("nftables", "1.26"), ("clean-iptables", "1.25"), ("ipfw", "1.30")])
def test_a_tool_the_release_does_not_have(tool: str, release: str) -> None:
    assert refused({}, release, tool).hint


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        (
            "sidecar.istio.io/interceptionMode",
            "redirect",
            "interceptionMode invalid, use REDIRECT,TPROXY,NONE: redirect",
        ),
        (f"{TRAFFIC}includeOutboundIPRanges", "*,10.0.0.0/8", "includeIPRanges invalid: failed parsing cidr '*'"),
        (f"{TRAFFIC}excludeOutboundIPRanges", "*", "excludeIPRanges invalid: failed parsing cidr '*'"),
        (f"{TRAFFIC}includeInboundPorts", "80,http", "includeInboundPorts invalid: failed parsing port 'http'"),
        (f"{TRAFFIC}excludeInboundPorts", "65536", "excludeInboundPorts invalid: failed parsing port '65536'"),
        (f"{TRAFFIC}excludeOutboundPorts", "80,", "excludeOutboundPorts invalid: failed parsing port ''"),
        (f"{TRAFFIC}kubevirtInterfaces", "a b", "contains invalid characters"),
    ],
)
def test_an_annotation_the_cni_plugin_refuses(name: str, value: str, reason: str) -> None:
    error = refused(pod(cni=True, annotations={name: value}))
    assert isinstance(error, ErrorGroup)
    (one,) = error.errors
    assert reason in one.message
    assert one.path == f'metadata.annotations["{name}"]'
    assert one.hint


def test_until_1_18_the_plugin_leaves_such_a_pod_uncaptured() -> None:
    made = capture(pod(cni=True, annotations={f"{TRAFFIC}excludeInboundPorts": "http"}), at("1.18"))
    assert made.config is None
    assert made.restore == ""
    assert "leaves the pod uncaptured" in made.warnings[0]


@pytest.mark.parametrize(
    "document",
    [
        {"kind": "Pod", "spec": {"containers": [{"name": "c"}]}},
        {"kind": "Service", "spec": {}},
        {"kind": "Pod", "spec": {"containers": "c"}},
        {"kind": "Pod", "spec": {"containers": ["c"]}},
        {"kind": "Pod", "metadata": [], "spec": {"containers": [{"name": "c"}]}},
        {"kind": "Pod", "spec": {"containers": [{"name": "c", "ports": 80}]}},
        ["Pod"],
    ],
)
def test_a_document_without_rules_to_show(document: Any) -> None:
    error = refused(document)
    assert isinstance(error, InputError | SettingsError)
    assert error.path or error.hint


@pytest.mark.parametrize("word", ["--proxy-port=15001", "-w"])
def test_a_flag_the_tool_does_not_have(word: str) -> None:
    error = refused(pod(init_args=["istio-iptables", word]))
    assert error.message == "unknown flag of istio-iptables"


def test_a_flag_without_its_value() -> None:
    assert refused(pod(init_args=["istio-iptables", "-p"])).message == "the flag needs a value"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.0.0.5:80",
        "10.0.0.5 -> inbound",
        "10.0.0.5:99999 -> inbound",
        "10.0.0.5:80 -> sideways",
        "host:80 -> inbound",
        "10.0.0.5:80 -> inbound colour=red",
        "10.0.0.5:80 -> inbound proto=icmp",
        "10.0.0.5:80 -> inbound mark=x",
        "10.0.0.5:80 -> inbound self=x",
        "a -> b -> c -> inbound",
        "10.0.0.5:x -> 10.0.0.6:80 -> inbound",
    ],
)
def test_a_packet_that_is_none(text: str) -> None:
    config = capture({}, at("1.30")).config
    assert config is not None
    with pytest.raises(UsageError) as caught:
        read(text, config)
    assert caught.value.hint


@pytest.mark.parametrize("addresses", [[], ["127.0.0.1"], ["nowhere"]])
def test_addresses_that_decide_nothing(addresses: list[str]) -> None:
    with pytest.raises(SettingsError):
        wants_ipv6(addresses, dual_stack=False)
