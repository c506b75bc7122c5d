"""What the packet-rule tool, or iptables behind it, accepts as a value."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.errors import SettingsError, nearest
from meshc.interception.ranges import parse_cidr
from meshc.yamlio import Json

MAX_GROUPS = 64
BOOLEANS = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}
ALIASES = {
    "PROXY_PORT": "ENVOY_PORT",
    "OUTBOUND_IPRANGES_INCLUDE": "OUTBOUND_IP_RANGES_INCLUDE",
    "OUTBOUND_IPRANGES_EXCLUDE": "OUTBOUND_IP_RANGES_EXCLUDE",
    "ENABLE_INBOUND_IPV6": "ENABLE_IPV6",
}
_KEYS = frozenset(
    ["PROXY_PORT", "INBOUND_CAPTURE_PORT", "INBOUND_TUNNEL_PORT", "PROXY_UID", "PROXY_GID", "INBOUND_INTERCEPTION_MODE", "INBOUND_TPROXY_MARK", "INBOUND_TPROXY_ROUTE_TABLE", "INBOUND_PORTS_INCLUDE", "INBOUND_PORTS_EXCLUDE", "OUTBOUND_IPRANGES_INCLUDE", "OUTBOUND_IPRANGES_EXCLUDE", "OUTBOUND_PORTS_INCLUDE", "OUTBOUND_PORTS_EXCLUDE", "OUTBOUND_OWNER_GROUPS_INCLUDE", "OUTBOUND_OWNER_GROUPS_EXCLUDE", "KUBE_VIRT_INTERFACES", "EXCLUDE_INTERFACES", "REDIRECT_DNS", "CAPTURE_ALL_DNS", "DNS_SERVERS_V4", "DNS_SERVERS_V6", "DROP_INVALID", "DRY_RUN", "ENABLE_INBOUND_IPV6", "DUAL_STACK", "HOST_IP", "HOST_IPV4_LOOPBACK_CIDR", "IPTABLES_TRACE_LOGGING", "TRACE_LOGGING", "RESTORE_FORMAT", "SKIP_RULE_APPLY", "RUN_VALIDATION", "IPTABLES_PROBE_PORT", "PROBE_TIMEOUT", "NETWORK_NAMESPACE", "CNI_MODE", "OUTPUT_PATH", "IPTABLES_VERSION", "RECONCILE", "CLEANUP_ONLY", "FORCE_APPLY", "NATIVE_NFTABLES", "FORCE_IPTABLES_BINARY", "HOST_NSENTER_EXEC", "HOSTNSENTER_EXEC"]
)


def known_keys(keys: Mapping[str, Json]) -> None:
    """Refuse a key the tool does not have."""
    known = _KEYS | set(ALIASES.values())
    for key in keys:
        if key not in known:
            near = nearest(str(key).upper(), known)
            hint = f"did you mean {near}?" if near else "the keys are those istio-iptables prints, e.g. PROXY_PORT"
            raise SettingsError("unknown setting of the packet-rule tool", path=[str(key)], hint=hint)


def members(text: str) -> tuple[str, ...]:
    """Members of a comma-separated list: not trimmed, empty ones dropped."""
    return tuple(m for m in text.split(",") if m)


def port(text: str, path: str) -> str:
    """A port or a range `low:high` as iptables reads `--dport`; raises SettingsError."""
    parts = text.split(":")
    if len(parts) <= 2 and all(p.isascii() and p.isdigit() and int(p) <= 65535 for p in parts):
        return text
    raise SettingsError(
        "not a port",
        path=path,
        value=text,
        hint="write decimal ports between 0 and 65535, separated by commas without blanks",
    )


def decimal(text: str, path: str) -> str:
    """A mark or a routing table: an unsigned 32-bit decimal."""
    if text.isascii() and text.isdigit() and int(text) < 1 << 32:
        return text
    raise SettingsError("not a decimal number", path=path, value=text, hint="write a number such as 1337")


def owner_groups(include: str) -> str | tuple[str, ...]:
    """The groups whose traffic is captured: `*` or at most 64 names or ids."""
    if include == "*":
        return "*"
    groups = members(include)
    if len(groups) > MAX_GROUPS:
        raise SettingsError(
            f"{len(groups)} owner groups to capture, at most {MAX_GROUPS} are possible",
            path="OUTBOUND_OWNER_GROUPS_INCLUDE",
            hint="name the groups to leave out in OUTBOUND_OWNER_GROUPS_EXCLUDE instead",
        )
    return groups


def exclude_ranges(text: str) -> str:
    """The excluded ranges; `*` would exclude everything and is refused."""
    if text == "*":
        raise SettingsError(
            "invalid value for OUTBOUND_IP_RANGES_EXCLUDE",
            path="OUTBOUND_IPRANGES_EXCLUDE",
            value=text,
            hint="to capture nothing leave OUTBOUND_IPRANGES_INCLUDE empty",
        )
    return text


def loopback_cidr(text: str) -> str:
    """The IPv4 loop-back range: an IPv4 loop-back address with a prefix length of 8 … 32 (since 1.21)."""
    parsed = parse_cidr(text)
    if parsed and parsed[0].version == 4 and parsed[0].is_loopback and 8 <= parsed[1] <= 32:
        return text
    raise SettingsError(
        "not an IPv4 loop-back range",
        path="HOST_IPV4_LOOPBACK_CIDR",
        value=text,
        hint="write 127.0.0.1/32 or 127.0.0.0/8",
    )


def forced_binary(text: str) -> str:
    """The flavour of iptables to use: `legacy`, `nft` or empty (since 1.28)."""
    if text in ("", "legacy", "nft"):
        return text
    raise SettingsError(
        f'invalid FORCE_IPTABLES_BINARY value "{text}"',
        path="FORCE_IPTABLES_BINARY",
        hint="write legacy or nft, or leave it out",
    )
