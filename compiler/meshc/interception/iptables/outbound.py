"""Packet rules for what the pod's processes send (docs/istio/traffic-capture.md § 3, steps 6-10 and 12-15)."""

from __future__ import annotations

from meshc.interception.capture_config import Config
from meshc.interception.iptables.rule_book import Book

_CHAIN = "nat/ISTIO_OUTPUT"


def entrance(book: Book) -> None:
    """Steps 6-8: the jump, excluded ports, and the address the proxy uses towards the application."""
    everything = book.release.has("interception.output_jump_all_protocols")
    what = "traffic" if everything else "TCP"
    jump = "-j ISTIO_OUTPUT" if everything else "-p tcp -j ISTIO_OUTPUT"
    book.append(
        "nat/OUTPUT", jump, why=f"{what} sent by the pod's processes is judged in ISTIO_OUTPUT", log="JumpOutbound"
    )
    for port in book.config.excluded_outbound_ports:
        book.append(_CHAIN, f"-p tcp --dport {port} -j RETURN", why=f"outbound port {port} is excluded")
        if book.release.has("interception.excluded_outbound_ports_udp"):
            book.append(_CHAIN, f"-p udp --dport {port} -j RETURN", why=f"outbound port {port} is excluded, UDP too")
    address = book.family.passthrough.partition("/")[0]
    book.append(
        _CHAIN,
        f"-o lo -s {book.family.passthrough} -j RETURN",
        why=f"the proxy calls the application from {address}: passes to the application's port",
    )


def identity(book: Book) -> None:
    """Step 9: the proxy's own traffic, by user and then by group; three rules each."""
    for option, ids in (("uid", book.config.uids), ("gid", book.config.gids)):
        for owner in ids:
            _owner(book, owner=f"--{option}-owner {owner}", multiport=option == "uid")


def groups(book: Book) -> None:
    """Step 10: groups whose traffic is not captured, or everything but the groups whose traffic is."""
    for args, why in owner_group_matches(book.config):
        book.append(_CHAIN, f"{args}-j RETURN", why=why)


def owner_group_matches(config: Config) -> list[tuple[str, str]]:
    """The match part of the owner-group rules (with a trailing space), and what it says."""
    if config.groups == "*":
        return [(f"-m owner --gid-owner {g} ", f"traffic of group {g} is not captured") for g in config.excluded_groups]
    args = "".join(f"-m owner ! --gid-owner {g} " for g in config.groups)
    listed = ", ".join(config.groups)
    return [(args, f"only traffic of the groups {listed} is captured" if listed else "no group's traffic is captured")]


def destinations(book: Book) -> None:
    """Steps 12-15: loop-back, excluded ranges, included ports, included ranges."""
    book.append(
        _CHAIN, f"-d {book.family.loopback} -j RETURN", why="calls to the pod's own loop-back address are left alone"
    )
    for cidr in book.family.exclude.cidrs:
        book.append(_CHAIN, f"-d {cidr} -j RETURN", why=f"destinations in {cidr} are excluded")
    for port in book.config.included_outbound_ports:
        book.append(_CHAIN, f"-p tcp --dport {port} -j ISTIO_REDIRECT", why=f"outbound port {port} is captured")
    _included_ranges(book)


def _included_ranges(book: Book) -> None:
    if book.family.include.wildcard:
        book.append(_CHAIN, "-j ISTIO_REDIRECT", why="everything else the application sends is captured")
        for name in book.config.virtual_interfaces:
            book.insert(
                "nat/PREROUTING",
                1,
                f"-i {name} -j ISTIO_REDIRECT",
                why=f"what the guest behind {name} sends is captured",
                log="KubevirtCommand",
            )
        return
    for cidr in book.family.include.cidrs:
        for name in book.config.virtual_interfaces:
            why = f"what the guest behind {name} sends to {cidr} is captured"
            book.insert("nat/PREROUTING", 1, f"-i {name} -d {cidr} -j ISTIO_REDIRECT", why=why, log="KubevirtCommand")
        book.append(_CHAIN, f"-d {cidr} -j ISTIO_REDIRECT", why=f"destinations in {cidr} are captured")
    if book.family.include.cidrs and book.release.has("interception.return_after_ranges"):
        book.append(_CHAIN, "-j RETURN", why="other destinations are left alone")


def _owner(book: Book, *, owner: str, multiport: bool) -> None:
    who = owner.removeprefix("--").replace("-owner", "")
    tunnel = book.release.has("interception.tunnel_port_left_alone")
    ports = _own_ports(book, tunnel=tunnel, dns=multiport and book.config.dns)
    own = f"-o lo ! -d {book.family.loopback} {ports}-m owner {owner} -j ISTIO_IN_REDIRECT"
    book.append(
        _CHAIN, own, why=f"the proxy ({who}) calling its own pod by another address than loop-back: captured as inbound"
    )
    # Only where users capture loopback addresses may the application's calls to itself reach the proxy.
    if not book.config.loopback_included:
        port = "-p tcp ! --dport 53 " if book.config.dns else ""
        book.append(
            _CHAIN, f"-o lo {port}-m owner ! {owner} -j RETURN", why="the application calling itself is left alone"
        )
    book.append(_CHAIN, f"-m owner {owner} -j RETURN", why=f"the proxy's own traffic ({who}) is never captured")


def _own_ports(book: Book, *, tunnel: bool, dns: bool) -> str:
    if tunnel and dns:
        return f"-p tcp -m multiport ! --dports 53,{book.config.tunnel_port} "
    if tunnel:
        return f"-p tcp ! --dport {book.config.tunnel_port} "
    return "-p tcp ! --dport 53 " if dns else ""
