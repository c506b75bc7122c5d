"""A packet's way through the rules: where it ends and by which rule."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.interception import rules_text
from meshc.interception.packet_rules import Rules, capture
from meshc.interception.tracing import packets, trace
from tests.interception.samples import at

ALL: dict[str, Any] = {
    "OUTBOUND_IPRANGES_INCLUDE": "*",
    "INBOUND_PORTS_INCLUDE": "*",
    "INBOUND_PORTS_EXCLUDE": "15090,15021,15020",
}


def end(text: str, made: Rules | None = None, **keys: Any) -> tuple[str, int, str]:
    made = made or capture(ALL | keys, at("1.30"))
    assert made.config is not None
    outcome = trace.walk(made, packets.read(text, made.config))
    return outcome.verdict, outcome.port, outcome.rule.text if outcome.rule else ""


@pytest.mark.parametrize(
    ("packet", "verdict", "port", "rule"),
    [
        ("10.0.0.5:8080 -> inbound", "redirected", 15006, "-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006"),
        ("10.0.0.5:15008 -> inbound", "passes", 15008, "-A ISTIO_INBOUND -p tcp --dport 15008 -j RETURN"),
        ("10.0.0.5:15021 -> inbound", "passes", 15021, "-A ISTIO_INBOUND -p tcp --dport 15021 -j RETURN"),
        ("10.0.0.5:53 -> inbound proto=udp", "passes", 53, ""),
        ("10.96.0.1:80 -> outbound", "redirected", 15001, "-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001"),
        ("10.96.0.1:80 -> outbound uid=proxy", "passes", 80, "-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN"),
        (
            "10.96.0.1:80 -> outbound uid=0 gid=1337",
            "passes",
            80,
            "-A ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN",
        ),
        (
            "127.0.0.6 -> 10.0.0.5:80 -> outbound uid=proxy out=lo",
            "passes",
            80,
            "-A ISTIO_OUTPUT -o lo -s 127.0.0.6/32 -j RETURN",
        ),
        (
            "10.0.0.5:80 -> outbound uid=proxy self=10.0.0.5",
            "redirected",
            15006,
            "-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006",
        ),
        (
            "10.0.0.5:80 -> outbound self=10.0.0.5",
            "passes",
            80,
            "-A ISTIO_OUTPUT -o lo -m owner ! --uid-owner 1337 -j RETURN",
        ),
    ],
)
def test_the_default_rules(packet: str, verdict: str, port: int, rule: str) -> None:
    assert end(packet) == (verdict, port, rule)


def test_dns_goes_to_the_agent() -> None:
    verdict, port, rule = end("10.96.0.10:53 -> outbound proto=udp", REDIRECT_DNS=True, CAPTURE_ALL_DNS=True)
    assert (verdict, port) == ("redirected", 15053)
    assert rule.startswith("-A ISTIO_OUTPUT_DNS")
    assert end("10.96.0.10:53 -> outbound proto=udp uid=proxy", REDIRECT_DNS=True, CAPTURE_ALL_DNS=True)[:2] == (
        "passes",
        53,
    )


def test_invalid_packets_are_dropped() -> None:
    assert end("10.0.0.5:80 -> inbound state=invalid", DROP_INVALID=True) == ("dropped", 80, "-A ISTIO_DROP -j DROP")


def test_a_named_group_is_compared_as_written() -> None:
    assert end("10.96.0.1:80 -> outbound uid=1 gid=java", OUTBOUND_OWNER_GROUPS_INCLUDE="java")[0] == "redirected"
    assert end("10.96.0.1:80 -> outbound uid=1 gid=2", OUTBOUND_OWNER_GROUPS_INCLUDE="java")[0] == "passes"


def test_interfaces() -> None:
    assert end("10.0.0.5:80 -> inbound in=eth9", EXCLUDE_INTERFACES="eth9")[0] == "passes"
    assert end("10.96.0.1:80 -> inbound in=net1", KUBE_VIRT_INTERFACES="net1")[1] == 15001


def test_established_connections_keep_their_decision() -> None:
    made = capture(ALL, at("1.30"))
    assert made.config is not None
    packet = packets.read("10.0.0.5:80 -> inbound state=established", made.config)
    text = rules_text.trace_text(packet, trace.walk(made, packet), made.config)
    assert "follows the decision made for its first packet" in text


def test_ipv6_walks_the_ipv6_rules() -> None:
    made = capture(ALL | {"ENABLE_INBOUND_IPV6": True}, at("1.30"))
    assert (
        end("::6 -> [fd00::5]:80 -> outbound uid=proxy out=lo", made)[2] == "-A ISTIO_OUTPUT -o lo -s ::6/128 -j RETURN"
    )
    assert end("[fd00::5]:80 -> inbound")[:2] == ("passes", 80)


def test_the_texts_of_a_trace() -> None:
    made = capture(ALL, at("1.30"))
    assert made.config is not None
    packet = packets.read("10.0.0.5:8080 -> inbound", made.config)
    outcome = trace.walk(made, packet)
    assert rules_text.trace_text(packet, outcome, made.config).splitlines() == [
        "tcp 192.0.2.1 -> 10.0.0.5:8080 (inbound, in eth0)",
        "  goes to 15006, the proxy's inbound listener",
        "  by nat ISTIO_IN_REDIRECT rule 1: -A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006",
        "     to the proxy's inbound listener 15006",
        "  path:",
        "    nat PREROUTING rule 1: -A PREROUTING -p tcp -j ISTIO_INBOUND",
        "    nat ISTIO_INBOUND rule 5: -A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT",
        "    nat ISTIO_IN_REDIRECT rule 1: -A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006",
    ]
    data = rules_text.trace_json(packet, outcome, made.config)
    assert (data["verdict"], data["port"], len(data["path"])) == ("redirected", 15006, 3)


@pytest.mark.parametrize("tool", ["iptables", "nftables"])
def test_every_rule_is_explained(tool: str) -> None:
    keys = {
        "INBOUND_INTERCEPTION_MODE": "TPROXY",
        "REDIRECT_DNS": True,
        "CAPTURE_ALL_DNS": True,
        "DROP_INVALID": True,
        "ENABLE_INBOUND_IPV6": True,
    }
    made = capture(ALL | keys, at("1.30"), tool)
    reasons = [*(r.why for r in (*made.ipv4, *made.ipv6)), *(r.why for r in made.nft_rules)]
    assert reasons
    assert all(reasons)
    numbered = [line for line in rules_text.text(made).splitlines() if line.startswith("  ")]
    assert len(numbered) == len(reasons)
    assert all("  # " in line for line in numbered)


@pytest.mark.parametrize("mode", ["REDIRECT", "TPROXY"])
def test_nothing_generated_is_beyond_the_walker(mode: str) -> None:
    keys = {"INBOUND_INTERCEPTION_MODE": mode, "REDIRECT_DNS": True, "CAPTURE_ALL_DNS": True, "DROP_INVALID": True}
    for tool in ("iptables", "nftables"):
        made = capture(ALL | keys, at("1.30"), tool)
        assert made.config is not None
        for text in ("10.0.0.5:80 -> inbound", "10.96.0.1:53 -> outbound", "10.96.0.1:53 -> outbound proto=udp"):
            assert trace.walk(made, packets.read(text, made.config)).unknown == ()
