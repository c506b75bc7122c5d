"""Packet rules for what arrives at the pod (docs/istio/traffic-capture.md § 3, steps 1-5 and 17)."""

from __future__ import annotations

from meshc.interception.iptables.rule_book import Book

TPROXY_LOCAL_MARK = "1338"


def interfaces(book: Book) -> None:
    """Steps 1 and 2: interfaces that are left alone, and virtual interfaces whose inbound traffic is."""
    for table in ("nat", "mangle") if book.config.tproxy else ("nat",):
        for name in book.config.excluded_interfaces:
            book.append(
                f"{table}/PREROUTING",
                f"-i {name} -j RETURN",
                why=f"traffic from interface {name} is left alone",
                log="ExcludeInterfaceCommand",
            )
            book.append(
                f"{table}/OUTPUT",
                f"-o {name} -j RETURN",
                why=f"traffic to interface {name} is left alone",
                log="ExcludeInterfaceCommand",
            )
    for name in book.config.virtual_interfaces:
        why = f"traffic of virtual interface {name} is outbound traffic of its guest: never captured as inbound"
        book.insert("nat/PREROUTING", 1, f"-i {name} -j RETURN", why=why, log="KubevirtCommand")


def drop_invalid(book: Book) -> None:
    """Step 3: packets connection tracking cannot place are dropped instead of being answered with a reset."""
    if not book.config.drop_invalid:
        return
    own = book.release.has("interception.drop_chain")
    why = "packets of no known connection are dropped"
    book.append("mangle/PREROUTING", f"-m conntrack --ctstate INVALID -j {'ISTIO_DROP' if own else 'DROP'}", why=why)
    if own:
        book.append("mangle/ISTIO_DROP", "-j DROP", why=why)


def redirects(book: Book) -> None:
    """Step 4: the tunnel port and the two redirect targets."""
    book.append(
        "nat/ISTIO_INBOUND",
        f"-p tcp --dport {book.config.tunnel_port} -j RETURN",
        why=f"the HBONE tunnel port {book.config.tunnel_port} is reached directly",
    )
    book.append(
        "nat/ISTIO_REDIRECT",
        f"-p tcp -j REDIRECT --to-ports {book.config.outbound_port}",
        why=f"to the proxy's outbound listener {book.config.outbound_port}",
    )
    why = f"to the proxy's inbound listener {book.config.inbound_port}"
    book.append(
        "nat/ISTIO_IN_REDIRECT",
        f"-p tcp -j REDIRECT --to-ports {book.config.inbound_port}",
        why=why,
        log="InboundCapture",
    )


def inbound(book: Book) -> None:
    """Step 5: which inbound ports are captured; nothing when none is included."""
    if not book.config.inbound_ports:
        return
    if book.config.tproxy:
        _tproxy_targets(book)
    table = "mangle" if book.config.tproxy else "nat"
    book.append(
        f"{table}/PREROUTING",
        "-p tcp -j ISTIO_INBOUND",
        why="TCP arriving at the pod is judged in ISTIO_INBOUND",
        log="JumpInbound",
    )
    if book.config.inbound_ports == "*":
        for port in book.config.excluded_inbound_ports:
            book.append(
                f"{table}/ISTIO_INBOUND",
                f"-p tcp --dport {port} -j RETURN",
                why=f"inbound port {port} is excluded",
                log="ExcludeInboundPort",
            )
        _capture(book, "", log=None)
        return
    for port in book.config.inbound_ports:
        _capture(book, f" --dport {port}", log="IncludeInboundPort")


def tproxy(book: Book) -> None:
    """Step 17: marks that keep both directions of a transparently proxied connection on the proxy's path."""
    if not book.config.tproxy:
        return
    mark = book.config.mark
    book.append(
        "mangle/PREROUTING",
        f"-p tcp -m mark --mark {mark} -j CONNMARK --save-mark",
        why="remember the mark for the whole connection",
    )
    book.append(
        "mangle/OUTPUT",
        f"-p tcp -o lo -m mark --mark {mark} -j RETURN",
        why="marked packets on loop-back are already routed",
    )
    for option, ids in (("uid", book.config.uids), ("gid", book.config.gids)):
        for owner in ids:
            args = f"! -d {book.family.loopback} -p tcp -o lo -m owner --{option}-owner {owner} -j MARK --set-mark {TPROXY_LOCAL_MARK}"
            book.append(
                "mangle/OUTPUT",
                args,
                why=f"the proxy ({option} {owner}) calling its own pod: to be captured as inbound",
            )
    book.append(
        "mangle/OUTPUT",
        f"-p tcp -m connmark --mark {mark} -j CONNMARK --restore-mark",
        why="answers get their connection's mark back",
    )
    book.insert(
        "mangle/ISTIO_INBOUND", 1, f"-p tcp -m mark --mark {mark} -j RETURN", why="marked already: not captured twice"
    )
    book.insert(
        "mangle/ISTIO_INBOUND",
        2,
        f"-p tcp -s {book.family.passthrough} -i lo -j RETURN",
        why="from the proxy's pass-through address: on to the application",
    )
    book.insert(
        "mangle/ISTIO_INBOUND",
        3,
        f"-p tcp -i lo -m mark ! --mark {TPROXY_LOCAL_MARK} -j RETURN",
        why="loop-back traffic that is not the proxy's is left alone",
    )


def _tproxy_targets(book: Book) -> None:
    why = "packets of established connections are marked and accepted"
    book.append("mangle/ISTIO_DIVERT", f"-j MARK --set-mark {book.config.mark}", why=why)
    book.append("mangle/ISTIO_DIVERT", "-j ACCEPT", why=why)
    args = f"! -d {book.family.loopback} -p tcp -j TPROXY --tproxy-mark {book.config.mark}/0xffffffff --on-port {book.config.inbound_port}"
    book.append(
        "mangle/ISTIO_TPROXY", args, why=f"to the proxy's inbound listener {book.config.inbound_port}, destination kept"
    )


def _capture(book: Book, port: str, *, log: str | None) -> None:
    what = (
        f"inbound port{port.removeprefix(' --dport')} is captured" if port else "every other inbound port is captured"
    )
    if not book.config.tproxy:
        book.append("nat/ISTIO_INBOUND", f"-p tcp{port} -j ISTIO_IN_REDIRECT", why=what, log=log)
        return
    established = f"-p tcp{port} -m conntrack --ctstate RELATED,ESTABLISHED -j ISTIO_DIVERT"
    book.append(
        "mangle/ISTIO_INBOUND", established, why="packets of established connections skip the decision", log=log
    )
    book.append("mangle/ISTIO_INBOUND", f"-p tcp{port} -j ISTIO_TPROXY", why=what, log=log)
