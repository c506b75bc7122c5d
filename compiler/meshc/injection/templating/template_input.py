"""A pod as its templates see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from meshc.injection.identity import Identity
from meshc.injection.openshift_ids import DEFAULT_ID
from meshc.models.proxy_config import ProxyConfig
from meshc.yamlio import Json

READ = ("name", "image", "ports")


@dataclass(frozen=True, slots=True)
class TemplateInput:
    """One pod as its templates see it.

    `metadata` and `spec` are those of the *stripped* pod (docs/istio/injection.md § 7.2) in Kubernetes' typed form, `workload` its
    identity (`DeploymentMeta` and `TypeMeta`), `proxy_config` the pod's effective ProxyConfig,
    `native_sidecars` the injector's switch (before the annotation).  None of them is changed.
    """

    metadata: Mapping[str, Json]
    spec: Mapping[str, Json]
    workload: Identity
    proxy_config: ProxyConfig
    proxy_uid: int = DEFAULT_ID
    proxy_gid: int = DEFAULT_ID
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
    def containers(self) -> list[dict[str, Json]]:
        """The pod's containers, without init containers: the fields that the built-in templates depend on."""
        return [{k: c[k] for k in READ if k in c} for c in self.spec.get("containers") or ()]
