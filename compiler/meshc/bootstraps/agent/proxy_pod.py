"""The pod behind a manifest, its proxy container and the release of its image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from meshc.errors import InputError
from meshc.interception import pods

Json = Any
PROXY = "istio-proxy"
GRPC_WRITER = "grpc-bootstrap-init"


@dataclass(frozen=True)
class Pod:
    """A pod as far as the manifest tells, in Kubernetes' typed form; `workload` names the workload it comes from.

    `status` holds `podIPs` (a list of texts, the first one first) and `hostIP`.
    """

    metadata: Mapping[str, Json]
    spec: Mapping[str, Json]
    status: Mapping[str, Json] = field(default_factory=dict)
    workload: str = ""
    namespace: str = ""


def pod_of(manifest: Mapping[str, Json]) -> Pod:
    """Read a Pod, or the pod of a workload's template; raises InputError where there is none or it does not fit."""
    found = pods.pod_of(manifest)
    own = manifest.get("metadata") or {}
    status = manifest.get("status") if not found.path else {}
    workload = str(own.get("name") or "") if found.path else ""
    namespace = found.namespace or str(found.metadata.get("namespace") or "")
    return Pod(found.metadata, found.spec, _addresses(status), workload, namespace)


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
    """The Istio release the proxy's image tag names, as text; None where it names none or there is no pod."""
    try:
        return pods.image_release(pods.pod_of(manifest))
    except InputError:
        return None


def mounted(pod: Pod, container: Mapping[str, Json], folder: str) -> Mapping[str, Json] | None:
    """The volume mounted at a folder of the container; None when there is none."""
    wanted = folder.strip("./")
    for mount in container.get("volumeMounts") or []:
        if str(mount.get("mountPath", "")).strip("/") == wanted:
            volumes = pod.spec.get("volumes") or []
            return next((v for v in volumes if v.get("name") == mount.get("name")), None)
    return None


def _addresses(status: Json) -> dict[str, Json]:
    """The addresses in a pod's status, checked: they come from a cluster and are no part of the typed form."""
    status = status if isinstance(status, dict) else {}
    entries = status.get("podIPs")
    listed = [e.get("ip") for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
    ips = [status.get("podIP"), *listed]
    return {"podIPs": [ip for ip in ips if isinstance(ip, str) and ip], "hostIP": str(status.get("hostIP") or "")}
