"""Facts about a proxy that no manifest holds: their names, types and stand-ins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, get_type_hints

from meshc.bootstraps.agent.agent_inputs import Platform
from meshc.errors import UsageError, nearest
from meshc.gotext.strings import unquote
from meshc.trees import ABSENT, Absent, Json

# What stands where a manifest leaves a fact open; comparisons treat these strings as wildcards.
STAND_INS: Mapping[str, str] = {
    "pod_ip": "192.0.2.1",
    "host_ip": "192.0.2.2",
    "node_name": "unknown-node",
    "pod_name": "unknown-pod",
    "pod_uid": "00000000-0000-0000-0000-000000000000",
    "namespace": "default",
}


Strings = tuple[str, ...] | None
StringMap = Mapping[str, str]
Podinfo = StringMap | Absent | None
"""A file of the downward API: ABSENT where nothing is known, None where the file is missing."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything that may be known about one proxy: type, kind and meaning of each fact.

    None, an empty map or ABSENT stands for a fact that is not given.
    """

    pod_name: Annotated[str | None, "string", "name of the running pod"] = None
    namespace: Annotated[str | None, "string", "namespace of the pod"] = None
    pod_uid: Annotated[str | None, "string", "uid of the pod"] = None
    pod_ip: Annotated[str | None, "string", "the pod's first address"] = None
    pod_ips: Annotated[Strings, "list of strings", "all addresses of the pod, the first one first"] = None
    host_ip: Annotated[str | None, "string", "address of the node"] = None
    node_name: Annotated[str | None, "string", "name of the node"] = None
    service_account: Annotated[str | None, "string", "service account of the pod"] = None
    allocatable: Annotated[
        Mapping[str, Json], "map", "allocatable cpu and memory of the node, for containers without limits"
    ] = field(default_factory=dict)
    proxy_sha: Annotated[str | None, "string", "proxy commit of the image (ISTIO_PROXY_SHA)"] = None
    hosts: Annotated[StringMap, "map of strings", "addresses of the host names the agent looks up (statsd)"] = field(
        default_factory=dict
    )
    objects: Annotated[tuple[Mapping[str, Json], ...], "list", "ConfigMaps and Secrets the pod refers to"] = ()
    platform: Annotated[Platform | None, "platform", "what the cloud says: metadata, locality, labels, kubernetes"] = (
        None
    )
    credential_socket: Annotated[bool, "boolean", "a credential socket answers"] = False
    workload_socket: Annotated[bool, "boolean", "an external workload certificate socket (SPIRE) answers"] = False
    binary_version: Annotated[str | None, "string", "version of the agent itself; the release where not given"] = None
    role: Annotated[str | None, "string", "word after `proxy`: sidecar, router, waypoint, …"] = None
    args: Annotated[Strings, "list of strings", "complete arguments of the agent, beginning with `proxy`"] = None
    domain: Annotated[str | None, "string", "--domain"] = None
    service_cluster: Annotated[str | None, "string", "--serviceCluster"] = None
    concurrency: Annotated[int | None, "number", "--concurrency"] = None
    outlier_log_path: Annotated[str | None, "string", "--outlierLogPath"] = None
    sts_port: Annotated[int | None, "number", "--stsPort"] = None
    log_as_json: Annotated[bool | None, "boolean", "--log_as_json"] = None
    env: Annotated[StringMap, "map of strings", "environment; with a pod, merged over the pod's"] = field(
        default_factory=dict
    )
    labels: Annotated[Podinfo, "podinfo", "labels file: a map, its content as a string, or null when missing"] = ABSENT
    annotations: Annotated[
        Podinfo, "podinfo", "annotations file: a map, its content as a string, or null when missing"
    ] = ABSENT
    kubelet_annotations: Annotated[
        StringMap, "map of strings", "annotations the kubelet adds to the podinfo file only"
    ] = field(default_factory=dict)
    mesh_config: Annotated[str | Mapping[str, Json] | None, "document", "the mesh file: YAML as a string, or a map"] = (
        None
    )
    release: Annotated[str | None, "string", "Istio release the facts belong to (for the command line)"] = None
    proxy_config: Annotated[Mapping[str, Json] | None, "map", "the complete effective ProxyConfig; used alone"] = None
    node_id: Annotated[str | None, "string", "the complete node id"] = None
    instance_ips: Annotated[Strings, "list of strings", "the complete list of addresses"] = None
    pilot_san: Annotated[Strings, "list of strings", "names the control plane must prove"] = None


KNOWN: Mapping[str, tuple[str, str]] = {
    name: hint.__metadata__ for name, hint in get_type_hints(Facts, include_extras=True).items()
}
"""Every fact: name → (kind, what it is)."""


def checked(facts: Mapping[str, Json]) -> Facts:
    """Check names and types of facts, read the content of podinfo files; raises UsageError naming the fact."""
    found: dict[str, Any] = {}
    for name, value in _nested(facts).items():
        if name not in KNOWN:
            near = nearest(name, KNOWN)
            hint = f"write {near}" if near else f"known facts: {', '.join(KNOWN)}"
            raise UsageError("unknown fact", path=f"facts.{name}", hint=hint)
        kind, meaning = KNOWN[name]
        wanted, read = _READERS[kind](value)
        if wanted:
            hint = f"{name} is {meaning}; write {wanted}"
            raise UsageError("the fact has a wrong type", path=f"facts.{name}", value=value, hint=hint)
        found[name] = read
    return Facts(**found)


def parse_podinfo(content: str) -> dict[str, str] | None:
    """Read the `key="value"` lines of a downward-API file (docs/istio/bootstrap.md § 1.6).

    None when one value is not a Go string literal: the agent then has neither labels nor annotations.
    """
    entries: dict[str, str] = {}
    for line in content.split("\n"):
        key, found, literal = line.removesuffix("\r").partition("=")
        if not found:
            continue
        value = unquote(literal)
        if value is None:
            return None
        entries[key] = value
    return entries


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


_MAPS = ("map", "map of strings", "podinfo", "platform")
_Read = tuple[str, object]
"""What should be written instead, empty when the value is fine; and the value."""


def _string(value: Json) -> _Read:
    return ("", value) if isinstance(value, str) else ("a string", None)


def _strings(value: Json) -> _Read:
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return "", tuple(value)
    return "a list of strings", None


def _boolean(value: Json) -> _Read:
    return ("", value) if isinstance(value, bool) else ("true or false", None)


def _number(value: Json) -> _Read:
    return ("", value) if isinstance(value, int) and not isinstance(value, bool) else ("a whole number", None)


def _any_map(value: Json) -> _Read:
    return ("", dict(value)) if isinstance(value, Mapping) else ("a map", None)


def _list(value: Json) -> _Read:
    good = isinstance(value, list | tuple) and all(isinstance(item, dict) for item in value)
    return ("", tuple(value)) if good else ("a list of Kubernetes objects", None)


def _string_map(value: Json) -> _Read:
    good = isinstance(value, Mapping) and all(isinstance(v, str) for v in value.values())
    return ("", dict(value)) if good else ("a map of strings (quote numbers and booleans)", None)


def _document(value: Json) -> _Read:
    return ("", value) if isinstance(value, str | dict) else ("a MeshConfig: YAML as a string, or a map", None)


def _podinfo(value: Json) -> _Read:
    if value is None:
        return "", None
    if isinstance(value, str):
        return "", parse_podinfo(value)
    return _string_map(value)


def _platform(value: Json) -> _Read:
    wanted = "a map with metadata, locality, labels (maps of strings) and kubernetes (true or false)"
    if not isinstance(value, Mapping) or value.keys() - {"metadata", "locality", "labels", "kubernetes"}:
        return wanted, None
    maps = {k: value.get(k) or {} for k in ("metadata", "locality", "labels")}
    if any(_string_map(v)[0] for v in maps.values()) or not isinstance(value.get("kubernetes", True), bool):
        return wanted, None
    return "", Platform(**maps, kubernetes=value.get("kubernetes", True))


_READERS: Mapping[str, Callable[[Json], _Read]] = {
    "string": _string,
    "list of strings": _strings,
    "boolean": _boolean,
    "number": _number,
    "map": _any_map,
    "list": _list,
    "map of strings": _string_map,
    "document": _document,
    "podinfo": _podinfo,
    "platform": _platform,
}
