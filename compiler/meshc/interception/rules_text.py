"""Rules, traces and their JSON form for people: one line a rule."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from meshc.interception.capture_config import DNS_PORT, Config
from meshc.interception.iptables import rule_book
from meshc.interception.nftables import nft_rules
from meshc.interception.packet_rules import Rules
from meshc.interception.tracing.packets import Packet
from meshc.interception.tracing.trace import Line, Outcome
from meshc.yamlio import Json

_ROLES = {
    "PREROUTING": "packets arriving at the pod, and those coming back on loop-back",
    "OUTPUT": "packets the pod's processes send",
    "ISTIO_INBOUND": "decides about packets arriving at the pod",
    "ISTIO_IN_REDIRECT": "to the proxy's inbound listener",
    "ISTIO_OUTPUT": "decides about packets the pod's processes send",
    "ISTIO_REDIRECT": "to the proxy's outbound listener",
    "ISTIO_OUTPUT_DNS": "DNS capture",
    "ISTIO_DIVERT": "packets of connections the proxy already has",
    "ISTIO_TPROXY": "new connections to the proxy, addresses kept",
    "ISTIO_DROP": "drops",
}


def text(made: Rules) -> str:
    """All rules in effective order, chain by chain, each with its reason; no final newline."""
    if made.tool == "nftables":
        return "\n".join(_chains(nft_rules.arrange(made.nft_rules), "nftables, both families"))
    parts = list(_chains(rule_book.arrange(made.ipv4), "iptables, IPv4"))
    if made.ipv6:
        parts += ["", *_chains(rule_book.arrange(made.ipv6), "ip6tables, IPv6")]
    if made.routes:
        parts += ["", "# addresses and routes", *made.routes]
    return "\n".join(parts)


def as_json(made: Rules) -> Json:
    """Everything about the rules as plain data."""
    return {
        "release": str(made.release),
        "tool": made.tool,
        "origin": made.origin,
        "config": dataclasses.asdict(made.config) if made.config else None,
        "ipv4": [_rule(r) for r in made.ipv4],
        "ipv6": [_rule(r) for r in made.ipv6],
        "nftables": [_rule(r) for r in made.nft_rules],
        "routes": list(made.routes),
        "cleanup": list(made.cleanup),
        "warnings": list(made.warnings),
    }


def trace_text(packet: Packet, outcome: Outcome, config: Config) -> str:
    """Where a packet ends, by which rule, and every rule it matched on the way; no final newline."""
    lines = [str(packet), f"  {ending(packet, outcome, config)}"]
    rule = outcome.rule
    lines.append(f"  by {_where(rule)}: {rule.text}" if rule else f"  by no rule: {_no_rule(packet)}")
    if rule and rule.why:
        lines.append(f"     {rule.why}")
    if outcome.path:
        lines.append("  path:")
        lines += [f"    {_where(line)}: {line.text}" for line in outcome.path]
    lines += [
        f"  note: {_where(line)} has a condition meshc cannot judge; taken as not matching" for line in outcome.unknown
    ]
    return "\n".join(lines)


def trace_json(packet: Packet, outcome: Outcome, config: Config) -> Json:
    """A trace as plain data."""
    return {
        "packet": dataclasses.asdict(packet),
        "verdict": outcome.verdict,
        "port": outcome.port,
        "ends": ending(packet, outcome, config),
        "rule": _line(outcome.rule) if outcome.rule else None,
        "path": [_line(line) for line in outcome.path],
    }


def ending(packet: Packet, outcome: Outcome, config: Config) -> str:
    """One sentence: who gets the packet."""
    if outcome.verdict == "dropped":
        return "is dropped"
    owner = {
        config.inbound_port: "the proxy's inbound listener",
        config.outbound_port: "the proxy's outbound listener",
        DNS_PORT: "the agent's DNS server",
    }
    if outcome.verdict == "redirected":
        return f"goes to {outcome.port}, {owner.get(str(outcome.port), 'a local port')}"
    if packet.direction == "inbound" or packet.out_interface == "lo":
        tunnel = ", the HBONE listener if there is one" if str(outcome.port) == config.tunnel_port else ""
        return f"passes untouched to port {outcome.port} of the pod{tunnel}"
    return f"passes untouched, leaves the pod for {packet.destination} port {outcome.port}"


def _chains(
    chains: Mapping[tuple[str, str], Sequence[rule_book.Rule | nft_rules.NftRule]], title: str
) -> Iterator[str]:
    yield f"# {title}"
    for (table, chain), listed in chains.items():
        role = _ROLES.get(chain) or _ROLES.get(chain.upper().replace("-", "_"), "")
        yield f"{table} {chain}" + (f": {role}" if role else "")
        texts = [(r.args if isinstance(r, rule_book.Rule) else r.text, r.why) for r in listed]
        width = min(max(len(shown) for shown, _ in texts), 100)
        for number, (shown, why) in enumerate(texts, 1):
            yield f"  {number:>3}  {shown:<{width}}  # {why}"


def _rule(rule: rule_book.Rule | nft_rules.NftRule) -> Json:
    shown = rule.text if isinstance(rule, rule_book.Rule) else rule.command
    return {"table": rule.table, "chain": rule.chain, "rule": shown, "why": rule.why}


def _line(line: Line) -> Json:
    return {"table": line.table, "chain": line.chain, "number": line.number, "rule": line.text, "why": line.why}


def _where(line: Line) -> str:
    return f"{line.table} {line.chain} rule {line.number}"


def _no_rule(packet: Packet) -> str:
    if packet.state != "NEW":
        return "a known connection follows the decision made for its first packet"
    return "none matches, the chains' policy is ACCEPT"


def report(differences: Sequence[object], notes: Sequence[str]) -> str:
    """A comparison's result, one difference a line; no final newline."""
    head = [str(d) for d in differences] or ["no difference"]
    return "\n".join([*head, *(f"note: {n}" for n in notes)])
