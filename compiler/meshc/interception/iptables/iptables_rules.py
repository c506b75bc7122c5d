"""The iptables back end: rules in generation order, as commands, as restore text and as the tool's transcript."""

from __future__ import annotations

from collections.abc import Sequence

from meshc.catalog import Release
from meshc.interception.capture_config import Config, Family
from meshc.interception.iptables import dns, inbound, outbound
from meshc.interception.iptables.rule_book import Book, Rule, chains


def build(config: Config, release: Release, family: Family) -> tuple[Rule, ...]:
    """All rules of one family (docs/istio/traffic-capture.md § 3)."""
    book = Book(release, config, family)
    inbound.interfaces(book)
    inbound.drop_invalid(book)
    inbound.redirects(book)
    inbound.inbound(book)
    outbound.entrance(book)
    outbound.identity(book)
    outbound.groups(book)
    dns.early(book)
    outbound.destinations(book)
    dns.late(book)
    inbound.tproxy(book)
    return tuple(book.rules)


def commands(program: str, rules: Sequence[Rule]) -> list[str]:
    """One command line per chain and rule (docs/istio/traffic-capture.md § 4.1)."""
    made = [f"{program} -t {table} -N {chain}" for table, chain in chains(tuple(rules))]
    return made + [f"{program} -t {r.table} {r.text}" for r in rules]


def restore(rules: Sequence[Rule], release: Release) -> str:
    """The input of `iptables-restore --noflush` for one family, without a final newline (docs/istio/traffic-capture.md § 4.2).

    Empty without rules.
    """
    tables = dict.fromkeys(r.table for r in rules)
    # Tables are independent of each other: their order changes only the text, release by release.
    ordered = sorted(tables) if release.has("interception.restore_tables_sorted") else list(tables)
    lines = []
    for table in ordered:
        own = [r for r in rules if r.table == table]
        created = chains(own)
        lines += [f"* {table}", *(f"-N {c}" for _, c in created), *(r.text for r in own), "COMMIT"]
    return "\n".join(lines)


def transcript(ipv4: Sequence[Rule], ipv6: Sequence[Rule], release: Release) -> list[str]:
    """What the tool reports of a run that starts from nothing, in the form of its release (docs/istio/traffic-capture.md § 4.3)."""
    after = ["iptables-save", "ip6tables-save"] if ipv6 else ["iptables-save"]
    if release.has("interception.always_restore"):
        inputs = [rules for rules in (restore(ipv4, release), restore(ipv6, release)) if rules]
        return ["iptables-save", "ip6tables-save", *inputs, *after]
    lines = commands("iptables", ipv4) + commands("ip6tables", ipv6)
    return lines + after if release.has("interception.log_after_apply") else lines
