"""The one reader of a pod: a Pod, or the pod template of a workload, in Kubernetes' typed form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from meshc import catalog
from meshc.errors import InputError
from meshc.istio_names import INIT, PROXY, VALIDATION
from meshc.kubernetes import typed
from meshc.kubernetes.containers import arguments
from meshc.trees import get
from meshc.yamlio import Json

GRPC_WRITER = "grpc-bootstrap-init"
"""Init container of the template `grpc-simple`; it writes the gRPC bootstrap of a pod without an agent."""

_INIT_NAMES = (INIT, VALIDATION)
_RELEASE = re.compile(r"^v?(\d+\.\d+(?:\.\d+)?)(?:[-+].*)?$")
_TEMPLATES = (("spec", "jobTemplate", "spec", "template"), ("spec", "template"))

Container = Mapping[str, Json]


@dataclass(frozen=True)
class Pod:
    """A pod, or the pod template of a workload; `path` is its place in the document, empty for a Pod."""

    document: Json
    metadata: Mapping[str, Json]
    spec: Mapping[str, Json]
    path: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The document's name, or what a controller would derive the pod's name from."""
        own = self._document_metadata
        return str(own.get("name") or str(own.get("generateName") or "").rstrip("-") or "pod")

    @property
    def workload(self) -> str:
        """The name of the workload a template comes from; empty for a Pod."""
        return str(self._document_metadata.get("name") or "") if self.path else ""

    @property
    def namespace(self) -> str | None:
        """The namespace written in the document; one in a workload's template does not count."""
        found = self._document_metadata.get("namespace")
        return str(found) if found else None

    @property
    def annotations(self) -> Mapping[str, str]:
        """Annotations of the pod."""
        return self.metadata.get("annotations") or {}

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels of the pod."""
        return self.metadata.get("labels") or {}

    def containers(self, *kinds: str) -> Iterator[tuple[Container, tuple[str | int, ...]]]:
        """Containers with their paths; kinds are `containers` and `initContainers`, by default both."""
        for kind in kinds or ("initContainers", "containers"):
            for index, container in enumerate(self.spec.get(kind) or []):
                yield container, (*self.path, "spec", kind, index)

    def container(self, name: str) -> Container | None:
        """The container or init container of that name."""
        return next((c for c, _ in self.containers() if c.get("name") == name), None)

    @property
    def proxy(self) -> Container | None:
        """The container `istio-proxy`, a native sidecar among the init containers included."""
        return self.container(PROXY)

    @property
    def init(self) -> Container | None:
        """The init container that installs or checks the packet rules: the one that runs `istio-iptables`."""
        for container, _ in self.containers("initContainers"):
            if container.get("name") in _INIT_NAMES or "istio-iptables" in arguments(container):
                return container
        return None

    @property
    def grpc_writer(self) -> Container | None:
        """The init container that writes the gRPC bootstrap of template `grpc-simple`."""
        found = (c for c, _ in self.containers("initContainers") if c.get("name") == GRPC_WRITER)
        return next(found, None)

    @property
    def carries_bootstrap(self) -> bool:
        """Whether the pod has a proxy agent, or the init container that writes a gRPC bootstrap.

        A container `istio-proxy` without the agent's arguments waits for injection (`image: auto`).
        """
        return any(
            c.get("name") == GRPC_WRITER or (c.get("name") == PROXY and (c.get("args") or [""])[0] == "proxy")
            for c, _ in self.containers()
        )

    def applications(self) -> list[tuple[Container, tuple[str | int, ...]]]:
        """The user's long-running containers: neither the proxy nor init containers that end."""
        return [
            (c, path)
            for c, path in self.containers()
            if c.get("name") != PROXY and (path[-2] == "containers" or c.get("restartPolicy") == "Always")
        ]

    def volume_at(self, container: Container, directory: str) -> Mapping[str, Json] | None:
        """The volume mounted at a directory of a container; None when there is none."""
        wanted = directory.strip("./")
        for mount in container.get("volumeMounts") or []:
            if str(mount.get("mountPath", "")).strip("/") == wanted:
                volumes = self.spec.get("volumes") or []
                return next((v for v in volumes if v.get("name") == mount.get("name")), None)
        return None

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """Addresses in a Pod's status, `podIP` first; empty for a template."""
        entries = self._status.get("podIPs")
        listed = [e.get("ip") for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
        ips = [self._status.get("podIP"), *listed]
        return tuple(dict.fromkeys(ip for ip in ips if isinstance(ip, str) and ip))

    @property
    def host_ip(self) -> str:
        """The node's address in a Pod's status, or empty."""
        return str(self._status.get("hostIP") or "")

    @property
    def image_release(self) -> str | None:
        """The Istio release in the tag of the proxy's image; None when the tag names none."""
        for container in (self.proxy, self.init):
            image = str((container or {}).get("image") or "")
            tag = (image.rpartition("@")[0] or image).rpartition("/")[2].partition(":")[2]
            found = _RELEASE.match(tag)
            if found:
                return found[1]
        return None

    @property
    def _document_metadata(self) -> Mapping[str, Json]:
        return self.document.get("metadata") or {}

    @property
    def _status(self) -> Mapping[str, Json]:
        # A status comes from a cluster and is no part of the typed form, so its types are checked where it is read.
        found = None if self.path else self.document.get("status")
        return found if isinstance(found, dict) else {}


def pod_of(document: Json) -> Pod:
    """Read a Pod, or the pod template of a workload; raises InputError for anything else and for wrong types."""
    if not isinstance(document, dict):
        raise InputError("expected a pod or a workload", value=document, hint="give a Pod, Deployment, Job …")
    if (found := template_of(document)) is not None:
        return _pod(document, *found)
    spec = document.get("spec")
    if isinstance(spec, dict) and isinstance(spec.get("containers"), list):
        return _pod(document, document, ())
    raise InputError(
        "neither a pod nor a workload: no list of containers", path="spec", hint="give a Pod, Deployment, Job …"
    )


def template_of(workload: Json) -> tuple[Json, tuple[str, ...]] | None:
    """The pod template of a workload as it is written, and its path; None for a Pod and anything else."""
    for path in _TEMPLATES:
        template = get(workload, path)
        if isinstance(template, dict) and isinstance(template.get("spec"), dict):
            return template, path
    return None


def find_pod(document: Json) -> Pod | None:
    """Read a pod as `pod_of` does; None where the document has none, or one that cannot be read."""
    try:
        return pod_of(document)
    except InputError:
        return None


def _pod(document: Json, template: Json, path: tuple[str, ...]) -> Pod:
    own = document.get("metadata")
    if own is not None and not isinstance(own, dict):
        raise InputError("expected a map", path=("metadata",), value=own, hint="write metadata: {name: …}")
    newest = catalog.newest()
    metadata = typed.normalize(
        template.get("metadata") or {}, "ObjectMeta", release=newest, courtesy=True, path=(*path, "metadata")
    )
    spec = typed.normalize(template["spec"], "PodSpec", release=newest, courtesy=True, path=(*path, "spec"))
    return Pod(document, metadata, spec, path)
