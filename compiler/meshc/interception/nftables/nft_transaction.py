"""The nftables back end: one transaction for `nft -f -` and both families (docs/istio/traffic-capture.md § 8)."""

from __future__ import annotations

from collections.abc import Sequence

from meshc.catalog import Release
from meshc.interception.capture_config import Config
from meshc.interception.nftables import nft_dns, nft_inbound, nft_outbound
from meshc.interception.nftables.nft_rules import NftBook, NftRule

CHAINS = {
    "istio-proxy-nat": {
        "prerouting": " { type nat hook prerouting priority -100 ; }",
        "output": " { type nat hook output priority -100 ; }",
        "istio-inbound": "",
        "istio-redirect": "",
        "istio-in-redirect": "",
        "istio-output": "",
        "istio-output-dns": "",
    },
    "istio-proxy-mangle": {
        "prerouting": " { type filter hook prerouting priority -150 ; }",
        "output": " { type route hook output priority -150 ; }",
        "istio-divert": "",
        "istio-tproxy": "",
        "istio-inbound": "",
        "istio-drop": "",
    },
    "istio-proxy-raw": {
        "prerouting": " { type filter hook prerouting priority -300 ; }",
        "output": " { type filter hook output priority -300 ; }",
        "istio-inbound": "",
        "istio-output-dns": "",
    },
}


def build(config: Config, release: Release) -> tuple[NftRule, ...]:
    """All rules in generation order, insertions that became appends already turned."""
    book = NftBook(release, config)
    nft_inbound.interfaces(book)
    nft_inbound.drop_invalid(book)
    nft_inbound.redirects(book)
    nft_inbound.inbound(book)
    nft_outbound.entrance(book)
    nft_outbound.identity(book)
    nft_outbound.groups(book)
    nft_dns.capture(book)
    nft_outbound.destinations(book)
    nft_inbound.tproxy(book)
    return tuple(book.rules)


def transaction(rules: Sequence[NftRule]) -> list[str]:
    """Tables in the order nat, mangle, raw; in each its chains, then its rules (docs/istio/traffic-capture.md § 8.1)."""
    lines = []
    for table, chains in CHAINS.items():
        own = [r for r in rules if r.table == table]
        if not own:
            continue
        used = {r.chain for r in own}
        lines += [f"add table inet {table}", f"flush table inet {table}"]
        lines += [f"add chain inet {table} {name}{hook}" for name, hook in chains.items() if name in used]
        lines += [r.command for r in own]
    return lines


def cleanup(rules: Sequence[NftRule]) -> list[str]:
    """What `--cleanup-only` does: the tables are deleted, made first so that this never fails."""
    used = {r.table for r in rules}
    return [f"{verb} table inet {table}" for table in CHAINS if table in used for verb in ("add", "delete")]
