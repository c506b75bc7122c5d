"""A node's addresses and its id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from meshc.bootstraps.agent.agent_inputs import Flags
from meshc.catalog import Release
from meshc.models.annotation_names import SIDECAR_TRAFFIC_EXCLUDE_INTERFACES

_POD_INTERFACE = "eth0"
_LOOPBACKS = ("127.0.0.1", "::1")


def addresses(
    env: Mapping[str, str], pod_ips: Sequence[str], *, annotations: Mapping[str, str], release: Release
) -> tuple[str, ...]:
    """The node's addresses: `INSTANCE_IP`, then those of the pod's interface (docs/istio/bootstrap.md § 1.3).

    The pod's addresses are taken to be those of `eth0`, so only that name in the annotation
    `traffic.sidecar.istio.io/excludeInterfaces` changes anything.
    """
    own = _normal(env.get("INSTANCE_IP", ""))
    first = [own] if own else []
    found = [ip for ip in map(_normal, pod_ips) if ip]
    excluded = _POD_INTERFACE in annotations.get(SIDECAR_TRAFFIC_EXCLUDE_INTERFACES, "").split(",")
    # Loopback addresses stand in for a pod without usable addresses; releases differ in whether excluded ones count.
    if release.has("bootstrap.loopback_stands_in"):
        kept = [] if excluded and found else found or list(_LOOPBACKS)
        return tuple(dict.fromkeys([*first, *(ip for ip in kept if ip not in first)]))
    every = [*first, *(ip for ip in found if ip not in first)] or list(_LOOPBACKS)
    if excluded and release.has("bootstrap.excluded_interfaces_everywhere"):
        every = [ip for ip in every if ip not in found]
    return tuple(every)


def node_id(role: str, ips: Sequence[str], *, env: Mapping[str, str], flags: Flags) -> str:
    """`role~address~name.namespace~domain`; missing values count as empty."""
    namespace = env.get("POD_NAMESPACE", "")
    name = f"{env.get('POD_NAME', '')}.{namespace}"
    domain = flags.domain or f"{namespace}.svc.cluster.local"
    return "~".join((role, ips[0] if ips else "", name, domain))


@lru_cache(maxsize=4096)
def parse_ip(address: str) -> IPv4Address | IPv6Address | None:
    """Read an IP address; None when it cannot be read."""
    try:
        return ip_address(address)
    except ValueError:
        return None


def _normal(written: str) -> str:
    address = parse_ip(written)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address) if address else ""
