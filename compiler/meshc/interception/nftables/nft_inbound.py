"""nftables rules for what arrives at the pod (docs/istio/traffic-capture.md § 8.2, items 1-5 and 16)."""

from __future__ import annotations

from meshc.interception.iptables.inbound import TPROXY_LOCAL_MARK
from meshc.interception.nftables.nft_rules import NftBook

_TCP = "meta l4proto tcp"


def interfaces(book: NftBook) -> None:
    """Items 1 and 2: interfaces that are left alone, and virtual interfaces."""
    for table in ("nat", "mangle") if book.config.tproxy else ("nat",):
        for name in book.config.excluded_interfaces:
            book.add(
                f"{table}/prerouting", f"iifname {name}", "return", why=f"traffic from interface {name} is left alone"
            )
            book.add(f"{table}/output", f"oifname {name}", "return", why=f"traffic to interface {name} is left alone")
    for name in book.config.virtual_interfaces:
        why = f"traffic of virtual interface {name} is outbound traffic of its guest: never captured as inbound"
        book.insert("nat/prerouting", 0, f"iifname {name}", verdict="return", why=why)


def drop_invalid(book: NftBook) -> None:
    """Item 3: TCP packets connection tracking cannot place."""
    if not book.config.drop_invalid:
        return
    why = "TCP packets of no known connection are dropped"
    book.add("mangle/prerouting", f"{_TCP} ct state invalid", "jump istio-drop", why=why)
    book.add("mangle/istio-drop", "", "drop", why=why)


def redirects(book: NftBook) -> None:
    """Item 4: the tunnel port and the two redirect targets."""
    config = book.config
    why = f"the HBONE tunnel port {config.tunnel_port} is reached directly"
    book.add("nat/istio-inbound", f"{_TCP} tcp dport {config.tunnel_port}", "return", why=why)
    book.add(
        "nat/istio-redirect",
        _TCP,
        f"redirect to :{config.outbound_port}",
        why=f"to the proxy's outbound listener {config.outbound_port}",
    )
    book.add(
        "nat/istio-in-redirect",
        _TCP,
        f"redirect to :{config.inbound_port}",
        why=f"to the proxy's inbound listener {config.inbound_port}",
    )


def inbound(book: NftBook) -> None:
    """Item 5: which inbound ports are captured."""
    config = book.config
    if not config.inbound_ports:
        return
    table = "mangle" if config.tproxy else "nat"
    if config.tproxy:
        _tproxy_targets(book)
    book.add(
        f"{table}/prerouting", _TCP, "jump istio-inbound", why="TCP arriving at the pod is judged in istio-inbound"
    )
    if config.inbound_ports == "*":
        for port in config.excluded_inbound_ports:
            book.add(
                f"{table}/istio-inbound", f"{_TCP} tcp dport {port}", "return", why=f"inbound port {port} is excluded"
            )
        _capture(book, "")
        return
    for port in config.inbound_ports:
        _capture(book, f" tcp dport {port}")


def tproxy(book: NftBook) -> None:
    """Item 16: marks that keep both directions of a transparently proxied connection on the proxy's path."""
    config = book.config
    if not config.tproxy:
        return
    book.add(
        "mangle/prerouting",
        f"{_TCP} mark {config.mark}",
        "ct mark set mark",
        why="remember the mark for the whole connection",
    )
    book.add(
        "mangle/output",
        f"oifname lo {_TCP} mark {config.mark}",
        "return",
        why="marked packets on loop-back are already routed",
    )
    for option, ids in (("skuid", config.uids), ("skgid", config.gids)):
        for owner in ids:
            for ip, loopback, _ in book.families():
                match = f"oifname lo {_TCP} {ip} daddr != {loopback} {option} {owner}"
                why = f"the proxy ({option} {owner}) calling its own pod: to be captured as inbound"
                book.add("mangle/output", match, f"meta mark set {TPROXY_LOCAL_MARK}", why=why)
    book.add(
        "mangle/output",
        f"{_TCP} ct mark {config.mark}",
        "meta mark set ct mark",
        why="answers get their connection's mark back",
    )
    book.insert(
        "mangle/istio-inbound",
        0,
        f"{_TCP} mark {config.mark}",
        verdict="return",
        why="marked already: not captured twice",
    )
    for ip, _, passthrough in book.families():
        match = f"iifname lo {_TCP} {ip} saddr {passthrough}"
        book.insert(
            "mangle/istio-inbound",
            1,
            match,
            verdict="return",
            why="from the proxy's pass-through address: on to the application",
        )
    why = "loop-back traffic that is not the proxy's is left alone"
    book.insert("mangle/istio-inbound", 2, f"iifname lo {_TCP} mark != {TPROXY_LOCAL_MARK}", verdict="return", why=why)


def _tproxy_targets(book: NftBook) -> None:
    config = book.config
    why = "packets of established connections are marked and accepted"
    book.add("mangle/istio-divert", "", f"meta mark set {config.mark}", why=why)
    book.add("mangle/istio-divert", "", "accept", why=why)
    for ip, loopback, _ in book.families():
        match = f"{_TCP} {ip} daddr != {loopback} tproxy {ip} to :{config.inbound_port} meta mark set {config.mark}"
        why = f"to the proxy's inbound listener {config.inbound_port}, destination kept"
        book.add("mangle/istio-tproxy", match, "accept", why=why)


def _capture(book: NftBook, port: str) -> None:
    why = (
        f"inbound port{port.removeprefix(' tcp dport')} is captured" if port else "every other inbound port is captured"
    )
    if not book.config.tproxy:
        book.add("nat/istio-inbound", f"{_TCP}{port}", "jump istio-in-redirect", why=why)
        return
    established = f"{_TCP} ct state related,established{port}"
    book.add(
        "mangle/istio-inbound",
        established,
        "jump istio-divert",
        why="packets of established connections skip the decision",
    )
    book.add("mangle/istio-inbound", f"{_TCP}{port}", "jump istio-tproxy", why=why)
