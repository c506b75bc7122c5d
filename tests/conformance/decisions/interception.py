"""`iptables/tables.json`: small decisions of the packet-rule tool."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meshc import catalog
from meshc.errors import MeshcError
from meshc.interception import checks
from meshc.interception.addresses import wants_ipv6
from meshc.interception.ranges import Ranges, split


def _family(given: Any, row: Any) -> object:
    return {"enable_ipv6": wants_ipv6(given["local_addresses"] or [], dual_stack=bool(given["dual_stack"]))}


def _split(given: Any, row: Any) -> object:
    found = split(given["ranges"] or "", catalog.release(row["tag"]))

    def as_json(ranges: Ranges) -> object:
        return {"wildcard": ranges.wildcard, "cidrs": list(ranges.cidrs)}

    return {"v4": as_json(found.v4), "v6": as_json(found.v6)}


def _verdict(check: Callable[[str], object], value: str) -> dict[str, object]:
    try:
        check(value)
    except MeshcError as error:
        return {"valid": False, "error": error.message}
    return {"valid": True}


def _valid(check: Callable[[str], object], key: str) -> Callable[[Any, Any], object]:
    def decide(given: Any, row: Any) -> object:
        verdict = _verdict(check, given[key] or "")
        return verdict if "error" in row["want"] else {"valid": verdict["valid"]}

    return decide


DECISIONS: dict[str, Callable[[Any, Any], object]] = {
    "local-ip-family": _family,
    "split-ip-ranges": _split,
    "validate-owner-groups": _valid(checks.owner_groups, "include"),
    "validate-ipv4-loopback-cidr": _valid(checks.loopback_cidr, "cidr"),
    "validate-iptables-binary": _valid(checks.forced_binary, "value"),
}
