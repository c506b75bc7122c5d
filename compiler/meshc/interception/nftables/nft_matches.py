"""Takes an nftables rule apart into the same conditions and actions as an iptables rule."""

from __future__ import annotations

from functools import lru_cache

from meshc.interception.iptables.matches import Action, Match

_PLAIN = {"iifname": "in", "oifname": "out", "skuid": "uid", "skgid": "gid", "mark": "mark"}


@lru_cache(maxsize=4096)
def parse(text: str) -> tuple[tuple[Match, ...], tuple[Action, ...]]:
    """Conditions and actions of a rule in the spelling of the tool's transaction (docs/istio/traffic-capture.md § 8.2)."""
    return _Reader(text.split()).read()


class _Reader:
    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.matches: list[Match] = []
        self.actions: list[Action] = []

    def read(self) -> tuple[tuple[Match, ...], tuple[Action, ...]]:
        while self.words:
            self._one()
        return tuple(self.matches), tuple(self.actions)

    def _one(self) -> None:
        match self.words:
            case ["counter", *rest]:
                self.words = rest
            case [("return" | "accept" | "drop") as verdict, *rest]:
                self._act(verdict, "", rest)
            case ["jump", chain, *rest]:
                self._act("jump", chain, rest)
            case ["redirect", "to", port, *rest]:
                self._act("redirect", port.removeprefix(":"), rest)
            case ["tproxy", "ip" | "ip6", "to", port, *rest]:
                self._act("tproxy", port.removeprefix(":"), rest)
            case ["meta", "mark", "set", "ct", "mark", *rest]:
                self._act("restore-mark", "", rest)
            case ["meta", "mark", "set", value, *rest]:
                self._act("set-mark", value, rest)
            case ["ct", "mark", "set", "mark", *rest]:
                self._act("save-mark", "", rest)
            case ["ct", "zone", "set", zone, *rest]:
                self._act("zone", zone, rest)
            case _:
                self._condition()

    def _act(self, kind: str, value: str, rest: list[str]) -> None:
        self.actions.append(Action(kind, value))
        self.words = rest

    def _condition(self) -> None:
        match self.words:
            case ["meta", "l4proto", protocol, *rest]:
                self.matches.append(Match("protocol", (protocol,)))
                self.words = rest
            case ["meta", *rest]:
                self.words = rest
            case [("ip" | "ip6") as family, ("saddr" | "daddr") as side, *rest]:
                self.matches.append(Match("family", ("6" if family == "ip6" else "4",)))
                self._compare("source" if side == "saddr" else "destination", rest)
            case [("tcp" | "udp") as protocol, ("dport" | "sport") as side, *rest]:
                self.matches.append(Match("protocol", (protocol,)))
                self._compare(side, rest)
            case ["ct", "state", *rest]:
                self._compare("state", rest)
            case ["ct", "mark", *rest]:
                self._compare("connmark", rest)
            case [word, *rest] if word in _PLAIN:
                self._compare(_PLAIN[word], rest)
            case [word, *rest]:
                self.matches.append(Match("unknown", (word,)))
                self.words = rest

    def _compare(self, kind: str, rest: list[str]) -> None:
        negated = rest[0] == "!="
        rest = rest[negated:]
        if rest[0] == "{":
            end = rest.index("}")
            values, rest = [w.rstrip(",") for w in rest[1:end]], rest[end + 1 :]
        else:
            values, rest = rest[0].split(","), rest[1:]
        if kind == "state":
            values = [v.upper() for v in values]
        self.matches.append(Match(kind, tuple(values), negated))
        self.words = rest
