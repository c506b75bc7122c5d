"""The parameters of the packet-rule generator, and how they are read from the tool's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from meshc import istio_names
from meshc.catalog import Release
from meshc.errors import SettingsError, nearest
from meshc.interception import checks
from meshc.interception.ranges import Ranges, split
from meshc.istio_names import INBOUND_PORT, OUTBOUND_PORT, TUNNEL_PORT
from meshc.yamlio import Json

Mode = Literal["REDIRECT", "TPROXY"]
DNS_PORT = str(istio_names.DNS_PORT)
_IPV4_LOOPBACK = "127.0.0.1/32"


class Family(NamedTuple):
    """Addresses and ranges in the rules of one address family."""

    program: Literal["iptables", "ip6tables"]
    loopback: str
    passthrough: str
    dns_servers: tuple[str, ...]
    include: Ranges
    exclude: Ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything the rules depend on besides the release; ports and ids are strings, as the tool writes them into rules."""

    outbound_port: str = str(OUTBOUND_PORT)
    inbound_port: str = str(INBOUND_PORT)
    tunnel_port: str = str(TUNNEL_PORT)
    uids: tuple[str, ...] = ("1337",)
    gids: tuple[str, ...] = ("1337",)
    mode: Mode = "REDIRECT"
    mark: str = "1337"
    route_table: str = "133"
    inbound_ports: str | tuple[str, ...] = ()
    excluded_inbound_ports: tuple[str, ...] = ()
    included_outbound_ports: tuple[str, ...] = ()
    excluded_outbound_ports: tuple[str, ...] = ()
    include: tuple[Ranges, Ranges] = (Ranges(), Ranges())
    exclude: tuple[Ranges, Ranges] = (Ranges(), Ranges())
    virtual_interfaces: tuple[str, ...] = ()
    excluded_interfaces: tuple[str, ...] = ()
    groups: str | tuple[str, ...] = "*"
    excluded_groups: tuple[str, ...] = ()
    dns: bool = False
    all_dns: bool = False
    dns_servers: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    drop_invalid: bool = False
    ipv6: bool = False
    loopback_cidr: str = _IPV4_LOOPBACK
    trace_logging: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def tproxy(self) -> bool:
        """Whether inbound traffic reaches the proxy with its addresses unchanged."""
        return self.mode == "TPROXY"

    @property
    def ipv4_family(self) -> Family:
        """The IPv4 side."""
        return Family(
            "iptables", self.loopback_cidr, "127.0.0.6/32", self.dns_servers[0], self.include[0], self.exclude[0]
        )

    @property
    def ipv6_family(self) -> Family:
        """The IPv6 side; its rules exist only when `ipv6` is on."""
        return Family("ip6tables", "::1/128", "::6/128", self.dns_servers[1], self.include[1], self.exclude[1])

    @property
    def loopback_included(self) -> bool:
        """Whether loop-back addresses are among the ranges to capture (either family)."""
        return any(r.has_loopback for r in self.include)


