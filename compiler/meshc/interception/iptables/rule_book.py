"""One packet rule, and the book in which a family's rules are written down in generation order."""

from __future__ import annotations

from dataclasses import dataclass, field

from meshc.catalog import Release
from meshc.interception.capture_config import Config, Family

BUILT_IN_CHAINS = frozenset({"INPUT", "OUTPUT", "FORWARD", "PREROUTING", "POSTROUTING"})
_NO_CHAINS = frozenset({"ACCEPT", "RETURN", "DROP"}) | BUILT_IN_CHAINS


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: everything after the chain's name is `args`, exactly as written; `why` is for people."""

    table: str
    chain: str
    args: str
    why: str = ""
    position: int | None = None

    @property
    def text(self) -> str:
        """The rule as an append or insert, without the table."""
        return (
            f"-A {self.chain} {self.args}" if self.position is None else f"-I {self.chain} {self.position} {self.args}"
        )

    @property
    def deletion(self) -> str:
        """The rule as a deletion, without the table."""
        return f"-D {self.chain} {self.args}"

    @property
    def jump(self) -> str | None:
        """The own chain it jumps to, if any."""
        words = self.args.rsplit(" ", 2)
        return words[-1] if len(words) > 1 and words[-2] == "-j" and words[-1] not in _NO_CHAINS else None


@dataclass(slots=True)
class Book:
    """Collects the rules of one family; a place is written `table/CHAIN`."""

    release: Release
    config: Config
    family: Family
    rules: list[Rule] = field(default_factory=list)

    @property
    def logging(self) -> bool:
        """Whether rules with an identifier are accompanied by a logging copy."""
        return self.config.trace_logging and self.release.has("interception.trace_logging")

    def append(self, place: str, args: str, *, why: str, log: str | None = None) -> None:
        """Append a rule; with trace logging on, its NFLOG copy goes before it."""
        table, _, chain = place.partition("/")
        if log and self.logging:
            self.rules.append(Rule(table, chain, self._nflog(args, log), f"log: {why}"))
        self.rules.append(Rule(table, chain, args, why))

    def insert(self, place: str, position: int, args: str, *, why: str, log: str | None = None) -> None:
        """Insert a rule at a 1-based position; its NFLOG copy follows at the same position, so ends up before it."""
        table, _, chain = place.partition("/")
        self.rules.append(Rule(table, chain, args, why, position))
        if log and self.logging:
            self.rules.append(Rule(table, chain, self._nflog(args, log), f"log: {why}", position))

    def _nflog(self, args: str, identifier: str) -> str:
        match = args.rsplit("-j ", 1)[0]
        prefix = f'"{identifier}"' if self.release.has("interception.trace_logging_quoted") else identifier
        return f"{match}-j NFLOG --nflog-prefix {prefix} --nflog-group 1337 --nflog-size 20"


def chains(rules: list[Rule] | tuple[Rule, ...]) -> list[tuple[str, str]]:
    """Own chains as (table, chain) in order of their first rule; every chain that is jumped to has one."""
    return list(dict.fromkeys((r.table, r.chain) for r in rules if r.chain not in BUILT_IN_CHAINS))


def arrange(rules: list[Rule] | tuple[Rule, ...]) -> dict[tuple[str, str], list[Rule]]:
    """The rules of every chain in effective order, insertions carried out."""
    order: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        chain = order.setdefault((rule.table, rule.chain), [])
        chain.insert(len(chain) if rule.position is None else rule.position - 1, rule)
    return order
