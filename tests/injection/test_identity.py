"""Which workload a pod belongs to."""

from __future__ import annotations

from typing import Any

import pytest

from meshc import catalog
from meshc.injection.identity import hides_deploymentconfig_label, of_pod
from tests.newest import NEWEST

NEW, OLD = catalog.release(NEWEST), catalog.release("1.17")


def _owned(kind: str, name: str, api_version: str = "apps/v1", **labels: str) -> dict[str, Any]:
    owners = [
        {"kind": "Other", "name": "x"},
        {"apiVersion": api_version, "kind": kind, "name": name, "controller": True},
    ]
    labels = {key.replace("_", "-"): value for key, value in labels.items()}
    return {"generateName": "g-", "namespace": "ns", "ownerReferences": owners, "labels": labels}


@pytest.mark.parametrize(
    ("metadata", "new", "old"),
    [
        (_owned("ReplicaSet", "web-5d", pod_template_hash="5d"), ("apps/v1", "Deployment", "web"), None),
        (_owned("ReplicaSet", "web-5d", pod_template_hash="6e"), ("apps/v1", "ReplicaSet", "web-5d"), None),
        (_owned("ReplicaSet", "web"), ("apps/v1", "ReplicaSet", "web"), None),
        (
            _owned("ReplicaSet", "web-5d", rollouts_pod_template_hash="5d"),
            ("v1alpha1", "Rollout", "web"),
            ("apps/v1", "ReplicaSet", "web-5d"),
        ),
        (
            _owned("ReplicationController", "web-1", "v1", deploymentconfig="web"),
            ("v1", "DeploymentConfig", "web"),
            None,
        ),
        (
            _owned("Job", "backup-28012345", "batch/v1"),
            ("batch/v1", "CronJob", "backup"),
            ("batch/v1beta1", "CronJob", "backup"),
        ),
        (_owned("Job", "backup-1234567", "batch/v1"), ("batch/v1", "Job", "backup-1234567"), None),
        (
            _owned("Job", "a-12345678-12345678", "batch/v1"),
            ("batch/v1", "CronJob", "a-12345678"),
            ("batch/v1beta1", "CronJob", "a-12345678"),
        ),
        ({"name": "p", "namespace": "ns"}, ("v1", "Pod", "p"), None),
        ({"name": "p", "namespace": "ns", "ownerReferences": [{"kind": "Job", "name": "j", "controller": True}]}, ("v1", "Pod", "p"), None),
        ({"generateName": "g-", "namespace": "ns"}, ("v1", "Pod", ""), None),
    ],
)  # fmt: skip
def test_owner_of_a_pod(metadata: Any, new: tuple[str, ...], old: tuple[str, ...] | None) -> None:
    assert of_pod(metadata, NEW) == (*new, "ns")
    assert of_pod(metadata, OLD) == (*(old or new), "ns")


@pytest.mark.parametrize(
    ("release", "hidden"),
    [("1.18.7", True), ("1.19.8", True), ("1.19.9", False), ("1.20.4", True), ("1.20.5", False), ("1.21.0", True), ("1.21.1", False)],
)  # fmt: skip
def test_patches_that_hide_the_label_of_a_deploymentconfig(release: str, hidden: bool) -> None:
    metadata = _owned("ReplicationController", "web-1", "v1", deploymentconfig="web")
    assert hides_deploymentconfig_label(metadata, catalog.release(release)) is hidden
