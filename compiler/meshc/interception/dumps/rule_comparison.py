"""Compares a dump of packet rules with those meshc computes: what is missing, extra, different or moved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from meshc.errors import UsageError
from meshc.interception.dumps.listing import Listing
from meshc.interception.iptables.matches import parse
from meshc.interception.iptables.rule_book import BUILT_IN_CHAINS, Rule, arrange
from meshc.interception.packet_rules import Rules

Kind = Literal["missing", "extra", "different", "moved"]
_TABLES = ("mangle", "nat", "raw")
_NAMED_GROUP = re.compile(r"(--gid-owner )(?!\d)\S+")


@dataclass(frozen=True)
class Difference:
    """One rule that is not as computed: `number` is its place in the computed chain (or in the found one, if extra)."""

    kind: Kind
    family: str
    table: str
    chain: str
    number: int
    expected: str = ""
    found: str = ""

    def __str__(self) -> str:
        place = f"{self.family} {self.table} {self.chain} {self.number}"
        text = (
            f"{self.expected}\n{'':11}found {self.found}" if self.kind == "different" else self.expected or self.found
        )
        return f"{self.kind:<10} {place}: {text}"


def compare(made: Rules, listings: Sequence[Listing]) -> tuple[list[Difference], list[str]]:
    """Differences, and notes about what could not be compared.

    Counters, comments, order of tables, foreign chains and jumps into them do not count (docs/istio/traffic-capture.md § 10).
    Raises UsageError for nftables rules, which `iptables-save` does not show.
    """
    if made.tool == "nftables":
        raise UsageError(
            "iptables-save does not show native nftables rules",
            path="--compare",
            hint="compare with the pod's iptables rules: --tool iptables",
        )
    differences: list[Difference] = []
    notes = []
    for listing in listings:
        rules = made.ipv6 if listing.ipv6 else made.ipv4
        differences += _family(rules, listing)
    if made.ipv6 and not any(x.ipv6 for x in listings):
        notes.append("the listing shows no IPv6 rules: not compared (append the output of ip6tables-save)")
    if not any(not x.ipv6 for x in listings):
        notes.append("the listing shows no IPv4 rules: not compared (put the output of iptables-save before it)")
    return differences, notes


def _family(rules: Sequence[Rule], listing: Listing) -> Iterator[Difference]:
    family = "IPv6" if listing.ipv6 else "IPv4"
    computed = {
        place: [parse(r.args).spelled(ipv6=listing.ipv6) for r in chain]
        for place, chain in arrange(tuple(rules)).items()
    }
    for place in sorted({*computed, *listing.chains, *listing.policies}):
        table, chain = place
        if _ours(place):
            found = [r for r in listing.chains.get(place, []) if not _foreign(r, chain)]
            yield from _chain(computed.get(place, []), found, family=family, place=place)
        policy = listing.policies.get(place, "ACCEPT")
        if policy not in ("ACCEPT", "-") and table in (*_TABLES, "filter"):
            yield Difference("different", family, table, chain, 0, "policy ACCEPT", f"policy {policy}")
        if (
            chain.startswith("ISTIO_")
            and place in listing.policies
            and place not in computed
            and not _jumped(place, rules)
        ):
            yield Difference("extra", family, table, chain, 0, found=f"chain {chain}")


def _ours(place: tuple[str, str]) -> bool:
    table, chain = place
    return chain.startswith("ISTIO_") or (table in _TABLES and chain in BUILT_IN_CHAINS)


def _foreign(rule: str, chain: str) -> bool:
    """A jump from a built-in chain into a chain that is not Istio's."""
    jumps = [a.value for a in parse(rule).actions if a.kind == "jump"]
    return chain in BUILT_IN_CHAINS and any(not name.startswith("ISTIO_") for name in jumps)


def _jumped(place: tuple[str, str], rules: Sequence[Rule]) -> bool:
    return any((r.table, r.jump) == place for r in rules)


def _chain(computed: list[str], found: list[str], *, family: str, place: tuple[str, str]) -> Iterator[Difference]:
    left, right = _resolve(computed, found)
    lost, gained = _opcodes(left, right)
    moved = {text for text in map(left.__getitem__, lost) if text in {right[g] for g in gained}}
    table, chain = place
    replaced = dict(
        zip([i for i in lost if left[i] not in moved], [g for g in gained if right[g] not in moved], strict=False)
    )
    for i in lost:
        if left[i] in moved:
            yield Difference("moved", family, table, chain, i + 1, expected=f"-A {chain} {computed[i]}")
        elif i in replaced and _similar(left[i], right[replaced[i]]):
            yield Difference(
                "different",
                family,
                table,
                chain,
                i + 1,
                f"-A {chain} {computed[i]}",
                f"-A {chain} {found[replaced[i]]}",
            )
        else:
            replaced.pop(i, None)
            yield Difference("missing", family, table, chain, i + 1, expected=f"-A {chain} {computed[i]}")
    paired = {g for i, g in replaced.items()}
    for g in gained:
        if right[g] not in moved and g not in paired:
            yield Difference("extra", family, table, chain, g + 1, found=f"-A {chain} {found[g]}")


def _opcodes(left: list[str], right: list[str]) -> tuple[list[int], list[int]]:
    lost: list[int] = []
    gained: list[int] = []
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            lost += range(a, b)
            gained += range(c, d)
    return lost, gained


def _similar(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio() >= 0.5


def _resolve(computed: list[str], found: list[str]) -> tuple[list[str], list[str]]:
    """Groups given by name are printed as numbers: where a rule names one, any number at its place is taken for it."""
    if not any(_NAMED_GROUP.search(r) for r in computed):
        return computed, found
    patterns = {
        re.compile(r"--gid-owner \d+".join(map(re.escape, _NAMED_GROUP.split(r)[::2]))): r
        for r in computed
        if _NAMED_GROUP.search(r)
    }
    return computed, [next((r for p, r in patterns.items() if p.fullmatch(f)), f) for f in found]
