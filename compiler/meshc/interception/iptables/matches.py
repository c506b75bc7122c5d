"""Takes an iptables rule apart: matches and actions for walking, words for the kernel's spelling."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from meshc.interception.ranges import canonical

_SHORT = {
    "-s": "source",
    "--source": "source",
    "-d": "destination",
    "--destination": "destination",
    "-i": "in",
    "-o": "out",
    "-p": "protocol",
}
_OPTIONS = {
    "--dport": "dport",
    "--sport": "sport",
    "--dports": "dport",
    "--sports": "sport",
    "--uid-owner": "uid",
    "--gid-owner": "gid",
    "--ctstate": "state",
}
_FULL = "0xffffffff"


class Match(NamedTuple):
    """One condition; several values mean any of them. `kind` is `unknown` for what meshc cannot judge."""

    kind: str
    values: tuple[str, ...]
    negated: bool = False
    text: str = ""


class Action(NamedTuple):
    """What a matching rule does: jump, return, accept, drop, redirect, tproxy, set-mark, save-mark, restore-mark, zone, log."""

    kind: str
    value: str = ""


@dataclass(frozen=True)
class Parsed:
    """A rule's conditions in the order given, its target's name and the target's options."""

    matches: tuple[Match, ...]
    target_name: str
    options: tuple[str, ...]

    @property
    def actions(self) -> tuple[Action, ...]:
        """What the rule does."""
        return tuple(_actions(self.target_name, self.options))

    def spelled(self, *, ipv6: bool = False) -> str:
        """The rule as the kernel prints it: fixed order, canonical values (docs/istio/traffic-capture.md § 10)."""
        words = [
            w
            for kind in ("source", "destination", "in", "out", "protocol")
            for m in self.matches
            if m.kind == kind
            for w in m.text.split()
        ]
        words += _extensions([m for m in self.matches if m.kind not in _SHORT.values()], self._protocol)
        if self.target_name:
            words += ["-j", self.target_name, *_target(self.target_name, self.options, ipv6=ipv6)]
        return " ".join(words)

    @property
    def _protocol(self) -> str:
        return next((m.values[0] for m in self.matches if m.kind == "protocol"), "")


@lru_cache(maxsize=4096)
def parse(args: str) -> Parsed:
    """Take apart everything that stands behind the chain's name; what is not understood becomes an `unknown` match."""
    words = shlex.split(args)
    matches: list[Match] = []
    module, negated, index = "", False, 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "!":
            negated = True
        elif word == "-m":
            module = words[index]
            index += 1
        elif word in ("-j", "-g"):
            return Parsed(tuple(matches), words[index], tuple(words[index + 1 :]))
        else:
            values = list(_values(words, index))
            index += len(values)
            matches.append(_match(word, values, module=module, negated=negated))
            negated = False
    return Parsed(tuple(matches), "", ())


def number(text: str) -> int:
    """A mark as a number: decimal or `0x…`, a mask behind `/` left out."""
    return int(text.partition("/")[0], 0)


def _values(words: Sequence[str], index: int) -> Iterator[str]:
    while index < len(words) and not words[index].startswith("-") and words[index] != "!":
        yield words[index]
        index += 1


def _match(word: str, values: list[str], *, module: str, negated: bool) -> Match:
    bang = "! " if negated else ""
    value = values[0] if values else ""
    kind = _SHORT.get(word)
    if kind:
        value = canonical(value) if kind in ("source", "destination") else value
        option = {"--source": "-s", "--destination": "-d"}.get(word, word)
        return Match(kind, (value,), negated, f"{bang}{option} {value}")
    if word == "--mark" and module in ("mark", "connmark"):
        return Match(module, (value,), negated, f"-m {module} {bang}--mark {_mark(value)}")
    kind = _OPTIONS.get(word)
    if kind is None:
        text = " ".join([f"-m {module}"] * bool(module) + [f"{bang}{word}", *values])
        return Match("unknown", tuple(values), negated, text)
    several = word in ("--dports", "--sports", "--ctstate")
    prefix = f"-m {module} " if module and module not in ("tcp", "udp") else ""
    return Match(kind, tuple(value.split(",")) if several else (value,), negated, f"{prefix}{bang}{word} {value}")


def _extensions(matches: Sequence[Match], protocol: str) -> list[str]:
    """Port options of tcp and udp share one `-m`, which the kernel's listing always writes."""
    words: list[str] = []
    implied = False
    for match in matches:
        bare = match.kind in ("dport", "sport") and not match.text.startswith("-m")
        if bare and not implied:
            words += ["-m", protocol]
        implied = bare
        words += match.text.split()
    return words


def _mark(value: str) -> str:
    head, slash, mask = value.partition("/")
    return f"{number(head):#x}" + (f"/{number(mask):#x}" if slash and number(mask) != 0xFFFFFFFF else "")


def _target(name: str, options: Sequence[str], *, ipv6: bool) -> list[str]:
    given = _pairs(options)
    match name:
        case "REDIRECT" if "--to-port" in given:
            return ["--to-ports", given["--to-port"]]
        case "MARK" if "--set-mark" in given:
            return ["--set-xmark", f"{number(given['--set-mark']):#x}/{_FULL}"]
        case "CONNMARK" if options[:1] and options[0] in ("--save-mark", "--restore-mark"):
            return [options[0], "--nfmask", given.get("--nfmask", _FULL), "--ctmask", given.get("--ctmask", _FULL)]
        case "TPROXY" if {"--tproxy-mark", "--on-port"} <= given.keys():
            mark = f"{number(given['--tproxy-mark']):#x}/{_FULL}"
            return [
                "--on-port",
                given["--on-port"],
                "--on-ip",
                given.get("--on-ip", "::" if ipv6 else "0.0.0.0"),
                "--tproxy-mark",
                mark,
            ]
    return list(options)


def _actions(name: str, options: Sequence[str]) -> Iterator[Action]:
    given = _pairs(options)
    match name:
        case "RETURN" | "ACCEPT" | "DROP":
            yield Action(name.lower())
        case "REDIRECT":
            yield Action("redirect", given.get("--to-ports") or given.get("--to-port", ""))
        case "TPROXY":
            yield Action("set-mark", given.get("--tproxy-mark", "0"))
            yield Action("tproxy", given.get("--on-port", "0"))
        case "MARK":
            yield Action("set-mark", given.get("--set-mark") or given.get("--set-xmark", "0"))
        case "CONNMARK":
            yield Action("save-mark" if "--save-mark" in options else "restore-mark")
        case "CT":
            yield Action("zone", given.get("--zone", ""))
        case "NFLOG":
            yield Action("log")
        case _ if name:
            yield Action("jump", name)


def _pairs(options: Sequence[str]) -> dict[str, str]:
    return {o: options[i + 1] if i + 1 < len(options) else "" for i, o in enumerate(options) if o.startswith("--")}
