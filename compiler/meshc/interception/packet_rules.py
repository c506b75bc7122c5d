"""Computes the packet rules of a pod, or of the tool's own settings: the public door of this package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from meshc.catalog import Release
from meshc.errors import SettingsError, UsageError, nearest
from meshc.interception import capture_sources
from meshc.interception.capture_config import Config, from_tool
from meshc.interception.iptables import cleanup, iptables_rules, save
from meshc.interception.iptables.rule_book import Rule
from meshc.interception.nftables import nft_transaction
from meshc.interception.nftables.nft_rules import NftRule
from meshc.kubernetes.pods import pod_of
from meshc.yamlio import Json

TOOLS = ("iptables", "nftables", "clean-iptables")


class HasRelease(Protocol):
    """What capture needs of `Settings`: the release."""

    @property
    def release(self) -> Release:
        """The Istio release."""


@dataclass(frozen=True)
class Rules:
    """The packet rules of one pod, in every form; `config` is None where there are none (`warnings` say why)."""

    tool: str
    release: Release
    config: Config | None
    origin: str = "settings"
    ipv4: tuple[Rule, ...] = ()
    ipv6: tuple[Rule, ...] = ()
    nft_rules: tuple[NftRule, ...] = ()
    warnings: tuple[str, ...] = ()

    @cached_property
    def commands(self) -> tuple[str, ...]:
        """One command per rule: iptables then ip6tables; for nftables the lines of the transaction; for clean-iptables the clean-up."""
        if self.tool == "clean-iptables":
            return self.cleanup
        if self.tool == "nftables":
            return tuple(nft_transaction.transaction(self.nft_rules))
        return tuple(iptables_rules.commands("iptables", self.ipv4) + iptables_rules.commands("ip6tables", self.ipv6))

    @property
    def restore(self) -> str:
        """IPv4 input for `iptables-restore --noflush`; empty without rules."""
        return iptables_rules.restore(self.ipv4, self.release)

    @property
    def restore6(self) -> str:
        """IPv6 input for `ip6tables-restore --noflush`; empty when IPv6 is off."""
        return iptables_rules.restore(self.ipv6, self.release)

    @property
    def saved(self) -> str:
        """The IPv4 rules as `iptables-save` prints them once they are loaded."""
        return save.dump(self.ipv4)

    @property
    def saved6(self) -> str:
        """The IPv6 rules as `ip6tables-save` prints them."""
        return save.dump(self.ipv6, ipv6=True)

    @property
    def nft(self) -> str:
        """The transaction for `nft -f -`; empty where the tool is not nftables."""
        return "\n".join(nft_transaction.transaction(self.nft_rules))

    @cached_property
    def cleanup(self) -> tuple[str, ...]:
        """Commands that remove the rules, as the release does it (docs/istio/traffic-capture.md §§ 5.3, 7, 8.1)."""
        if self.config is None:
            return ()
        if self.tool == "nftables":
            return tuple(nft_transaction.cleanup(self.nft_rules))
        if self.tool == "clean-iptables" or not self.release.has("interception.cleanup_only"):
            return tuple(cleanup.clean_command(self.config, self.release))
        both = (("iptables", self.ipv4), ("ip6tables", self.ipv6))
        return tuple(line for program, rules in both for line in cleanup.cleanup_only(program, rules))

    @property
    def transcript(self) -> str:
        """What the tool reports of a run that starts from nothing, in the form of its release (docs/istio/traffic-capture.md § 4.3)."""
        if self.tool == "iptables":
            return "\n".join(iptables_rules.transcript(self.ipv4, self.ipv6, self.release))
        return "\n".join(self.commands)

    @cached_property
    def routes(self) -> tuple[str, ...]:
        """Commands for addresses and routes that follow the rules (docs/istio/traffic-capture.md § 5.5)."""
        return tuple(_routes(self.config)) if self.config else ()


def capture(
    pod_or_config: Json,
    settings: HasRelease,
    tool: str = "iptables",
    *,
    addresses: Sequence[str] = (),
    dns_servers: Sequence[str] = (),
) -> Rules:
    """Compute the packet rules of an injected pod or workload, or of the tool's own settings (`PROXY_PORT`, …).

    A pod's init container that asks for nftables gets nftables whatever `tool` says. `addresses` and `dns_servers` say
    what a manifest does not: the pod's addresses (IPv6 rules) and nameservers (DNS capture).
    Raises MeshcError for a pod that was not injected and for values the tool, the CNI plugin or iptables refuses.
    """
    release = settings.release
    if tool not in TOOLS:
        raise UsageError(
            "unknown tool",
            path="tool",
            value=tool,
            hint=f"write one of {', '.join(TOOLS)}; did you mean {nearest(tool, TOOLS) or 'iptables'}?",
        )
    if isinstance(pod_or_config, dict) and ({"spec", "kind", "apiVersion"} & pod_or_config.keys()):
        source = capture_sources.of_pod(pod_of(pod_or_config), release, local=addresses, servers=dns_servers)
        if source.keys is None:
            return Rules(tool, release, None, source.origin, warnings=source.warnings)
        chosen = "nftables" if source.nftables and tool == "iptables" else tool
        return _rules(source.keys, release, tool=chosen, origin=source.origin, warnings=source.warnings)
    return _rules(pod_or_config, release, tool=tool, origin="settings", warnings=())


def _rules(keys: dict[str, Json], release: Release, *, tool: str, origin: str, warnings: tuple[str, ...]) -> Rules:
    config = from_tool(keys, release)
    notes = (*warnings, *config.warnings)
    if tool == "nftables":
        if not release.has("interception.nftables"):
            raise SettingsError(
                "this release has no nftables rules",
                path="tool",
                value=f"nftables with {release}",
                hint="write iptables, or a release from 1.27 on",
            )
        return Rules(tool, release, config, origin, nft_rules=nft_transaction.build(config, release), warnings=notes)
    if tool == "clean-iptables" and not release.has("interception.clean_command"):
        raise SettingsError(
            "this release has no istio-clean-iptables",
            path="tool",
            value=f"clean-iptables with {release}",
            hint="use --tool iptables --cleanup",
        )
    ipv4 = iptables_rules.build(config, release, config.ipv4_family)
    ipv6 = iptables_rules.build(config, release, config.ipv6_family) if config.ipv6 else ()
    return Rules(tool, release, config, origin, ipv4=ipv4, ipv6=ipv6, warnings=notes)


def _routes(config: Config) -> list[str]:
    lines = ["ip -6 addr add ::6/128 dev lo"] if config.ipv6 else []
    if config.tproxy and config.inbound_ports:
        for option, everything in (("", "0.0.0.0/0"), ("-6 ", "::/0"))[: 1 + config.ipv6]:
            lines.append(f"ip {option}rule add fwmark {config.mark} lookup {config.route_table}")
            lines.append(f"ip {option}route add local {everything} dev lo table {config.route_table}")
    return lines
