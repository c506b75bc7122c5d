"""Addresses of a pod and its nameservers by family: whether IPv6 rules are needed."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

from meshc.errors import SettingsError

_V4_LOCAL_MULTICAST = IPv4Network("224.0.0.0/24")


def wants_ipv6(addresses: Sequence[str], *, dual_stack: bool) -> bool:
    """Whether IPv6 rules are made for a pod with these interface addresses, in system order (docs/istio/traffic-capture.md § 2.2).

    The first address that is neither loop-back nor link-local decides; with dual stack one IPv6 address is enough.
    Raises SettingsError for an invalid address and when no address is left.
    """
    usable = [a for a in map(_parse, addresses) if not (a.is_loopback or a.is_link_local or _link_local_multicast(a))]
    if not usable:
        raise SettingsError(
            "no valid local IP address found", value=",".join(addresses), hint="give one of the pod's addresses"
        )
    considered = usable if dual_stack else usable[:1]
    return any(isinstance(a, IPv6Address) for a in considered)


def split_servers(servers: Sequence[str]) -> tuple[list[str], list[str]]:
    """Nameservers as IPv4 and IPv6; invalid ones are dropped, as the tool does."""
    found: dict[int, list[str]] = {4: [], 6: []}
    for text in servers:
        try:
            address = ip_address(text)
        except ValueError:
            continue
        found[address.version].append(text)
    return found[4], found[6]


def _parse(text: str) -> IPv4Address | IPv6Address:
    try:
        address = ip_address(text)
    except ValueError as error:
        raise SettingsError(
            "not an IP address", value=text, hint="write an address such as 10.0.0.5 or 2001:db8::5"
        ) from error
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _link_local_multicast(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return address in _V4_LOCAL_MULTICAST
    return address.is_multicast and (int(address) >> 112) & 0xF == 2
