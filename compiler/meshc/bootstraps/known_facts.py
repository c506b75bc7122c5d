"""Facts about a proxy that no manifest holds: their names, types and stand-ins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from meshc.bootstraps import podinfo
from meshc.bootstraps.agent.agent_inputs import Platform
from meshc.errors import UsageError, nearest

Json = Any

# What stands where a manifest leaves a fact open; comparisons treat these texts as wild cards.
STAND_INS: Mapping[str, str] = {
    "pod_ip": "192.0.2.1",
    "host_ip": "192.0.2.2",
    "node_name": "unknown-node",
    "pod_name": "unknown-pod",
    "pod_uid": "00000000-0000-0000-0000-000000000000",
    "namespace": "default",
}

# name → (kind, what it is)
KNOWN: Mapping[str, tuple[str, str]] = {
    "pod_name": ("text", "name of the running pod"),
    "namespace": ("text", "namespace of the pod"),
    "pod_uid": ("text", "uid of the pod"),
    "pod_ip": ("text", "the pod's first address"),
    "pod_ips": ("texts", "all addresses of the pod, the first one first"),
    "host_ip": ("text", "address of the node"),
    "node_name": ("text", "name of the node"),
    "service_account": ("text", "service account of the pod"),
    "allocatable": ("map", "the node's allocatable cpu and memory, for containers without limits"),
    "proxy_sha": ("text", "proxy commit of the image (ISTIO_PROXY_SHA)"),
    "hosts": ("text map", "addresses of host names the agent looks up (statsdUdpAddress)"),
    "objects": ("list", "ConfigMaps and Secrets the pod refers to"),
    "platform": ("platform", "what the cloud says: metadata, locality, labels, kubernetes"),
    "credential_socket": ("flag", "a credential socket answers"),
    "workload_socket": ("flag", "an external workload certificate socket (SPIRE) answers"),
    "binary_version": ("text", "version of the agent itself; the release where not given"),
    "role": ("text", "word after `proxy`: sidecar, router, waypoint, …"),
    "args": ("texts", "complete arguments of the agent, beginning with `proxy`"),
    "domain": ("text", "--domain"),
    "service_cluster": ("text", "--serviceCluster"),
    "concurrency": ("number", "--concurrency"),
    "outlier_log_path": ("text", "--outlierLogPath"),
    "sts_port": ("number", "--stsPort"),
    "log_as_json": ("flag", "--log_as_json"),
    "env": ("text map", "environment; with a pod, laid over the pod's"),
    "labels": ("podinfo", "labels file: a map, its text, or null when missing"),
    "annotations": ("podinfo", "annotations file: a map, its text, or null when missing"),
    "kubelet_annotations": ("text map", "annotations the kubelet adds to the podinfo file only"),
    "mesh_config": ("document", "the mesh file: its text or document"),
    "release": ("text", "Istio release the facts belong to (for the command line)"),
    "proxy_config": ("map", "the complete effective ProxyConfig; nothing is laid under it"),
    "node_id": ("text", "the complete node id"),
    "instance_ips": ("texts", "the complete list of addresses"),
    "pilot_san": ("texts", "names the control plane must prove"),
}


def checked(facts: Mapping[str, Json]) -> dict[str, Json]:
    """Facts with known names and right types, texts of podinfo files read; raises UsageError naming the fact."""
    found = {}
    for name, value in _nested(facts).items():
        if name not in KNOWN:
            near = nearest(name, KNOWN)
            hint = f"write {near}" if near else f"known facts: {', '.join(KNOWN)}"
            raise UsageError("unknown fact", path=f"facts.{name}", hint=hint)
        kind, meaning = KNOWN[name]
        problem, read = _READERS[kind](value)
        if problem:
            hint = f"{name} is {meaning}; write {problem}"
            raise UsageError("the fact has a wrong type", path=f"facts.{name}", value=value, hint=hint)
        found[name] = read
    return found


def _nested(facts: Mapping[str, Json]) -> dict[str, Json]:
    """`env.NAME` and the like put into the map they name; deeper only for the platform, whose parts are maps."""
    found = {name: value for name, value in facts.items() if "." not in name}
    for name, value in facts.items():
        head, dot, rest = name.partition(".")
        if not dot:
            continue
        if head not in KNOWN or KNOWN[head][0] not in _MAPS:
            found[name] = value
            continue
        section, deeper, key = rest.partition(".") if head == "platform" else (rest, "", "")
        inner = dict(found.get(head) or {})
        inner[section] = {**(inner.get(section) or {}), key: value} if deeper else value
        found[head] = inner
    return found


_MAPS = ("map", "text map", "podinfo", "platform")
_Read = tuple[str, Json]


def _text(value: Json) -> _Read:
    return ("", value) if isinstance(value, str) else ("a string", None)


def _texts(value: Json) -> _Read:
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return "", tuple(value)
    return "a list of strings", None


def _flag(value: Json) -> _Read:
    return ("", value) if isinstance(value, bool) else ("true or false", None)


def _number(value: Json) -> _Read:
    return ("", value) if isinstance(value, int) and not isinstance(value, bool) else ("a whole number", None)


def _map(value: Json) -> _Read:
    return ("", dict(value)) if isinstance(value, Mapping) else ("a map", None)


def _list(value: Json) -> _Read:
    good = isinstance(value, list | tuple) and all(isinstance(item, dict) for item in value)
    return ("", tuple(value)) if good else ("a list of Kubernetes objects", None)


def _text_map(value: Json) -> _Read:
    good = isinstance(value, Mapping) and all(isinstance(v, str) for v in value.values())
    return ("", dict(value)) if good else ("a map of strings (quote numbers and booleans)", None)


def _document(value: Json) -> _Read:
    return ("", value) if isinstance(value, str | dict) else ("the text of a MeshConfig, or a map", None)


def _podinfo(value: Json) -> _Read:
    if value is None:
        return "", None
    if isinstance(value, str):
        return "", podinfo.parse(value)
    return _text_map(value)


def _platform(value: Json) -> _Read:
    wanted = "a map with metadata, locality, labels (maps of strings) and kubernetes (true or false)"
    if not isinstance(value, Mapping) or value.keys() - {"metadata", "locality", "labels", "kubernetes"}:
        return wanted, None
    maps = {k: value.get(k) or {} for k in ("metadata", "locality", "labels")}
    if any(_text_map(v)[0] for v in maps.values()) or not isinstance(value.get("kubernetes", True), bool):
        return wanted, None
    return "", Platform(**maps, kubernetes=value.get("kubernetes", True))


_READERS: Mapping[str, Callable[[Json], _Read]] = {
    "text": _text,
    "texts": _texts,
    "flag": _flag,
    "number": _number,
    "map": _map,
    "list": _list,
    "text map": _text_map,
    "document": _document,
    "podinfo": _podinfo,
    "platform": _platform,
}
