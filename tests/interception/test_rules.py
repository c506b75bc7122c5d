"""The rules of releases and forms that no reference transcript shows, straight from the rule."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.interception.packet_rules import capture
from tests.interception.samples import at, pod

ALL: dict[str, Any] = {
    "OUTBOUND_IPRANGES_INCLUDE": "*",
    "INBOUND_PORTS_INCLUDE": "*",
    "INBOUND_PORTS_EXCLUDE": "15090,15021,15020",
}
DEFAULT_1_17 = """\
* nat
-N ISTIO_INBOUND
-N ISTIO_REDIRECT
-N ISTIO_IN_REDIRECT
-N ISTIO_OUTPUT
-A ISTIO_INBOUND -p tcp --dport 15008 -j RETURN
-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001
-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006
-A PREROUTING -p tcp -j ISTIO_INBOUND
-A ISTIO_INBOUND -p tcp --dport 15090 -j RETURN
-A ISTIO_INBOUND -p tcp --dport 15021 -j RETURN
-A ISTIO_INBOUND -p tcp --dport 15020 -j RETURN
-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT
-A OUTPUT -p tcp -j ISTIO_OUTPUT
-A ISTIO_OUTPUT -o lo -s 127.0.0.6/32 -j RETURN
-A ISTIO_OUTPUT -o lo ! -d 127.0.0.1/32 -m owner --uid-owner 1337 -j ISTIO_IN_REDIRECT
-A ISTIO_OUTPUT -o lo -m owner ! --uid-owner 1337 -j RETURN
-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN
-A ISTIO_OUTPUT -o lo ! -d 127.0.0.1/32 -m owner --gid-owner 1337 -j ISTIO_IN_REDIRECT
-A ISTIO_OUTPUT -o lo -m owner ! --gid-owner 1337 -j RETURN
-A ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN
-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN
-A ISTIO_OUTPUT -j ISTIO_REDIRECT
COMMIT"""


def restore(release: str, **keys: Any) -> str:
    return capture(ALL | keys, at(release)).restore


def test_the_default_pod_of_1_17() -> None:
    assert capture(pod(), at("1.17")).restore == DEFAULT_1_17


@pytest.mark.parametrize(
    ("release", "line", "there"),
    [
        ("1.17", "-p tcp ! --dport 15008 -m owner", False),
        ("1.18", "-p tcp ! --dport 15008 -m owner", True),
        ("1.24", "-A OUTPUT -p tcp -j ISTIO_OUTPUT", True),
        ("1.25", "-A OUTPUT -j ISTIO_OUTPUT", True),
    ],
)
def test_switches_of_the_default_rules(release: str, line: str, there: bool) -> None:
    assert (line in restore(release)) is there


@pytest.mark.parametrize(("release", "there"), [("1.22", True), ("1.23", False)])
def test_a_list_of_ranges_is_closed_until_1_22(release: str, there: bool) -> None:
    assert ("-A ISTIO_OUTPUT -j RETURN" in restore(release, OUTBOUND_IPRANGES_INCLUDE="10.0.0.0/8")) is there


@pytest.mark.parametrize(("release", "udp"), [("1.24", False), ("1.25", True)])
def test_excluded_outbound_ports_for_udp_since_1_25(release: str, udp: bool) -> None:
    text = restore(release, OUTBOUND_PORTS_EXCLUDE="3306")
    assert "-p tcp --dport 3306 -j RETURN" in text
    assert ("-p udp --dport 3306 -j RETURN" in text) is udp


@pytest.mark.parametrize(
    ("release", "lines"),
    [
        (
            "1.19",
            [
                "-A OUTPUT -p udp --dport 53 -j REDIRECT --to-port 15053",
                "-A PREROUTING -p udp --sport 53 -j CT --zone 1",
            ],
        ),
        ("1.23", ["-A OUTPUT -p udp -j ISTIO_OUTPUT", "-A ISTIO_OUTPUT -p udp --dport 53 -j REDIRECT --to-port 15053"]),
        (
            "1.26",
            [
                "-A ISTIO_OUTPUT_DNS -p udp --dport 53 -j REDIRECT --to-port 15053",
                "-A ISTIO_INBOUND -p udp --sport 53 -j CT --zone 1",
            ],
        ),
    ],
)
def test_capture_of_every_nameserver(release: str, lines: list[str]) -> None:
    text = restore(release, REDIRECT_DNS=True, CAPTURE_ALL_DNS=True)
    assert all(line in text.splitlines() for line in lines)


@pytest.mark.parametrize(("release", "option"), [("1.19", "-d"), ("1.20", "-s"), ("1.26", "-s")])
def test_the_zone_of_dns_answers(release: str, option: str) -> None:
    assert f"-p udp --sport 53 {option} 10.96.0.10/32 -j CT --zone 1" in restore(
        release, REDIRECT_DNS=True, DNS_SERVERS_V4=["10.96.0.10"]
    )


def test_the_loopback_range_can_be_set_since_1_21() -> None:
    assert "! -d 127.0.0.0/8" in restore("1.21", HOST_IPV4_LOOPBACK_CIDR="127.0.0.0/8")
    assert "127.0.0.0/8" not in restore("1.20", HOST_IPV4_LOOPBACK_CIDR="127.0.0.0/8")


def test_the_tables_of_a_restore_text_are_sorted_since_1_23() -> None:
    text = restore("1.23", INBOUND_INTERCEPTION_MODE="TPROXY", REDIRECT_DNS=True, CAPTURE_ALL_DNS=True)
    assert [line for line in text.splitlines() if line.startswith("*")] == ["* mangle", "* nat", "* raw"]


def test_an_empty_group_list_captures_nothing() -> None:
    assert "-A ISTIO_OUTPUT -j RETURN" in restore("1.30", OUTBOUND_OWNER_GROUPS_INCLUDE="")


def test_several_virtual_interfaces_end_in_reverse_order() -> None:
    saved = capture(
        ALL | {"KUBE_VIRT_INTERFACES": "net1,net2", "OUTBOUND_IPRANGES_INCLUDE": "10.0.0.0/8,11.0.0.0/8"}, at("1.30")
    ).saved
    prerouting = [line.split(" ", 2)[2] for line in saved.splitlines() if line.startswith("-A PREROUTING")]
    redirects = [f"-d {c} -i {i} -j ISTIO_REDIRECT" for c in ("11.0.0.0/8", "10.0.0.0/8") for i in ("net2", "net1")]
    assert prerouting == [*redirects, "-i net2 -j RETURN", "-i net1 -j RETURN", "-p tcp -j ISTIO_INBOUND"]


def test_routes_of_tproxy_and_ipv6() -> None:
    made = capture(ALL | {"INBOUND_INTERCEPTION_MODE": "TPROXY", "ENABLE_INBOUND_IPV6": True}, at("1.30"))
    assert made.routes == (
        "ip -6 addr add ::6/128 dev lo",
        "ip rule add fwmark 1337 lookup 133",
        "ip route add local 0.0.0.0/0 dev lo table 133",
        "ip -6 rule add fwmark 1337 lookup 133",
        "ip -6 route add local ::/0 dev lo table 133",
    )
    assert capture(ALL, at("1.30")).routes == ()


def test_the_cleanup_since_1_24_takes_the_rules_back_in_reverse() -> None:
    cleanup = capture(ALL, at("1.24")).cleanup
    flushes = [
        f"iptables -t nat {o} {c}"
        for c in ("ISTIO_OUTPUT", "ISTIO_INBOUND", "ISTIO_IN_REDIRECT", "ISTIO_REDIRECT")
        for o in ("-F", "-X")
    ]
    deletions = list(cleanup[: -len(flushes)])
    assert list(cleanup[-len(flushes) :]) == flushes
    assert deletions[0] == "iptables -t nat -D ISTIO_OUTPUT -j ISTIO_REDIRECT"
    assert deletions[-1] == "iptables -t nat -D PREROUTING -p tcp -j ISTIO_INBOUND"
    assert not any("-j RETURN" in line for line in deletions)


def test_the_cleanup_of_nftables_deletes_the_tables() -> None:
    assert capture(ALL, at("1.30"), "nftables").cleanup == (
        "add table inet istio-proxy-nat",
        "delete table inet istio-proxy-nat",
    )


@pytest.mark.parametrize(("release", "counters"), [("1.27", False), ("1.28", True)])
def test_nftables_rules_count_since_1_28(release: str, counters: bool) -> None:
    assert ("counter" in capture(ALL, at(release), "nftables").nft) is counters


@pytest.mark.parametrize(
    ("release", "word"),
    [("1.27.3", "insert rule"), ("1.27.4", "add rule"), ("1.28.0", "insert rule"), ("1.28.1", "add rule")],
)
def test_an_insertion_beyond_the_end_of_a_chain(release: str, word: str) -> None:
    text = capture({"INBOUND_INTERCEPTION_MODE": "TPROXY"}, at(release), "nftables").nft
    lines = [line for line in text.splitlines() if "istio-inbound" in line and "saddr 127.0.0.6" in line]
    assert [line.startswith(word) for line in lines] == [True]


@pytest.mark.parametrize(("release", "quoted"), [("1.23", True), ("1.24", False)])
def test_trace_logging_precedes_its_rule(release: str, quoted: bool) -> None:
    lines = restore(release, IPTABLES_TRACE_LOGGING=True).splitlines()
    prefix = '"JumpInbound"' if quoted else "JumpInbound"
    at_ = lines.index(f"-A PREROUTING -p tcp -j NFLOG --nflog-prefix {prefix} --nflog-group 1337 --nflog-size 20")
    assert lines[at_ + 1] == "-A PREROUTING -p tcp -j ISTIO_INBOUND"
    assert "NFLOG" not in restore("1.25", IPTABLES_TRACE_LOGGING=True)


def test_ipv6_ranges_keep_host_bits_and_are_compressed() -> None:
    made = capture(
        ALL | {"OUTBOUND_IPRANGES_INCLUDE": "2001:DB8:0:0::1/32,10.1.2.3/8", "ENABLE_INBOUND_IPV6": True}, at("1.30")
    )
    assert "-d 2001:db8::1/32 -j ISTIO_REDIRECT" in made.restore6
    assert "-d 10.1.2.3/8 -j ISTIO_REDIRECT" in made.restore
    assert "-d 2001:db8::/32 -j" in made.saved6
    assert "-d 10.0.0.0/8 -j" in made.saved


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = (capture(ALL, at("1.30")) for _ in range(2))
    assert (first.transcript, first.saved, first.cleanup) == (second.transcript, second.saved, second.cleanup)
