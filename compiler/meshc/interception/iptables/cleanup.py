"""Commands that remove the packet rules again (docs/istio/traffic-capture.md §§ 5.3, 7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from meshc.catalog import Release
from meshc.interception.capture_config import Config, Family
from meshc.interception.iptables import dns
from meshc.interception.iptables.rule_book import BUILT_IN_CHAINS, Rule

_PROGRAMS = ("iptables", "ip6tables")


def cleanup_only(program: str, rules: Sequence[Rule]) -> list[str]:
    """What `istio-iptables --cleanup-only` runs for one family since 1.24: the planned rules backwards, then the chains."""
    backwards = list(reversed(rules))
    lines = [
        f"{program} -t {r.table} {r.deletion}"
        for r in backwards
        if not (r.chain.startswith("ISTIO_") and not _jumps(r))
    ]
    for table, chain in dict.fromkeys((r.table, r.chain) for r in backwards if r.chain not in BUILT_IN_CHAINS):
        lines += _flush(program, table, chain)
    return lines


def clean_command(config: Config, release: Release) -> list[str]:
    """What `pilot-agent istio-clean-iptables` runs, until 1.24."""
    if not release.has("interception.clean_per_family"):
        lines = [line for program in _PROGRAMS for line in _old_family(program, config, release)]
        return [*lines, "iptables-save", "ip6tables-save"]
    lines = list(_virtual_interfaces(config)) if release.has("interception.clean_virtual_interfaces") else []
    for program in _PROGRAMS:
        lines += [*_jumps_in(program), *_chains(program, config)]
        if release.has("interception.clean_udp_jumps"):
            lines += _flush(program, "nat", "ISTIO_OUTPUT")
    if release.has("interception.clean_udp_jumps"):
        lines += [f"{p} -t {t} -D OUTPUT -p udp -j ISTIO_OUTPUT" for p in _PROGRAMS for t in ("nat", "raw")]
    lines += _dns(config, release)
    if release.has("interception.clean_raw_chain"):
        lines += _flush("iptables", "raw", "ISTIO_OUTPUT") + _flush("iptables", "nat", "ISTIO_OUTPUT")
    return [*lines, "iptables-save", "ip6tables-save"]


def _old_family(program: str, config: Config, release: Release) -> Iterator[str]:
    """Until 1.21 each program removes the DNS rules of both families, those both have twice."""
    yield from _jumps_in(program)
    if config.dns:
        for rule in dns.udp_rules(config, release):
            line = f"{program} -t {rule.table} -D {rule.chain} {rule.args}"
            yield from [line] if rule.server_version else [line, line]
    yield from _chains(program, config)


def _jumps_in(program: str) -> list[str]:
    return [
        f"{program} -t nat -D PREROUTING -p tcp -j ISTIO_INBOUND",
        f"{program} -t mangle -D PREROUTING -p tcp -j ISTIO_INBOUND",
        f"{program} -t nat -D OUTPUT -p tcp -j ISTIO_OUTPUT",
    ]


def _chains(program: str, config: Config) -> Iterator[str]:
    yield from _flush(program, "nat", "ISTIO_OUTPUT")
    yield from _flush(program, "nat", "ISTIO_INBOUND")
    for chain in ("ISTIO_INBOUND", "ISTIO_DIVERT", "ISTIO_TPROXY"):
        yield from _flush(program, "mangle", chain)
    if config.tproxy:
        yield f"{program} -t mangle -D PREROUTING -p tcp -m mark --mark {config.mark} -j CONNMARK --save-mark"
        yield f"{program} -t mangle -D OUTPUT -p tcp -m connmark --mark {config.mark} -j CONNMARK --restore-mark"
    yield from _flush(program, "nat", "ISTIO_REDIRECT")
    yield from _flush(program, "nat", "ISTIO_IN_REDIRECT")


def _dns(config: Config, release: Release) -> Iterator[str]:
    if not config.dns:
        return
    for rule in dns.udp_rules(config, release):
        for version, program in zip((4, 6), _PROGRAMS, strict=True):
            if rule.server_version in (None, version):
                yield f"{program} -t {rule.table} -D {rule.chain} {rule.args}"


def _virtual_interfaces(config: Config) -> Iterator[str]:
    """Malformed in the releases that have it (table and chain exchanged): these commands never match anything."""
    for family in (config.ipv4_family, config.ipv6_family):
        yield from _virtual_family(family, config.virtual_interfaces)


def _virtual_family(family: Family, names: Sequence[str]) -> Iterator[str]:
    for name in names if family.include.wildcard else ():
        yield f"{family.program} -t PREROUTING -D nat -i {name} -j ISTIO_REDIRECT"
    for cidr in family.include.cidrs:
        for name in names:
            yield f"{family.program} -t PREROUTING -D PREROUTING nat -i {name} -d {cidr} -j ISTIO_REDIRECT"
    for name in names:
        yield f"{family.program} -t PREROUTING -D nat -i {name} -j RETURN"


def _flush(program: str, table: str, chain: str) -> list[str]:
    return [f"{program} -t {table} -F {chain}", f"{program} -t {table} -X {chain}"]


def _jumps(rule: Rule) -> bool:
    return bool(rule.jump and rule.jump.startswith("ISTIO_"))
