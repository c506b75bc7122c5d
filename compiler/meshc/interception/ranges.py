"""Lists of address ranges, split by family as the packet-rule tool splits them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from meshc.catalog import Release
from meshc.errors import PathPart, SettingsError

_HINT = 'write ranges as address/length, e.g. "10.0.0.0/8,2001:db8::/32"'


@dataclass(frozen=True, slots=True)
class Ranges:
    """A list of ranges of one family, or all of it (`wildcard`)."""

    wildcard: bool = False
    cidrs: tuple[str, ...] = ()
    has_loopback: bool = False


@dataclass(frozen=True, slots=True)
class SplitRanges:
    """One list by family, with what the tool would print about members it skips."""

    v4: Ranges
    v6: Ranges
    warnings: tuple[str, ...] = ()


def split(text: str, release: Release, *, path: Sequence[PathPart] | str = "ranges") -> SplitRanges:
    """Split a comma-separated list; `*` is all addresses of both families (docs/istio/traffic-capture.md § 2.2).

    Host bits stay, members are not trimmed, empty ones are dropped. An invalid member is skipped with a warning until
    1.26; since 1.27 it raises SettingsError.
    """
    if text == "*":
        everything = Ranges(wildcard=True)
        return SplitRanges(everything, everything)
    cidrs: dict[int, list[str]] = {4: [], 6: []}
    loopback: dict[int, bool] = {4: False, 6: False}
    warnings = []
    for member in text.split(","):
        if not member:
            continue
        parsed = parse_cidr(member)
        if parsed is None:
            if release.has("interception.invalid_range_is_error"):
                raise SettingsError(_wrong(member), path=path, value=text, hint=_HINT)
            warnings.append(f"ignored, as istio-iptables of {release} does: {_wrong(member)}")
            continue
        address, length = parsed
        cidrs[address.version].append(f"{_spell(address)}/{length}")
        loopback[address.version] |= address.is_loopback
    families = {v: Ranges(cidrs=tuple(cidrs[v]), has_loopback=loopback[v]) for v in (4, 6)}
    return SplitRanges(families[4], families[6], tuple(warnings))


def parse_cidr(text: str) -> tuple[IPv4Address | IPv6Address, int] | None:
    """Address and prefix length of `address/length` as Go reads it (host bits kept, no netmask), or None."""
    head, slash, tail = text.partition("/")
    if not slash or not tail.isascii() or not tail.isdigit() or (len(tail) > 1 and tail[0] == "0"):
        return None
    try:
        address = ip_address(head)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return None
    return (address, int(tail)) if int(tail) <= address.max_prefixlen else None


def canonical(text: str) -> str:
    """The network as the kernel's tools print it, host bits masked: `10.1.2.3/8` → `10.0.0.0/8`; anything else stays."""
    if not parse_cidr(text):
        return text
    network = ip_network(text, strict=False)
    address = network.network_address
    # the C library writes the last 32 bits of ::a.b.c.d dotted as soon as they need more than one group
    compatible = address.version == 6 and 0xFFFF < int(address) < 1 << 32
    spelled = f"::{IPv4Address(int(address))}" if compatible else _spell(address)
    return f"{spelled}/{network.prefixlen}"


def _spell(address: IPv4Address | IPv6Address) -> str:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return f"::ffff:{mapped}" if mapped else str(address)


def _wrong(member: str) -> str:
    if member == "*":
        return "`*` cannot be mixed with ranges"
    return f"not an address range: {member}"
