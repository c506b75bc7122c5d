"""The input of lint rules: the user's pod, the injected pod, its ports and its packet rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from meshc.catalog import Release
from meshc.errors import InputError, MeshcError, PathPart
from meshc.interception.packet_rules import Rules
from meshc.interception.packet_rules import capture as compute_rules
from meshc.interception.ports.pod_ports import pod_ports
from meshc.interception.ports.port_map import PortMap
from meshc.istio_names import PROXY
from meshc.kubernetes.pods import Pod, pod_of
from meshc.models.mesh_config import MeshConfig
from meshc.reports.finding import Rule, Severity
from meshc.yamlio import Document, Json

Path = tuple[PathPart, ...]


class HasSettings(Protocol):
    """The settings that lint rules read."""

    @property
    def release(self) -> Release:
        """The Istio release."""

    @property
    def mesh(self) -> MeshConfig:
        """The mesh's settings."""

    @property
    def resources(self) -> Sequence[Json]:
        """Namespaces among the inputs."""


@dataclass(frozen=True)
class Problem:
    """A finding before its place in the file is known; `path` is a path in the user's document."""

    rule: Rule
    severity: Severity
    path: Path
    message: str
    hint: str | None = None


def problem(
    rule: Rule, path: Path, message: str, hint: str | None = None, *, severity: Severity | None = None
) -> Problem:
    """A problem of a rule; hint and severity are the rule's own where none is given."""
    return Problem(rule, severity or rule.severity, path, message, hint or rule.hint)


@dataclass(frozen=True)
class Subject:
    """One workload; `injected` is None where nothing was injected."""

    document: Document
    pod: Pod
    injected: Pod | None
    settings: HasSettings
    bootstrap: Mapping[str, Json] | None = None
    services: Sequence[Json] = field(default_factory=tuple)

    @property
    def where(self) -> str:
        """`namespace/kind.name`."""
        kind = str(self.pod.document.get("kind") or "pod").lower()
        return f"{self.pod.namespace or 'default'}/{kind}.{self.pod.name}"

    @property
    def result(self) -> Pod:
        """The pod that will run."""
        return self.injected or self.pod

    @cached_property
    def ports(self) -> PortMap | None:
        """Ports of the injected pod."""
        if self.injected is None or self.injected.proxy is None:
            return None
        document, config = self.injected.document, self.settings.mesh.document
        return pod_ports(document, self.settings.release, bootstrap=self.bootstrap, mesh_config=config)

    @cached_property
    def rules(self) -> Rules | None:
        """Packet rules of the injected pod; None without rules or with invalid settings, which `invalid-annotation` reports."""
        if self.injected is None or self.injected.init is None:
            return None
        try:
            made = compute_rules(self.injected.document, self.settings)
        except MeshcError:
            return None
        return made if made.config else None

    def applications(self) -> list[tuple[Mapping[str, Json], Path]]:
        """The user's containers with their paths in the user's document."""
        return [(c, path) for c, path in self.pod.applications() if c.get("name") != PROXY]

    def annotation_path(self, name: str) -> Path:
        """The path of an annotation in the user's document, present or not."""
        return (*self.pod.path, "metadata", "annotations", name)

    def place(self, container: str, *rest: PathPart) -> Path:
        """The path of a container of the result in the user's document; the pod's spec where it was injected."""
        found = next((path for c, path in self.pod.containers() if c.get("name") == container), None)
        return (*found, *rest) if found else (*self.pod.path, "spec")


def subject_of(
    document: Document,
    injected: Json,
    settings: HasSettings,
    *,
    bootstrap: Mapping[str, Json] | None,
    services: Sequence[Json],
) -> Subject | None:
    """The subject of a document; None when it holds no pod."""
    try:
        pod = pod_of(document.value)
        result = pod_of(injected) if injected is not None else None
    except InputError:
        return None
    return Subject(document, pod, result, settings, bootstrap, services)