def from_tool(keys: Mapping[str, Json], release: Release) -> Config:
    """Read settings under the key names the tool itself prints them with (`PROXY_PORT`, `REDIRECT_DNS`, …).

    An absent key has the tool's default (docs/istio/traffic-capture.md § 2.1), without ports or ranges to capture.
    Raises SettingsError for an unknown key, a wrong type or a value the tool or iptables would refuse.
    """
    checks.known_keys(keys)
    read = _Reader(keys)
    include = split(read.text("OUTBOUND_IPRANGES_INCLUDE"), release, path="OUTBOUND_IPRANGES_INCLUDE")
    exclude = split(
        checks.exclude_ranges(read.text("OUTBOUND_IPRANGES_EXCLUDE")), release, path="OUTBOUND_IPRANGES_EXCLUDE"
    )
    uids = read.items("PROXY_UID") or ("1337",)
    config = Config(
        outbound_port=read.port("PROXY_PORT", str(OUTBOUND_PORT)),
        inbound_port=read.port("INBOUND_CAPTURE_PORT", str(INBOUND_PORT)),
        tunnel_port=read.port("INBOUND_TUNNEL_PORT", str(TUNNEL_PORT)),
        uids=uids,
        gids=read.items("PROXY_GID") or uids,
        mode="TPROXY" if read.text("INBOUND_INTERCEPTION_MODE") == "TPROXY" else "REDIRECT",
        mark=checks.decimal(read.text("INBOUND_TPROXY_MARK") or "1337", "INBOUND_TPROXY_MARK"),
        route_table=checks.decimal(read.text("INBOUND_TPROXY_ROUTE_TABLE") or "133", "INBOUND_TPROXY_ROUTE_TABLE"),
        inbound_ports="*" if read.text("INBOUND_PORTS_INCLUDE") == "*" else read.ports("INBOUND_PORTS_INCLUDE"),
        excluded_inbound_ports=read.ports("INBOUND_PORTS_EXCLUDE"),
        included_outbound_ports=read.ports("OUTBOUND_PORTS_INCLUDE"),
        excluded_outbound_ports=read.ports("OUTBOUND_PORTS_EXCLUDE"),
        include=(include.v4, include.v6),
        exclude=(exclude.v4, exclude.v6),
        virtual_interfaces=read.items("KUBE_VIRT_INTERFACES"),
        excluded_interfaces=read.items("EXCLUDE_INTERFACES"),
        groups=checks.owner_groups(read.text("OUTBOUND_OWNER_GROUPS_INCLUDE", "*")),
        excluded_groups=read.items("OUTBOUND_OWNER_GROUPS_EXCLUDE"),
        dns=read.flag("REDIRECT_DNS"),
        all_dns=read.flag("CAPTURE_ALL_DNS"),
        dns_servers=read.servers(),
        drop_invalid=read.flag("DROP_INVALID"),
        ipv6=read.flag("ENABLE_INBOUND_IPV6"),
        loopback_cidr=_loopback(read, release),
        trace_logging=read.flag("IPTABLES_TRACE_LOGGING"),
        warnings=include.warnings + exclude.warnings,
    )
    if release.has("interception.forced_binary"):
        checks.forced_binary(read.text("FORCE_IPTABLES_BINARY"))
    return settle(config, release)


def settle(config: Config, release: Release) -> Config:
    """Switch DNS capture off where no server is known, since 1.25 (docs/istio/traffic-capture.md § 2.2)."""
    # Without nameservers there is no address the rules could match.
    off = config.dns and not config.all_dns and not any(config.dns_servers)
    if not off or not release.has("interception.dns_needs_servers"):
        return config
    note = "DNS capture is off: no nameserver is known; give DNS_SERVERS_V4 (--dns-server) or capture all DNS"
    return replace(config, dns=False, warnings=(*config.warnings, note))


def _loopback(read: _Reader, release: Release) -> str:
    if not release.has("interception.loopback_cidr_setting"):
        return _IPV4_LOOPBACK
    return checks.loopback_cidr(read.text("HOST_IPV4_LOOPBACK_CIDR") or _IPV4_LOOPBACK)


@dataclass(frozen=True, slots=True)
class _Reader:
    keys: Mapping[str, Json]

    def _get(self, key: str) -> Json:
        other = checks.parameters()[key].get("also", "")
        return self.keys.get(key, self.keys.get(other))

    def text(self, key: str, default: str = "") -> str:
        value = self._get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise SettingsError("expected a string", path=key, value=value, hint='write it in quotes, e.g. "15001"')
        return str(value)

    def flag(self, key: str) -> bool:
        value = self._get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        if isinstance(value, str) and value in checks.BOOLEANS:
            return checks.BOOLEANS[value]
        raise SettingsError(
            "expected true or false",
            path=key,
            value=value,
            hint=f"write true or false; did you mean {nearest(str(value), ['true', 'false']) or 'true'}?",
        )

    def items(self, key: str) -> tuple[str, ...]:
        return checks.members(self.text(key))

    def ports(self, key: str) -> tuple[str, ...]:
        return tuple(checks.port(p, key) for p in self.items(key))

    def port(self, key: str, default: str) -> str:
        return checks.port(self.text(key) or default, key)

    def servers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        lists = [self._get(key) or [] for key in ("DNS_SERVERS_V4", "DNS_SERVERS_V6")]
        for key, value in zip(("DNS_SERVERS_V4", "DNS_SERVERS_V6"), lists, strict=True):
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                raise SettingsError("expected a list of addresses", path=key, value=value, hint='write ["10.96.0.10"]')
        return tuple(lists[0]), tuple(lists[1])
