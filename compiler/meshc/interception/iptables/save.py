"""Packet rules in the canonical form in which `iptables-save` prints them (docs/istio/traffic-capture.md § 10)."""

from __future__ import annotations

from collections.abc import Sequence

from meshc.interception.iptables.matches import parse
from meshc.interception.iptables.rule_book import BUILT_IN_CHAINS, Rule, arrange

BUILT_IN = {
    "raw": ("PREROUTING", "OUTPUT"),
    "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
}


def canonical(rule: Rule, *, ipv6: bool = False) -> str:
    """One rule as `-A CHAIN …` in the kernel's spelling and order."""
    return f"-A {rule.chain} {parse(rule.args).spelled(ipv6=ipv6)}".rstrip()


def dump(rules: Sequence[Rule], *, ipv6: bool = False) -> str:
    """The text `iptables-save` would print with counters at zero and without comments; no final newline."""
    chains = arrange(tuple(rules))
    jumped = {(r.table, r.jump) for r in rules if r.jump}
    lines = []
    for table in sorted({r.table for r in rules}):
        own = sorted({c for t, c in (*chains, *jumped) if t == table and c not in BUILT_IN_CHAINS})
        built_in = BUILT_IN[table]
        lines += [f"*{table}", *(f":{c} ACCEPT [0:0]" for c in built_in), *(f":{c} - [0:0]" for c in own)]
        for chain in (*built_in, *own):
            lines += [canonical(r, ipv6=ipv6) for r in chains.get((table, chain), ())]
        lines.append("COMMIT")
    return "\n".join(lines)
