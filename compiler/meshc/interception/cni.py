"""The parameters the CNI plugin uses for a pod: its annotations and its proxy's environment (docs/istio/traffic-capture.md § 1.2)."""

from __future__ import annotations

from meshc.catalog import Release
from meshc.errors import ErrorGroup
from meshc.interception.capture_annotations import TRAFFIC, problems
from meshc.interception.checks import BOOLEANS, members
from meshc.istio_names import AGENT_PORT, ENVOY_METRICS_PORT, HEALTH_PORT, INIT
from meshc.kubernetes.containers import environment
from meshc.kubernetes.pods import Pod
from meshc.models.annotation_names import IO_ISTIO_REROUTE_VIRTUAL_INTERFACES, SIDECAR_INTERCEPTION_MODE, SIDECAR_STATUS
from meshc.models.label_names import SIDECAR_INJECT
from meshc.yamlio import Json

_ALWAYS_EXCLUDED = (str(AGENT_PORT), str(HEALTH_PORT), str(ENVOY_METRICS_PORT))


def settings(pod: Pod, release: Release) -> tuple[dict[str, Json], list[str]]:
    """The tool's settings by key name, and warnings.

    Raises ErrorGroup for annotations the plugin refuses; until 1.18 it only logs them and leaves the pod uncaptured,
    which the second value says (the settings are then empty).
    """
    refused = list(problems(pod.annotations, release, path=(*pod.path, "metadata", "annotations")))
    if refused and release.has("interception.cni_bad_annotation_fails"):
        raise ErrorGroup(refused)
    skipped = _skipped(pod, release)
    if refused or skipped:
        reasons = [skipped] if skipped else [f"{e.message}: the CNI plugin leaves the pod uncaptured" for e in refused]
        return {}, reasons
    proxy_environment = environment(pod.proxy)
    # The plugin gets no command line: everything comes from the pod.
    uid, gid = _identity(pod, release)
    dns = BOOLEANS.get(proxy_environment.get("ISTIO_META_DNS_CAPTURE", ""), False)
    found: dict[str, Json] = {
        "PROXY_UID": uid,
        "PROXY_GID": gid,
        "INBOUND_INTERCEPTION_MODE": pod.annotations.get(SIDECAR_INTERCEPTION_MODE, "REDIRECT"),
        "OUTBOUND_IPRANGES_INCLUDE": _traffic(pod, "includeOutboundIPRanges", "*"),
        "OUTBOUND_IPRANGES_EXCLUDE": _traffic(pod, "excludeOutboundIPRanges", ""),
        "INBOUND_PORTS_INCLUDE": _traffic(pod, "includeInboundPorts", "*"),
        "INBOUND_PORTS_EXCLUDE": _excluded_inbound(pod),
        "OUTBOUND_PORTS_EXCLUDE": _traffic(pod, "excludeOutboundPorts", str(AGENT_PORT)),
        "OUTBOUND_PORTS_INCLUDE": _traffic(pod, "includeOutboundPorts", ""),
        "KUBE_VIRT_INTERFACES": _virtual_interfaces(pod, release),
        "EXCLUDE_INTERFACES": _traffic(pod, "excludeInterfaces", ""),
        "REDIRECT_DNS": dns,
        "CAPTURE_ALL_DNS": dns,
        "DROP_INVALID": BOOLEANS.get(proxy_environment.get("INVALID_DROP", ""), False),
    }
    if release.has("interception.cni_dual_stack"):
        found["DUAL_STACK"] = BOOLEANS.get(proxy_environment.get("ISTIO_DUAL_STACK", ""), False)
    return found, []


def _skipped(pod: Pod, release: Release) -> str | None:
    """Why the plugin skips the pod, if it does."""
    proxy = pod.proxy
    if pod.container(INIT):
        return "the CNI plugin skips the pod: istio-init installs the rules"
    if environment(proxy).get("DISABLE_ENVOY") == "true":
        return "the CNI plugin skips the pod: DISABLE_ENVOY is true"
    if release.has("interception.cni_needs_proxy_container"):
        if proxy is None:
            return "the CNI plugin skips the pod: it has no istio-proxy container"
        if "proxy" in (args := proxy.get("args") or []) and "sidecar" not in args:
            return "the CNI plugin skips the pod: its proxy is not a sidecar"
    elif len(pod.spec.get("containers") or []) < 2:
        return "the CNI plugin skips the pod: it has a single container"
    if "false" in (pod.labels.get(SIDECAR_INJECT, pod.annotations.get(SIDECAR_INJECT)),):
        return "the CNI plugin skips the pod: sidecar.istio.io/inject is false"
    if SIDECAR_STATUS not in pod.annotations:
        return "the CNI plugin skips the pod: it lacks the annotation sidecar.istio.io/status"
    return None


def _identity(pod: Pod, release: Release) -> tuple[str, str]:
    if not release.has("interception.cni_identity_from_container"):
        return "1337", "1337"
    context = (pod.proxy or {}).get("securityContext") or {}
    return str(context.get("runAsUser") or 1337), str(context.get("runAsGroup") or 1337)


def _traffic(pod: Pod, name: str, default: str) -> str:
    return str(pod.annotations.get(TRAFFIC + name, default))


def _excluded_inbound(pod: Pod) -> str:
    listed = members(_traffic(pod, "excludeInboundPorts", str(AGENT_PORT)))
    return ",".join(dict.fromkeys((*listed, *_ALWAYS_EXCLUDED)))


def _virtual_interfaces(pod: Pod, release: Release) -> str:
    """Both annotations name them; whichever way a release passes them on, the newer one wins (of two `-k` the last counts)."""
    older = _traffic(pod, "kubevirtInterfaces", "")
    return (
        str(pod.annotations.get(IO_ISTIO_REROUTE_VIRTUAL_INTERFACES, older))
        if release.has("interception.reroute_annotation")
        else older
    )
