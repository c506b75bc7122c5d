"""Reads listings of listening sockets: `netstat -ntl[p]`, `ss -ln[p]`, `lsof -i` (docs/istio/ports.md § 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from meshc import resources, yamlio
from meshc.errors import InputError

_HINT = "save the whole output of `netstat -ntlp`, `ss -lnp` or `lsof -i -P -n`, with its header line"
_USERS = re.compile(r'\(\("([^"]+)"')
_PROTOCOLS = ("tcp", "tcp6", "udp", "udp6")


@dataclass(frozen=True, order=True)
class Socket:
    """One listening socket: `address` is normalised to `any`, `loopback` or itself; `process` is empty where not shown.

    A Unix socket has transport `unix`, port 0 and its path, without a leading `./`, as address.
    """

    transport: str
    port: int
    address: str
    process: str = ""


def read(text: str, *, file: str | None = None) -> tuple[list[Socket], list[str]]:
    """Distinct listening sockets in order, and notes on lines that could not be placed.

    Established connections, repeated lines, ids and queue lengths are left out.  Raises InputError for anything but
    one of the three listings.
    """
    lines = text.splitlines()
    parse = _format(lines)
    if parse is None:
        raise InputError("not a listing of netstat, ss or lsof", file=file, line=1, hint=_HINT)
    notes: list[str] = []
    found: dict[Socket, None] = {}
    for number, line in enumerate(lines, 1):
        try:
            found.update(dict.fromkeys(parse(line.split())))
        except _UnknownServiceError as error:
            notes.append(f"line {number}: service name {error} is not known; list again with numbers (lsof -P -n)")
        except (IndexError, ValueError) as error:
            raise InputError(
                "a line of the listing is cut off", file=file, line=number, value=line, hint=_HINT
            ) from error
    return list(found), notes


class _UnknownServiceError(Exception):
    """A service name meshc has no number for."""


def _format(lines: list[str]) -> Callable[[list[str]], Iterator[Socket]] | None:
    for line in lines:
        words = line.split()
        if not words:
            continue
        if words[0] == "COMMAND" or (len(words) > 8 and words[4] in ("IPv4", "IPv6")):
            return _lsof
        if words[0] in ("Netid", "State") or re.match(
            r"(u_\w+|nl|p_\w+|(tcp|udp)\s+(LISTEN|ESTAB|UNCONN))\b|(LISTEN|UNCONN)\s+\d", line
        ):
            return _ss
        if words[0] in ("Proto", "Active") or (words[0] in _PROTOCOLS and len(words) > 4 and words[1].isdigit()):
            return _netstat
    return None


def _netstat(words: list[str]) -> Iterator[Socket]:
    if words[:1] == ["unix"] and "LISTENING" in words:
        state = words.index("LISTENING")
        path = words[-1]
        process = words[state + 2] if "/" in words[state + 2] and words[state + 2] != path else ""
        yield Socket("unix", 0, _path(path), process.partition("/")[2])
    if not words or words[0] not in _PROTOCOLS:
        return
    if len(words) < 5:
        raise ValueError(words)
    listening = "LISTEN" in words or words[0].startswith("udp")
    if listening:
        tail = words[words.index("LISTEN") + 1 :] if "LISTEN" in words else words[5:]
        process = tail[0].partition("/")[2].rstrip(":") if tail and "/" in tail[0] else ""
        yield _socket(words[0][:3], words[3], process)


def _ss(words: list[str]) -> Iterator[Socket]:
    if not words or words[0] in ("Netid", "State"):
        return
    if words[0] in ("LISTEN", "UNCONN", "ESTAB"):
        words = ["tcp" if words[0] != "UNCONN" else "udp", *words]
    netid, state = words[0], words[1]
    if state not in ("LISTEN", "UNCONN"):
        return
    users = _USERS.search(" ".join(words))
    process = users[1] if users else ""
    rest = words[4:] if words[2].isdigit() and words[3].isdigit() else words[2:]
    if netid == "u_str" and rest[0] != "*":
        yield Socket("unix", 0, _path(rest[0]), process)
    elif netid in ("tcp", "udp"):
        yield _socket(netid, rest[0], process)


def _lsof(words: list[str]) -> Iterator[Socket]:
    if len(words) < 9 or words[4] not in ("IPv4", "IPv6"):
        return
    transport, name = words[7].lower(), words[8]
    if (transport == "tcp" and words[-1] == "(LISTEN)") or (transport == "udp" and "->" not in name):
        yield _socket(transport, name, words[0])


def _socket(transport: str, local: str, process: str) -> Socket:
    host, _, port = local.rpartition(":")
    host = host.strip("[]").partition("%")[0].removeprefix("::ffff:")
    if host in ("0.0.0.0", "::", "*", ""):
        host = "any"
    elif host.startswith("127.") or host in ("::1", "localhost", "ip6-localhost"):
        host = "loopback"
    return Socket(transport, _number(port), host, process)


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    known = _services().get(text)
    if known is None:
        raise _UnknownServiceError(text)
    return known


def _path(text: str) -> str:
    return text.removeprefix("./").removeprefix("/")


@cache
def _services() -> Mapping[str, int]:
    table: Mapping[str, int] = yamlio.load(resources.text("schemas", "interception", "services.yaml"))
    return table
