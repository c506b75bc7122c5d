"""Where each kind of workload keeps its pod, and the pod its controller would make of it (docs/istio/injection.md § 11.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshc.injection.edits import Map
from meshc.yamlio import Json

LIST = "List"
POD = "Pod"
_FAKE_HASH = "meshc"


class Place(NamedTuple):
    """Where a kind keeps the metadata and the spec of its pod."""

    metadata: tuple[str, ...]
    spec: tuple[str, ...]


_TEMPLATE = Place(("spec", "template", "metadata"), ("spec", "template", "spec"))
_OF_JOB = ("spec", "jobTemplate", "spec", "template")
_CRONJOB = Place((*_OF_JOB, "metadata"), (*_OF_JOB, "spec"))
_CRONJOB_OFFLINE = Place(("spec", "jobTemplate", "metadata"), (*_OF_JOB, "spec"))
_PLACES = {
    POD: Place(("metadata",), ("spec",)),
    "Deployment": _TEMPLATE,
    "DaemonSet": _TEMPLATE,
    "ReplicaSet": _TEMPLATE,
    "StatefulSet": _TEMPLATE,
    "Job": _TEMPLATE,
    "CronJob": _CRONJOB_OFFLINE,
    "ReplicationController": _TEMPLATE,
    "DeploymentConfig": _TEMPLATE,
}
KINDS = frozenset(_PLACES)
"""Kinds whose pods are injected; any apiVersion goes.  A `List` of them is walked."""


def place_of(kind: str, mode: str, *, elsewhere: Mapping[str, str] | None = None) -> Place | None:
    """Where a kind keeps its pod in a mode, None for kinds without one.

    Offline a CronJob's labels and annotations are those of its job template.  `elsewhere` maps other kinds to the
    dotted path of their pod template.
    """
    if elsewhere and kind in elsewhere:
        path = tuple(elsewhere[kind].split("."))
        return Place((*path, "metadata"), (*path, "spec"))
    if kind == "CronJob" and mode == "webhook":
        return _CRONJOB
    return _PLACES.get(kind)


def open_pod(document: Map, place: Place) -> Map:
    """The pod of a workload opened for editing: an object with `metadata` and `spec`, both living in the document."""
    if place.metadata[:-1] == place.spec[:-1]:
        pod = document.open(*place.spec[:-1])
        pod.open("metadata"), pod.open("spec")
        return pod
    pod = Map({})
    pod["metadata"] = document.open(*place.metadata)
    pod["spec"] = document.open(*place.spec)
    return pod


def made_by_controller(document: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Json]:
    """Metadata as the pods of a workload have it: the template's, with the owner and labels the controller gives.

    Only for telling who the pod belongs to; a Pod is its own.
    """
    kind, name = document.get("kind"), (document.get("metadata") or {}).get("name") or ""
    if kind == POD:
        return dict(metadata)
    owner: dict[str, Json] = {"apiVersion": document.get("apiVersion"), "kind": kind, "name": name, "controller": True}
    labels = dict(metadata.get("labels") or {})
    if kind == "Deployment":
        labels["pod-template-hash"] = _FAKE_HASH
        owner |= {"kind": "ReplicaSet", "name": f"{name}-{_FAKE_HASH}"}
    elif kind == "CronJob":
        owner |= {"kind": "Job", "name": f"{name}-00000000"}
    elif kind == "DeploymentConfig":
        labels["deploymentconfig"] = name
        owner |= {"apiVersion": "v1", "kind": "ReplicationController", "name": f"{name}-1"}
    return dict(metadata) | {"generateName": f"{owner['name']}-", "ownerReferences": [owner], "labels": labels}
