"""nftables rules for what the pod's processes send (docs/istio/traffic-capture.md § 8.2, items 6-10 and 12-15)."""

from __future__ import annotations

from meshc.interception.nftables.nft_rules import NftBook

_CHAIN = "nat/istio-output"
_TCP = "meta l4proto tcp"


def entrance(book: NftBook) -> None:
    """Items 6-8: the jump, excluded ports, and the address the proxy uses towards the application."""
    book.add("nat/output", "", "jump istio-output", why="traffic sent by the pod's processes is judged in istio-output")
    for port in book.config.excluded_outbound_ports:
        book.add(_CHAIN, f"tcp dport {port}", "return", why=f"outbound port {port} is excluded")
        book.add(_CHAIN, f"udp dport {port}", "return", why=f"outbound port {port} is excluded, UDP too")
    for ip, _, passthrough in book.families():
        why = f"the proxy calls the application from {passthrough.partition('/')[0]}: passes to the application's port"
        book.add(_CHAIN, f"oifname lo {ip} saddr {passthrough}", "return", why=why)


def identity(book: NftBook) -> None:
    """Item 9: the proxy's own traffic, by user and then by group."""
    config = book.config
    for option, ids in (("skuid", config.uids), ("skgid", config.gids)):
        several = config.dns and option == "skuid"
        ports = f"tcp dport != {{ 53, {config.tunnel_port} }}" if several else f"tcp dport != {config.tunnel_port}"
        for owner in ids:
            _owner(book, f"{option} {owner}", ports=ports)


def groups(book: NftBook) -> None:
    """Item 10: groups whose traffic is not captured, or everything but the groups whose traffic is."""
    config = book.config
    if config.groups == "*":
        for group in config.excluded_groups:
            book.add(_CHAIN, f"skgid {group}", "return", why=f"traffic of group {group} is not captured")
        return
    match = " ".join(f"skgid != {g}" for g in config.groups)
    listed = ", ".join(config.groups)
    why = f"only traffic of the groups {listed} is captured" if listed else "no group's traffic is captured"
    book.add(_CHAIN, match, "return", why=why)


def destinations(book: NftBook) -> None:
    """Items 12-15: loop-back, excluded ranges, included ports, included ranges."""
    config = book.config
    for ip, loopback, _ in book.families():
        book.add(
            _CHAIN, f"{ip} daddr {loopback}", "return", why="calls to the pod's own loop-back address are left alone"
        )
    for (ip, *_), ranges in zip(book.families(), config.exclude, strict=False):
        for cidr in ranges.cidrs:
            book.add(_CHAIN, f"{ip} daddr {cidr}", "return", why=f"destinations in {cidr} are excluded")
    for port in config.included_outbound_ports:
        book.add(_CHAIN, f"tcp dport {port}", "jump istio-redirect", why=f"outbound port {port} is captured")
    if config.include[0].wildcard:
        book.add(_CHAIN, "", "jump istio-redirect", why="everything else the application sends is captured")
        _guests(book, "", what="")
        return
    for (ip, *_), ranges in zip(book.families(), config.include, strict=False):
        for cidr in ranges.cidrs:
            _guests(book, f" {ip} daddr {cidr}", what=f" to {cidr}")
            book.add(_CHAIN, f"{ip} daddr {cidr}", "jump istio-redirect", why=f"destinations in {cidr} are captured")


def _guests(book: NftBook, match: str, *, what: str) -> None:
    for name in book.config.virtual_interfaces:
        why = f"what the guest behind {name} sends{what} is captured"
        book.insert("nat/prerouting", 0, f"iifname {name}{match}", verdict="jump istio-redirect", why=why)


def _owner(book: NftBook, owner: str, *, ports: str) -> None:
    config = book.config
    for ip, loopback, _ in book.families():
        why = f"the proxy ({owner}) calling its own pod by another address than loop-back: captured as inbound"
        book.add(
            _CHAIN, f"oifname lo {_TCP} {ip} daddr != {loopback} {ports} {owner}", "jump istio-in-redirect", why=why
        )
    if not config.loopback_included:
        port = f"{_TCP} tcp dport != 53 " if config.dns else ""
        other = owner.replace(" ", " != ", 1)
        book.add(_CHAIN, f"oifname lo {port}{other}", "return", why="the application calling itself is left alone")
    book.add(_CHAIN, owner, "return", why=f"the proxy's own traffic ({owner}) is never captured")
