"""The pod behind a manifest, its proxy container and the release of its image."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from meshc.errors import InputError

Json = Any
PROXY = "istio-proxy"
GRPC_WRITER = "grpc-bootstrap-init"
_TEMPLATE_PATHS = (("spec", "jobTemplate", "spec", "template"), ("spec", "template"))
_TAG = re.compile(r"(\d+\.\d+(?:\.\d+)?)(?:-[A-Za-z0-9.\-]+)?")


@dataclass(frozen=True)
class Pod:
    """A pod as far as the manifest tells; `workload` is the name of the workload it comes from."""

    metadata: Mapping[str, Json]
    spec: Mapping[str, Json]
    status: Mapping[str, Json] = field(default_factory=dict)
    workload: str = ""
    namespace: str = ""


def pod_of(manifest: Mapping[str, Json]) -> Pod:
    """Read a Pod, or the pod of a workload's template; raises InputError where there is none."""
    if not isinstance(manifest, Mapping):
        raise InputError("not a Kubernetes object", value=manifest, hint="give a Pod or a workload with a pod template")
    own = manifest.get("metadata") or {}
    if manifest.get("kind") == "Pod" or "containers" in (manifest.get("spec") or {}):
        return Pod(own, manifest.get("spec") or {}, manifest.get("status") or {}, namespace=own.get("namespace") or "")
    for path in _TEMPLATE_PATHS:
        template = _at(manifest, path)
        if isinstance(template, Mapping) and isinstance(template.get("spec"), Mapping):
            metadata = template.get("metadata") or {}
            namespace = own.get("namespace") or metadata.get("namespace") or ""
            return Pod(metadata, template["spec"], {}, own.get("name") or "", namespace)
    hint = "give a Pod, or a workload such as a Deployment"
    raise InputError("no pod in this document", path="kind", value=manifest.get("kind"), hint=hint)


def proxy_container(pod: Pod) -> Mapping[str, Json]:
    """The container `istio-proxy`, a native sidecar included; raises InputError when the pod is not injected."""
    for kind in ("containers", "initContainers"):
        for container in pod.spec.get(kind) or []:
            if isinstance(container, Mapping) and container.get("name") == PROXY:
                return container
    hint = "inject it first (`meshc inject`), or give the pod of a gateway"
    raise InputError("the pod has no container istio-proxy", path="spec.containers", hint=hint)


def carries_bootstrap(pod: Pod) -> bool:
    """Whether the pod has a proxy agent, or the init container that writes a gRPC bootstrap.

    A container `istio-proxy` without the agent's arguments waits for injection (`image: auto`).
    """
    containers = [*(pod.spec.get("containers") or []), *(pod.spec.get("initContainers") or [])]
    return any(
        c.get("name") == GRPC_WRITER or (c.get("name") == PROXY and (c.get("args") or [""])[0] == "proxy")
        for c in containers
    )


def image_release(manifest: Mapping[str, Json]) -> str | None:
    """The Istio release the proxy's image tag names, as text; None where it names none or nothing is injected."""
    try:
        image = str(proxy_container(pod_of(manifest)).get("image") or "")
    except InputError:
        return None
    name = image.partition("@")[0].rpartition("/")[2]
    tag = _TAG.fullmatch(name.partition(":")[2])
    return tag[1] if tag else None


def mounted(pod: Pod, container: Mapping[str, Json], folder: str) -> Mapping[str, Json] | None:
    """The volume mounted at a folder of the container; None when there is none."""
    wanted = folder.strip("./")
    for mount in container.get("volumeMounts") or []:
        if str(mount.get("mountPath", "")).strip("/") == wanted:
            volumes = pod.spec.get("volumes") or []
            return next((v for v in volumes if v.get("name") == mount.get("name")), None)
    return None


def _at(document: Mapping[str, Json], path: tuple[str, ...]) -> Json:
    value: Json = document
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
