"""One nftables rule, and the book in which they are written down in generation order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from meshc.catalog import Release
from meshc.interception.capture_config import Config

PREFIX = "istio-proxy-"


@dataclass(frozen=True, slots=True)
class NftRule:
    """A rule: `text` is everything after the chain's name; `why` is for people; `position` counts from 0."""

    table: str
    chain: str
    text: str
    why: str = ""
    position: int | None = None

    @property
    def command(self) -> str:
        """The rule as a line of the transaction."""
        if self.position is None:
            return f"add rule inet {self.table} {self.chain} {self.text}"
        return f"insert rule inet {self.table} {self.chain} index {self.position} {self.text}"


@dataclass(slots=True)
class NftBook:
    """Collects rules; a place is written `table/chain`, the table without its prefix."""

    release: Release
    config: Config
    rules: list[NftRule] = field(default_factory=list)

    def add(self, place: str, match: str, verdict: str, *, why: str) -> None:
        """Append a rule; its counter, where the release has counters, stands before the verdict."""
        table, _, chain = place.partition("/")
        self.rules.append(NftRule(PREFIX + table, chain, self._text(match, verdict), why))

    def insert(self, place: str, position: int, match: str, *, verdict: str, why: str) -> None:
        """Insert a rule, or append it where the release does that (docs/istio/traffic-capture.md § 8.1)."""
        table, _, chain = place.partition("/")
        length = sum(r.table == PREFIX + table and r.chain == chain for r in self.rules)
        append = not length or (length <= position and self.release.has("interception.nft_insert_checks_length"))
        self.rules.append(NftRule(PREFIX + table, chain, self._text(match, verdict), why, None if append else position))

    def families(self) -> list[tuple[str, str, str]]:
        """Per family in use: keyword, loop-back range, the proxy's pass-through address."""
        v4, v6 = self.config.ipv4_family, self.config.ipv6_family
        both = [("ip", v4.loopback, v4.passthrough), ("ip6", v6.loopback, v6.passthrough)]
        return both if self.config.ipv6 else both[:1]

    def _text(self, match: str, verdict: str) -> str:
        counter = "counter" if self.release.has("interception.nft_counters") else ""
        return " ".join(part for part in (match, counter, verdict) if part)


def arrange(rules: Sequence[NftRule]) -> dict[tuple[str, str], list[NftRule]]:
    """The rules of every chain in effective order, insertions carried out."""
    order: dict[tuple[str, str], list[NftRule]] = {}
    for rule in rules:
        chain = order.setdefault((rule.table, rule.chain), [])
        chain.insert(len(chain) if rule.position is None else rule.position, rule)
    return order
