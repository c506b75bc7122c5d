"""A packet to trace, and how users write one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from meshc.errors import UsageError
from meshc.interception.capture_config import Config

_HINT = (
    'write "10.0.0.5:8080 -> inbound" or "10.96.0.10:80 -> outbound uid=1000", '
    'source first if it matters: "127.0.0.6 -> 10.0.0.5:8080 -> outbound"'
)
_OPTIONS = ("uid", "gid", "in", "out", "proto", "state", "mark", "self", "src", "sport")
_APPLICATION = "1000"
_REMOTE = {4: "192.0.2.1", 6: "2001:db8::1"}


@dataclass(frozen=True, kw_only=True)
class Packet:
    """The first packet of a connection unless `state` says otherwise; ids only bear on what the pod sends."""

    direction: str
    destination: str
    port: int
    source: str
    source_port: int = 40000
    protocol: str = "tcp"
    uid: str = _APPLICATION
    gid: str = _APPLICATION
    in_interface: str = ""
    out_interface: str = ""
    state: str = "NEW"
    mark: int = 0

    @property
    def version(self) -> int:
        """4 or 6."""
        return ip_address(self.destination).version

    def __str__(self) -> str:
        where = (
            f"in {self.in_interface}"
            if self.direction == "inbound"
            else f"out {self.out_interface}, uid {self.uid}, gid {self.gid}"
        )
        target = f"[{self.destination}]:{self.port}" if self.version == 6 else f"{self.destination}:{self.port}"
        return f"{self.protocol} {self.source} -> {target} ({self.direction}, {where})"


def read(text: str, config: Config, *, own: Sequence[str] = ()) -> Packet:
    """Read `[SOURCE ->] ADDRESS:PORT -> inbound|outbound [uid=… gid=… in=… out=… proto=udp state=established mark=… self=…]`.

    `own` are the pod's addresses: packets to them stay on loop-back. `uid=proxy` is the proxy's user; without ids the
    packet is an application's. Raises UsageError for anything else.
    """
    parts = [p.strip() for p in text.split("->")]
    if len(parts) not in (2, 3):
        raise UsageError("not a packet to trace", path="--trace", value=text, hint=_HINT)
    direction, *options = parts[-1].split() or [""]
    if direction not in ("inbound", "outbound"):
        raise UsageError("the direction is inbound or outbound", path="--trace", value=parts[-1], hint=_HINT)
    given = _options(options)
    destination, port = _endpoint(parts[-2], port_needed=True)
    source, source_port = _endpoint(parts[0], port_needed=False) if len(parts) == 3 else (given.get("src", ""), 0)
    mine = {*own, given.get("self", "")} - {""}
    return _packet(
        destination,
        port,
        direction=direction,
        source=source,
        source_port=source_port,
        given=given,
        own=mine,
        config=config,
    )


def _packet(
    destination: str,
    port: int,
    *,
    direction: str,
    source: str,
    source_port: int,
    given: dict[str, str],
    own: set[str],
    config: Config,
) -> Packet:
    uid = {"proxy": config.uids[0] if config.uids else "", "app": _APPLICATION}.get(
        given.get("uid", "app"), given.get("uid", "")
    )
    gid = (
        config.gids[0]
        if given.get("gid") == "proxy" or (given.get("uid") == "proxy" and "gid" not in given and config.gids)
        else given.get("gid", uid)
    )
    address = ip_address(destination)
    local = address.is_loopback or destination in own or (bool(source) and ip_address(source).is_loopback)
    default = "127.0.0.1" if address.version == 4 else "::1"
    fallback = default if direction == "outbound" and address.is_loopback else _REMOTE[address.version]
    return Packet(
        direction=direction,
        destination=destination,
        port=port,
        source=source or fallback,
        source_port=source_port or int(given.get("sport", 40000)),
        protocol=given.get("proto", "tcp"),
        uid=uid,
        gid=gid,
        in_interface=given.get("in", "eth0") if direction == "inbound" else "",
        out_interface=given.get("out", "lo" if local else "eth0") if direction == "outbound" else "",
        state=given.get("state", "new").upper(),
        mark=int(given.get("mark", "0"), 0),
    )


def _options(words: Sequence[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in _OPTIONS:
            raise UsageError(
                "unknown part of a packet",
                path="--trace",
                value=word,
                hint=f"options are {', '.join(f'{o}=…' for o in _OPTIONS)}",
            )
        _check_option(name, value)
        found[name] = value
    return found


def _check_option(name: str, value: str) -> None:
    allowed = {"proto": ("tcp", "udp"), "state": ("new", "established", "related", "invalid")}
    if name in allowed and value not in allowed[name]:
        raise UsageError(f"unknown {name}", path="--trace", value=value, hint=f"write {' or '.join(allowed[name])}")
    if name in ("self", "src"):
        _address(value)
    if name in ("mark", "sport"):
        try:
            int(value, 0)
        except ValueError as error:
            raise UsageError(f"{name} is a number", path="--trace", value=value, hint=f"write {name}=1337") from error


def _endpoint(text: str, *, port_needed: bool) -> tuple[str, int]:
    """Host and port of `10.0.0.5:80`, `[2001:db8::5]:80` or a bare address (port 0)."""
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    if port_needed and not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise UsageError("the destination is ADDRESS:PORT", path="--trace", value=text, hint=_HINT)
    if port and not port.isdigit():
        raise UsageError("not a port", path="--trace", value=text, hint=_HINT)
    return _address(host), int(port or 0)


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise UsageError("not an IP address", path="--trace", value=text, hint=_HINT) from error
