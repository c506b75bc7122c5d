"""Name and kind of the workload a pod belongs to (docs/istio/injection.md § 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from meshc.catalog import Release
from meshc.yamlio import Json

_JOB_OF_CRONJOB = re.compile(r"(.+)-[0-9]{8,10}")


class Identity(NamedTuple):
    """The workload: `DeploymentMeta` (name, namespace) and `TypeMeta` (apiVersion, kind) of the templates."""

    api_version: str
    kind: str
    name: str
    namespace: str


def of_pod(metadata: Mapping[str, Json], release: Release, *, namespace: str = "") -> Identity:
    """The workload of a pod, from its controlling owner; a pod without `generateName` is its own.

    `namespace` stands in for a pod whose metadata has none.
    """
    name, space = metadata.get("name") or "", metadata.get("namespace") or namespace
    owner = _controller(metadata) if metadata.get("generateName") else None
    if owner is None:
        return Identity("v1", "Pod", name, space)
    api_version, kind = owner.get("apiVersion") or "", owner.get("kind") or ""
    owner_name = owner.get("name") or ""
    derived = _derive(kind, owner_name, labels=metadata.get("labels") or {}, release=release)
    if derived is not None:
        kind, owner_name, api_version = derived[0], derived[1], derived[2] or api_version
    return Identity(api_version, kind, owner_name or name, space)


def hides_deploymentconfig_label(metadata: Mapping[str, Json], release: Release) -> bool:
    """Whether templates must not see the label `deploymentconfig` of this pod."""
    if not release.has("injection.deploymentconfig_label_hidden") or not metadata.get("generateName"):
        return False
    owner = _controller(metadata)
    labels = metadata.get("labels") or {}
    return owner is not None and owner.get("kind") == "ReplicationController" and bool(labels.get("deploymentconfig"))


def _controller(metadata: Mapping[str, Json]) -> Mapping[str, Json] | None:
    return next((o for o in metadata.get("ownerReferences") or () if o.get("controller")), None)


def _derive(kind: str, name: str, *, labels: Mapping[str, str], release: Release) -> tuple[str, str, str | None] | None:
    """(kind, name, apiVersion or None to keep it) of the object behind the owner, None when it is the owner itself."""
    if kind == "ReplicaSet":
        if _ends_with(name, labels.get("pod-template-hash")):
            return "Deployment", name.removesuffix(f"-{labels['pod-template-hash']}"), None
        if release.has("injection.rollout_owner") and _ends_with(name, labels.get("rollouts-pod-template-hash")):
            return "Rollout", name.removesuffix(f"-{labels['rollouts-pod-template-hash']}"), "v1alpha1"
    elif kind == "ReplicationController" and labels.get("deploymentconfig"):
        return "DeploymentConfig", labels["deploymentconfig"], None
    elif kind == "Job" and (match := _JOB_OF_CRONJOB.fullmatch(name)):
        new = release.has("injection.cronjob_owner_batch_v1")
        return "CronJob", match[1], "batch/v1" if new else "batch/v1beta1"
    return None


def _ends_with(name: str, suffix: str | None) -> bool:
    return bool(suffix) and name.endswith(str(suffix))
