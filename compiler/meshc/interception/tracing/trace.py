"""Walks a packet through the rules and says where it ends and by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network

from meshc.interception.iptables import matches, rule_book
from meshc.interception.iptables.matches import Action, Match, number
from meshc.interception.nftables import nft_matches, nft_rules
from meshc.interception.packet_rules import Rules
from meshc.interception.tracing.packets import Packet

_TABLES = ("raw", "mangle", "nat")
_ENDS = ("return", "accept", "drop", "redirect", "tproxy")


@dataclass(frozen=True)
class Line:
    """A rule with its place: table, chain, 1-based number there, text as `iptables -A` or nft has it, why it exists."""

    table: str
    chain: str
    number: int
    text: str
    why: str
    matches: tuple[Match, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Outcome:
    """Where a packet ends: `verdict` is redirected, passes or dropped; `rule` decided it (None: no rule did).

    `port` is where a local socket gets it (of the proxy, the agent or the application), or the untouched destination's.
    """

    verdict: str
    port: int
    rule: Line | None
    path: tuple[Line, ...]
    unknown: tuple[Line, ...] = ()


@dataclass
class _State:
    packet: Packet
    mark: int
    connmark: int = 0
    path: list[Line] = field(default_factory=list)
    unknown: list[Line] = field(default_factory=list)
    decided: Line | None = None
    redirect: str | None = None


def walk(made: Rules, packet: Packet) -> Outcome:
    """Follow the packet through raw, mangle and nat, and once more through PREROUTING when it comes back on loop-back.

    As in the kernel, nat is only asked for the first packet of a connection and only once.
    """
    chains = _chains(made, packet.version)
    state = _State(packet, packet.mark)
    hook = "PREROUTING" if packet.direction == "inbound" else "OUTPUT"
    verdict = _hook(chains, hook, state)
    local = packet.direction == "outbound" and (packet.out_interface == "lo" or state.redirect)
    if verdict != "drop" and local:
        verdict = _arrive(chains, state)
    if verdict == "drop":
        return Outcome("dropped", packet.port, state.decided, tuple(state.path), tuple(state.unknown))
    kind, port = ("redirected", int(state.redirect)) if state.redirect else ("passes", packet.port)
    return Outcome(kind, port, state.decided, tuple(state.path), tuple(state.unknown))


def _arrive(chains: Mapping[tuple[str, str], list[Line]], state: _State) -> str:
    """The same packet entering again through `lo`; only an own decision there replaces the one made on the way out."""
    packet = state.packet
    target = ("127.0.0.1" if packet.version == 4 else "::1") if state.redirect else packet.destination
    port = int(state.redirect) if state.redirect else packet.port
    before, redirected = state.decided, state.redirect
    state.packet = replace(packet, destination=target, port=port, in_interface="lo", out_interface="", uid="", gid="")
    verdict = _hook(chains, "PREROUTING", state, tables=("raw", "mangle"))
    if state.redirect == redirected and verdict != "drop" and before is not None:
        state.decided = before
    return verdict


def _hook(
    chains: Mapping[tuple[str, str], list[Line]], hook: str, state: _State, tables: Iterable[str] = _TABLES
) -> str:
    for table in tables:
        if table == "nat" and state.packet.state != "NEW":
            continue
        verdict = _chain(chains, (table, hook), state)
        if verdict == "drop":
            return verdict
    return "accept"


def _chain(chains: Mapping[tuple[str, str], list[Line]], place: tuple[str, str], state: _State) -> str:
    """Run one chain; `` when it ends without a verdict, so that the caller goes on."""
    for line in chains.get(place, ()):
        if not all(_holds(m, state, line) for m in line.matches):
            continue
        state.path.append(line)
        for action in line.actions:
            verdict = _act(action, chains, place=place, state=state, line=line)
            if verdict == "return":
                return ""
            if verdict:
                return verdict
    return ""


def _act(
    action: Action, chains: Mapping[tuple[str, str], list[Line]], *, place: tuple[str, str], state: _State, line: Line
) -> str:
    kind, value = action
    if kind in _ENDS and not (kind == "accept" and state.redirect):
        state.decided = line
    match kind:
        case "jump":
            return _chain(chains, (place[0], value), state)
        case "redirect":
            state.redirect = value
            return "accept"
        case "tproxy":
            state.redirect = value
            # an iptables TPROXY ends the walk, nftables says so with an accept of its own
            return "accept" if line.text.startswith("-A") else ""
        case "set-mark":
            state.mark = number(value)
        case "save-mark":
            state.connmark = state.mark
        case "restore-mark":
            state.mark = state.connmark
        case "return" | "accept" | "drop":
            return kind
    return ""


def _holds(match: Match, state: _State, line: Line) -> bool:
    if match.kind == "unknown":
        state.unknown.append(line)
        return False
    packet = state.packet
    if match.kind in ("source", "destination"):
        address = packet.source if match.kind == "source" else packet.destination
        found = any(_within(address, network) for network in match.values)
    elif match.kind in ("dport", "sport"):
        port = packet.port if match.kind == "dport" else packet.source_port
        found = any(_in_range(port, value) for value in match.values)
    elif match.kind in ("mark", "connmark"):
        found = any((state.mark if match.kind == "mark" else state.connmark) == number(v) for v in match.values)
    else:
        found = _facts(packet)[match.kind] in match.values
        if match.kind in ("uid", "gid") and not _facts(packet)[match.kind]:
            return False
    return found is not match.negated


def _facts(packet: Packet) -> dict[str, str]:
    return {
        "in": packet.in_interface,
        "out": packet.out_interface,
        "protocol": packet.protocol,
        "uid": packet.uid,
        "gid": packet.gid,
        "state": packet.state,
        "family": str(packet.version),
    }


def _within(address: str, network: str) -> bool:
    parsed, block = ip_address(address), ip_network(network, strict=False)
    return parsed.version == block.version and parsed in block


def _in_range(port: int, value: str) -> bool:
    low, _, high = value.partition(":")
    return int(low or 0) <= port <= int(high or low or 65535)


def _chains(made: Rules, version: int) -> dict[tuple[str, str], list[Line]]:
    if made.tool == "nftables":
        found = {}
        for (table, chain), listed in nft_rules.arrange(made.nft_rules).items():
            place = (
                table.removeprefix(nft_rules.PREFIX),
                {"prerouting": "PREROUTING", "output": "OUTPUT"}.get(chain, chain),
            )
            found[place] = [
                Line(table, chain, n, r.text, r.why, *nft_matches.parse(r.text)) for n, r in enumerate(listed, 1)
            ]
        return found
    family = made.ipv4 if version == 4 else made.ipv6
    return {
        place: [_line(r, n) for n, r in enumerate(listed, 1)] for place, listed in rule_book.arrange(family).items()
    }


def _line(rule: rule_book.Rule, place: int) -> Line:
    parsed = matches.parse(rule.args)
    return Line(rule.table, rule.chain, place, f"-A {rule.chain} {rule.args}", rule.why, parsed.matches, parsed.actions)
