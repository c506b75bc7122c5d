"""What the packet-rule tool, or iptables behind it, accepts as a value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from meshc import resources, yamlio
from meshc.errors import SettingsError, nearest
from meshc.interception.ranges import parse_cidr
from meshc.yamlio import Json

MAX_GROUPS = 64
BOOLEANS = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}


@cache
def parameters() -> Mapping[str, Mapping[str, str]]:
    """The tool's parameters by the name it prints them with: flag, short flag, variable, kind, doc."""
    table: Mapping[str, Mapping[str, str]] = yamlio.load(resources.text("schemas", "interception", "parameters.yaml"))
    return table


def known_keys(keys: Mapping[str, Json]) -> None:
    """Refuse a key the tool does not have."""
    known = {*parameters(), *(p["also"] for p in parameters().values() if "also" in p)}
    for key in keys:
        if key not in known:
            near = nearest(str(key).upper(), known)
            hint = f"did you mean {near}?" if near else "the keys are those istio-iptables prints, e.g. PROXY_PORT"
            raise SettingsError("unknown setting of the packet-rule tool", path=[str(key)], hint=hint)


def members(text: str) -> tuple[str, ...]:
    """Members of a comma-separated list: not trimmed, empty ones dropped."""
    return tuple(m for m in text.split(",") if m)


def port(text: str, path: str) -> str:
    """A port or a range `low:high` as iptables reads `--dport`; raises SettingsError."""
    parts = text.split(":")
    if len(parts) <= 2 and all(p.isascii() and p.isdigit() and int(p) <= 65535 for p in parts):
        return text
    raise SettingsError(
        "not a port",
        path=path,
        value=text,
        hint="write decimal ports between 0 and 65535, separated by commas without spaces",
    )


def decimal(text: str, path: str) -> str:
    """A mark or a routing table: an unsigned 32-bit decimal."""
    if text.isascii() and text.isdigit() and int(text) < 1 << 32:
        return text
    raise SettingsError("not a decimal number", path=path, value=text, hint="write a number such as 1337")


def owner_groups(include: str) -> str | tuple[str, ...]:
    """The groups whose traffic is captured: `*` or at most 64 names or ids."""
    if include == "*":
        return "*"
    groups = members(include)
    if len(groups) > MAX_GROUPS:
        raise SettingsError(
            f"{len(groups)} owner groups to capture, at most {MAX_GROUPS} are possible",
            path="OUTBOUND_OWNER_GROUPS_INCLUDE",
            hint="name the groups to leave out in OUTBOUND_OWNER_GROUPS_EXCLUDE instead",
        )
    return groups


def exclude_ranges(text: str) -> str:
    """The excluded ranges; `*` would exclude everything and is refused."""
    if text == "*":
        raise SettingsError(
            "invalid value for OUTBOUND_IP_RANGES_EXCLUDE",
            path="OUTBOUND_IPRANGES_EXCLUDE",
            value=text,
            hint="to capture nothing leave OUTBOUND_IPRANGES_INCLUDE empty",
        )
    return text


def loopback_cidr(text: str) -> str:
    """The IPv4 loop-back range: an IPv4 loop-back address with a prefix length of 8 … 32 (since 1.21)."""
    parsed = parse_cidr(text)
    if parsed and parsed[0].version == 4 and parsed[0].is_loopback and 8 <= parsed[1] <= 32:
        return text
    raise SettingsError(
        "not an IPv4 loop-back range",
        path="HOST_IPV4_LOOPBACK_CIDR",
        value=text,
        hint="write 127.0.0.1/32 or 127.0.0.0/8",
    )


def forced_binary(text: str) -> str:
    """The flavour of iptables to use: `legacy`, `nft` or empty (since 1.28)."""
    if text in ("", "legacy", "nft"):
        return text
    raise SettingsError(
        f'invalid FORCE_IPTABLES_BINARY value "{text}"',
        path="FORCE_IPTABLES_BINARY",
        hint="write legacy or nft, or leave it out",
    )
