"""Packet-rule parameters of a pod: from its init container's command line, or from its annotations with the CNI plugin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meshc.catalog import Release
from meshc.errors import InputError
from meshc.interception import cni, flags
from meshc.interception.addresses import split_servers, wants_ipv6
from meshc.kubernetes.containers import arguments, environment
from meshc.kubernetes.pods import Pod
from meshc.yamlio import Json

# The address kubeadm gives the cluster's DNS service: a warning says that the rules are shown for a guess.
_USUAL_SERVER = "10.96.0.10"


@dataclass(frozen=True)
class Source:
    """Settings by the tool's key names; None where the pod gets no rules."""

    keys: dict[str, Json] | None
    origin: str
    nftables: bool = False
    warnings: tuple[str, ...] = ()


def of_pod(pod: Pod, release: Release, *, local: Sequence[str] = (), servers: Sequence[str] = ()) -> Source:
    """The parameters of an injected pod.

    `local` are the pod's addresses where its status does not name them, `servers` its nameservers.
    Raises InputError for a pod that was not injected, and what the tool refuses.
    """
    init = pod.init
    if init is None:
        return _uncaptured(pod)
    words = arguments(init)
    words = words[words.index("istio-iptables") + 1 :] if "istio-iptables" in words else words
    keys = flags.settings(words, environment(init), release)
    nftables = bool(keys.get("NATIVE_NFTABLES")) and release.has("interception.nftables")
    warnings: list[str] = []
    origin = f"arguments of {init.get('name')}"
    # istio-validation only checks the rules; the CNI plugin makes them, from other sources.
    if keys.get("SKIP_RULE_APPLY"):
        keys, warnings = cni.settings(pod, release)
        origin = "annotations, as the CNI plugin reads them"
        if not keys:
            return Source(None, origin, warnings=tuple(warnings))
    warnings += _surroundings(keys, local or pod.addresses, servers or _nameservers(pod))
    return Source(keys, origin, nftables, tuple(warnings))


def _uncaptured(pod: Pod) -> Source:
    if pod.proxy is None:
        raise InputError(
            "the pod was not injected: it has neither istio-init, istio-validation nor istio-proxy",
            path=(*pod.path, "spec"),
            hint="inject it first (meshc inject), or give the tool's own settings with --config FILE --tool iptables",
        )
    return Source(
        None,
        "none",
        warnings=(
            "no packet rules: the pod has no istio-init or istio-validation (a gateway, or interception mode NONE)",
        ),
    )


def _surroundings(keys: dict[str, Json], local: Sequence[str], servers: Sequence[str]) -> list[str]:
    """Fill in what the tool finds out where it runs: address family and nameservers."""
    warnings = []
    if local:
        keys["ENABLE_INBOUND_IPV6"] = wants_ipv6(local, dual_stack=bool(keys.get("DUAL_STACK")))
    if keys.get("REDIRECT_DNS") and not keys.get("CAPTURE_ALL_DNS"):
        if not servers:
            servers = [_USUAL_SERVER]
            warnings.append(
                f"the pod's nameserver is not known: rules are shown for {_USUAL_SERVER}; give it with --dns-server ADDRESS"
            )
        keys["DNS_SERVERS_V4"], keys["DNS_SERVERS_V6"] = split_servers(servers)
    return warnings


def _nameservers(pod: Pod) -> list[str]:
    """The pod's own nameservers, where it brings all of them along."""
    config = pod.spec.get("dnsConfig") or {}
    return [str(s) for s in config.get("nameservers") or []] if pod.spec.get("dnsPolicy") == "None" else []
