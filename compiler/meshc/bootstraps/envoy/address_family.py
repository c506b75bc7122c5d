"""Address family of a node: loopback, wildcard and DNS lookups that fit its addresses."""

from __future__ import annotations

from dataclasses import dataclass, replace

from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.bootstraps.agent.node_identity import parse_ip
from meshc.errors import InputError


@dataclass(frozen=True)
class Family:
    """Addresses and DNS lookup family of one node; the extra addresses are set on dual stack nodes only."""

    localhost: str
    wildcard: str
    lookup: str
    extra_localhost: str = ""
    extra_wildcard: str = ""


V4 = Family("127.0.0.1", "0.0.0.0", "V4_ONLY")
V6 = Family("::1", "::", "V6_ONLY")


def family(agent: Agent) -> Family:
    """Choose by all of the node's addresses and ISTIO_DUAL_STACK (docs/istio/bootstrap.md § 2.2).

    Raises InputError, since 1.19, for a dual stack node whose first address cannot be read.
    """
    known = [a for a in map(parse_ip, agent.addresses) if a is not None]
    if not known:
        return V4 if agent.release.has("bootstrap.empty_addresses_are_ipv4") else _v6(agent)
    if all(a.version == 4 for a in known):
        return V4
    if all(a.version == 6 for a in known):
        return _v6(agent)
    # Without the switch a node with both families is configured as an IPv4 node.
    if not (agent.release.has("bootstrap.dual_stack") and agent.flag("ISTIO_DUAL_STACK")):
        return V4
    return _dual(agent)


def _v6(agent: Agent) -> Family:
    return V6 if agent.release.has("bootstrap.ipv6_lookup_only") else replace(V6, lookup="AUTO")


def _dual(agent: Agent) -> Family:
    first = parse_ip(agent.addresses[0])
    if first is None and agent.release.has("bootstrap.dual_stack_needs_first_ip"):
        hint = "give the pod IP as the first address"
        raise InputError("not an IP address", path=["addresses", 0], value=agent.addresses[0], hint=hint)
    main, other = (V6, V4) if first and first.version == 6 and not first.is_link_local else (V4, V6)
    extra = {"extra_localhost": other.localhost, "extra_wildcard": other.wildcard}
    wildcard = extra["extra_wildcard"] if agent.release.has("bootstrap.dual_stack_wildcard") else ""
    localhost = extra["extra_localhost"] if agent.release.has("bootstrap.dual_stack_localhost") else ""
    return Family(main.localhost, main.wildcard, "ALL", localhost, wildcard)
