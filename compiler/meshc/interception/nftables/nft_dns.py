"""nftables rules of DNS capture (docs/istio/traffic-capture.md § 8.2, item 11)."""

from __future__ import annotations

from meshc.interception.capture_config import DNS_PORT
from meshc.interception.nftables.nft_rules import NftBook

_NAT, _RAW = "nat/istio-output-dns", "raw/istio-output-dns"


def capture(book: NftBook) -> None:
    """All of DNS capture; nothing when it is off."""
    config = book.config
    if not config.dns:
        return
    book.add(
        "raw/output", "", "jump istio-output-dns", why="connection-tracking zones of DNS are chosen in istio-output-dns"
    )
    book.add("nat/istio-output", "", "jump istio-output-dns", why="DNS queries are judged in istio-output-dns")
    _redirects(book)
    owners = [f"meta skuid {u}" for u in config.uids] + [f"meta skgid {g}" for g in config.gids]
    for owner in owners:
        book.add(_RAW, f"udp dport 53 {owner}", "ct zone set 1", why="the proxy's queries are tracked in zone 1")
        book.add(
            _RAW,
            f"udp sport {DNS_PORT} {owner}",
            "ct zone set 2",
            why="the proxy's answers to the application are tracked in zone 2",
        )
    book.add("raw/prerouting", "", "jump istio-inbound", why="DNS answers are judged in istio-inbound")
    for ip, server in _servers(book):
        to, source = (f" {ip} daddr {server}", f" {ip} saddr {server}") if server else ("", "")
        book.add(_RAW, f"udp dport 53{to}", "ct zone set 2", why="the application's queries are tracked apart")
        book.add(
            "raw/istio-inbound",
            f"udp sport 53{source}",
            "ct zone set 1",
            why="the server's answers belong to the proxy's queries",
        )


def _redirects(book: NftBook) -> None:
    verdict = f"redirect to :{DNS_PORT}"
    for protocol in ("tcp", "udp"):
        for ip, server in _servers(book):
            to = f" to {server.partition('/')[0]}" if server else ""
            why = f"DNS over {protocol.upper()}{to}: to the agent's DNS server {DNS_PORT}"
            every = "meta l4proto tcp tcp dport 53" if protocol == "tcp" else "udp dport 53"
            match = f"{ip} daddr {server} {protocol} dport 53" if server else every
            book.add(_NAT, match, verdict, why=why)


def _servers(book: NftBook) -> list[tuple[str, str]]:
    """Servers as (keyword, range); one empty pair stands for every server."""
    if book.config.all_dns:
        return [("", "")]
    lengths = {"ip": 32, "ip6": 128}
    pairs = zip(book.families(), book.config.dns_servers, strict=False)
    return [(ip, f"{server}/{lengths[ip]}") for (ip, *_), servers in pairs for server in servers]
