"""The inputs of the pod templates: the pod, and the injector's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from meshc.catalog import Release
from meshc.injection.identity import Identity

Json = Any

PROXY_ID = 1337
"""User and group of the proxy unless OpenShift assigns others."""
_READ = ("name", "image", "ports")


@dataclass(frozen=True, slots=True)
class TemplateInput:
    """One pod as its templates see it.

    `metadata` and `spec` are those of the *stripped* pod (docs/istio/injection.md § 7.2) in Kubernetes' typed form, `workload` its
    identity (`DeploymentMeta` and `TypeMeta`), `proxy_config` the pod's effective ProxyConfig in protobuf-JSON form,
    `native_sidecars` the injector's switch (before the annotation).  None of them is changed.
    """

    metadata: Mapping[str, Json]
    spec: Mapping[str, Json]
    workload: Identity
    proxy_config: Mapping[str, Json]
    proxy_uid: int = PROXY_ID
    proxy_gid: int = PROXY_ID
    native_sidecars: bool = False

    @property
    def annotations(self) -> Mapping[str, str]:
        """The pod's annotations."""
        return self.metadata.get("annotations") or {}

    @property
    def labels(self) -> Mapping[str, str]:
        """The pod's labels."""
        return self.metadata.get("labels") or {}

    @property
    def containers(self) -> list[Json]:
        """The pod's containers, without init containers: as much of them as the shipped templates depend on."""
        return [{k: c[k] for k in _READ if k in c} for c in self.spec.get("containers") or ()]


@dataclass(frozen=True, slots=True)
class Installed:
    """The injector the templates run in.

    `values` is its values document, `mesh` the effective MeshConfig, `features` its environment, `revision` its revision
    (may be empty).
    """

    release: Release
    values: Mapping[str, Json]
    mesh: Mapping[str, Json]
    revision: str = ""
    features: Mapping[str, str] = field(default_factory=dict)
