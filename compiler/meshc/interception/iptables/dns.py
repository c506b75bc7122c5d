"""Packet rules of DNS capture (docs/istio/traffic-capture.md § 3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from meshc.catalog import Release
from meshc.interception.capture_config import DNS_PORT, Config, Family
from meshc.interception.iptables.outbound import owner_group_matches
from meshc.interception.iptables.rule_book import Book

_ZONE_PROXY, _ZONE_APP = "1", "2"


class FamilyRule(NamedTuple):
    """A rule that both families have (`server` None) or only the family of a server."""

    table: str
    chain: str
    args: str
    why: str
    server_version: int | None = None


def early(book: Book) -> None:
    """Step 11: until 1.24 the TCP part, since 1.25 all of DNS capture."""
    if not book.config.dns:
        return
    if book.release.has("interception.dns_chain"):
        _own_chain(book)
        return
    for server in _targets(book.config, book.family):
        args = f"-p tcp --dport 53{_to(server)} -j REDIRECT --to-ports {DNS_PORT}"
        book.append("nat/ISTIO_OUTPUT", args, why=_query(server, "TCP"))


def late(book: Book) -> None:
    """Step 16: the UDP part, until 1.24."""
    if not book.config.dns or book.release.has("interception.dns_chain"):
        return
    if book.release.has("interception.dns_udp_in_output_chain"):
        for table in ("nat", "raw"):
            book.append(
                f"{table}/OUTPUT", "-p udp -j ISTIO_OUTPUT", why="UDP is judged in ISTIO_OUTPUT", log="JumpOutbound"
            )
    version = 4 if book.family.program == "iptables" else 6
    for rule in udp_rules(book.config, book.release):
        if rule.server_version in (None, version):
            book.append(f"{rule.table}/{rule.chain}", rule.args, why=rule.why)


def udp_rules(config: Config, release: Release) -> list[FamilyRule]:
    """Items 1-5 of step 16, of both families, in the order in which the clean-up command removes them too."""
    chain = "ISTIO_OUTPUT" if release.has("interception.dns_udp_in_output_chain") else "OUTPUT"
    rules = [
        FamilyRule(
            "nat", chain, f"-p udp --dport 53 -m owner {o} -j RETURN", "the proxy's own DNS queries are left alone"
        )
        for o in _owners(config)
    ]
    rules += [
        FamilyRule("nat", chain, f"-p udp --dport 53 {args}-j RETURN", f"DNS: {why}")
        for args, why in owner_group_matches(config)
    ]
    for version, server in _all_targets(config):
        args = f"-p udp --dport 53{_to(server)} -j REDIRECT --to-port {DNS_PORT}"
        rules.append(FamilyRule("nat", chain, args, _query(server, "UDP"), version))
    for owner in _owners(config):
        rules += [FamilyRule("raw", chain, args, why) for args, why in _proxy_zones(owner)]
    option = "-s" if release.has("interception.dns_reply_zone_by_source") else "-d"
    for version, server in _all_targets(config):
        rules.append(
            FamilyRule(
                "raw",
                chain,
                f"-p udp --dport 53{_to(server)} -j CT --zone {_ZONE_APP}",
                "the application's queries are tracked apart",
                version,
            )
        )
        reply = f"-p udp --sport 53{_to(server, option)} -j CT --zone {_ZONE_PROXY}"
        rules.append(
            FamilyRule("raw", "PREROUTING", reply, "the server's answers belong to the proxy's queries", version)
        )
    return rules


def _own_chain(book: Book) -> None:
    chain, servers = "ISTIO_OUTPUT_DNS", _targets(book.config, book.family)
    book.append("raw/OUTPUT", f"-j {chain}", why="connection-tracking zones of DNS are chosen in ISTIO_OUTPUT_DNS")
    if servers:
        book.append("nat/ISTIO_OUTPUT", f"-j {chain}", why="DNS queries are judged in ISTIO_OUTPUT_DNS")
    for protocol, option in (("tcp", "--to-ports"), ("udp", "--to-port")):
        for server in servers:
            args = f"-p {protocol} --dport 53{_to(server)} -j REDIRECT {option} {DNS_PORT}"
            book.append(f"nat/{chain}", args, why=_query(server, protocol.upper()))
    for owner in _owners(book.config):
        for args, why in _proxy_zones(owner):
            book.append(f"raw/{chain}", args, why=why)
    if servers:
        book.append("raw/PREROUTING", "-j ISTIO_INBOUND", why="DNS answers are judged in ISTIO_INBOUND")
    for server in servers:
        book.append(
            f"raw/{chain}",
            f"-p udp --dport 53{_to(server)} -j CT --zone {_ZONE_APP}",
            why="the application's queries are tracked apart",
        )
        args = f"-p udp --sport 53{_to(server, '-s')} -j CT --zone {_ZONE_PROXY}"
        book.append("raw/ISTIO_INBOUND", args, why="the server's answers belong to the proxy's queries")


def _targets(config: Config, family: Family) -> list[str]:
    """Servers as ranges; the empty text is every server."""
    if config.all_dns:
        return [""]
    length = 32 if family.program == "iptables" else 128
    return [f"{s}/{length}" for s in family.dns_servers]


def _all_targets(config: Config) -> Iterator[tuple[int | None, str]]:
    if config.all_dns:
        yield None, ""
        return
    for version, family in ((4, config.ipv4_family), (6, config.ipv6_family)):
        for target in _targets(config, family):
            yield version, target


def _owners(config: Config) -> list[str]:
    return [f"--uid-owner {u}" for u in config.uids] + [f"--gid-owner {g}" for g in config.gids]


def _proxy_zones(owner: str) -> list[tuple[str, str]]:
    return [
        (f"-p udp --dport 53 -m owner {owner} -j CT --zone {_ZONE_PROXY}", "the proxy's queries are tracked in zone 1"),
        (
            f"-p udp --sport {DNS_PORT} -m owner {owner} -j CT --zone {_ZONE_APP}",
            "the proxy's answers to the application are tracked in zone 2",
        ),
    ]


def _to(server: str, option: str = "-d") -> str:
    return f" {option} {server}" if server else ""


def _query(server: str, protocol: str) -> str:
    to = f" to {server.partition('/')[0]}" if server else ""
    return f"DNS over {protocol}{to}: to the agent's DNS server {DNS_PORT}"
