"""Reads what matters for ports and packet rules out of a pod or a workload."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from meshc import catalog
from meshc.errors import InputError
from meshc.kubernetes import typed
from meshc.yamlio import Json

PROXY = "istio-proxy"
_INIT_NAMES = ("istio-init", "istio-validation")
_RELEASE = re.compile(r"^v?(\d+\.\d+(?:\.\d+)?)(?:[-+].*)?$")
_TEMPLATES = (("spec", "jobTemplate", "spec", "template"), ("spec", "template"))


@dataclass(frozen=True)
class Pod:
    """A pod, or the pod template of a workload, with its place in the document."""

    document: Json
    metadata: Mapping[str, Json]
    spec: Mapping[str, Json]
    path: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The document's name, or what a controller would derive the pod's name from."""
        own = self.document.get("metadata") or {}
        return str(own.get("name") or str(own.get("generateName") or "").rstrip("-") or "pod")

    @property
    def namespace(self) -> str | None:
        """The namespace written in the document."""
        found = (self.document.get("metadata") or {}).get("namespace")
        return str(found) if found else None

    @property
    def annotations(self) -> Mapping[str, str]:
        """Annotations of the pod."""
        return self.metadata.get("annotations") or {}

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels of the pod."""
        return self.metadata.get("labels") or {}

    def containers(self, *kinds: str) -> Iterator[tuple[Mapping[str, Json], tuple[str | int, ...]]]:
        """Containers with their paths; kinds are `containers` and `initContainers`, by default both."""
        for kind in kinds or ("initContainers", "containers"):
            for index, container in enumerate(self.spec.get(kind) or []):
                yield container, (*self.path, "spec", kind, index)

    def container(self, name: str) -> Mapping[str, Json] | None:
        """The container or init container of that name."""
        return next((c for c, _ in self.containers() if c.get("name") == name), None)

    @property
    def proxy(self) -> Mapping[str, Json] | None:
        """The container `istio-proxy`, wherever it stands."""
        return self.container(PROXY)

    @property
    def init(self) -> Mapping[str, Json] | None:
        """The container that installs the packet rules or checks them: the one that runs `istio-iptables`."""
        for container, _ in self.containers("initContainers"):
            if container.get("name") in _INIT_NAMES or "istio-iptables" in arguments(container):
                return container
        return None

    def applications(self) -> list[tuple[Mapping[str, Json], tuple[str | int, ...]]]:
        """The user's long-running containers: neither the proxy nor init containers that end."""
        return [
            (c, path)
            for c, path in self.containers()
            if c.get("name") != PROXY and (path[-2] == "containers" or c.get("restartPolicy") == "Always")
        ]


def pod_of(document: Json) -> Pod:
    """The pod of a Pod, or the pod template of a workload; raises InputError for anything else."""
    if not isinstance(document, dict):
        raise InputError("expected a pod or a workload", value=document, hint="give a Pod, Deployment, Job …")
    for keys in _TEMPLATES:
        node: Json = document
        for key in keys:
            node = node.get(key) if isinstance(node, dict) else None
        if isinstance(node, dict) and isinstance(node.get("spec"), dict):
            return _pod(document, node, keys)
    spec = document.get("spec")
    if isinstance(spec, dict) and isinstance(spec.get("containers"), list):
        return _pod(document, document, ())
    raise InputError(
        "neither a pod nor a workload: no list of containers", path="spec", hint="give a Pod, Deployment, Job …"
    )


def environment(container: Mapping[str, Json] | None) -> dict[str, str]:
    """The literal environment of a container; `$(NAME)` references to earlier entries are expanded."""
    found: dict[str, str] = {}
    for entry in (container or {}).get("env") or []:
        if isinstance(entry, dict) and "valueFrom" not in entry and entry.get("name"):
            found[entry["name"]] = expand(str(entry.get("value") or ""), found)
    return found


def expand(text: str, known: Mapping[str, str]) -> str:
    """Kubernetes' `$(NAME)` expansion; unknown names stay as they are."""
    return re.sub(r"\$\(([A-Za-z_][A-Za-z0-9_]*)\)", lambda m: known.get(m[1], m[0]), text)


def arguments(container: Mapping[str, Json]) -> list[str]:
    """Command and arguments of a container with `$(NAME)` expanded."""
    known = environment(container)
    words = [*(container.get("command") or []), *(container.get("args") or [])]
    return [expand(str(w), known) for w in words]


def image_release(pod: Pod) -> str | None:
    """The Istio release in the tag of the proxy's image, as text; None when the tag names none."""
    for container in (pod.proxy, pod.init):
        tag = str((container or {}).get("image") or "").rpartition("@")[0] or str((container or {}).get("image") or "")
        found = _RELEASE.match(tag.rpartition("/")[2].partition(":")[2])
        if found:
            return found[1]
    return None


def addresses(pod: Pod) -> list[str]:
    """Addresses the pod's status names."""
    status = pod.document.get("status")
    if not isinstance(status, dict):
        return []
    entries = status.get("podIPs")
    listed = [str(e["ip"]) for e in entries if isinstance(e, dict) and e.get("ip")] if isinstance(entries, list) else []
    return listed or ([str(status["podIP"])] if status.get("podIP") else [])


def _pod(document: Json, template: Json, path: tuple[str, ...]) -> Pod:
    """The pod in Kubernetes' typed form, so that nothing read later has a type of its own; InputError with the place."""
    own = document.get("metadata")
    if own is not None and not isinstance(own, dict):
        raise InputError("expected a map", path=("metadata",), value=own, hint="write metadata: {name: …}")
    newest = catalog.newest()
    metadata = typed.normalize(
        template.get("metadata") or {}, "ObjectMeta", release=newest, courtesy=True, path=(*path, "metadata")
    )
    spec = typed.normalize(template["spec"], "PodSpec", release=newest, courtesy=True, path=(*path, "spec"))
    return Pod(document, metadata, spec, path)
