"""`inject/cases.json`: workloads → injected workloads, in both modes (README.md, "Comparison in … mode")."""

from __future__ import annotations

import copy
import dataclasses
import re
from typing import Any

import jsonpatch
import orjson
import pytest

from meshc import yamlio
from meshc.catalog import release
from meshc.errors import MeshcError
from meshc.injection.api import inject_stream
from meshc.kubernetes import typed
from meshc.models.mesh_config import MeshConfig
from meshc.settings import Settings
from meshc.webhook import review
from tests.conformance.data import Row

KINDS = frozenset(
    [
        "Pod",
        "Deployment",
        "DeploymentConfig",
        "DaemonSet",
        "StatefulSet",
        "Job",
        "ReplicaSet",
        "ReplicationController",
        "CronJob",
    ]
)
STATUS = "sidecar.istio.io/status"
HEX_VERSION = re.compile(r"(sidecar\.istio\.io/status: '\{\"version\":\")([0-9a-f]+)(\",)")


def run(row: Row) -> None:
    """Every mode of the row, by its rule."""
    for mode in row["modes"]:
        _offline(row) if mode == "kube-inject" else _webhook(row)


def settings(row: Row, mode: str) -> Settings:
    """The row's settings through the public door."""
    loaded = Settings.load(**keywords(row, mode))
    # `mesh_config: null` is a webhook without any MeshConfig, the built-in one included (its status port is 0)
    return dataclasses.replace(loaded, mesh=MeshConfig({})) if mesh_of(row) is None else loaded


def mesh_of(row: Row) -> Any:
    """The row's MeshConfig, None when it has none at all."""
    return row["mesh_config"] if "mesh_config" in row.fields else row.json(row["settings"])["mesh_config"]


def keywords(row: Row, mode: str) -> dict[str, Any]:
    """The row's settings as keywords of `Settings.load`."""
    found = row.json(row["settings"])
    config = found["injection_config"]
    templates = dict.fromkeys(config.get("template_names") or ())
    values = found["values"]
    own = ((values or {}).get("sidecarInjectorWebhook") or {}).get("templates") or {}
    return {
        "release": row["tag"],
        "resolved_values": copy.deepcopy(values),
        "resolved_mesh_config": copy.deepcopy(mesh_of(row)) or {},
        "injector_config": {
            "policy": config["policy"],
            "defaultTemplates": config["default_templates"],
            "alwaysInjectSelector": config["always_inject_selector"],
            "neverInjectSelector": config["never_inject_selector"],
            "injectedAnnotations": config.get("injected_annotations") or {},
            "aliases": config.get("aliases") or {},
            "templates": {
                **templates,
                **own,
                **(found.get("overlay_templates") or {}),
                **(found.get("custom_templates_text") or {}),
            },
        },
        "feature": _features(row),
        "mode": mode,
        "revision": row.get("revision") if row.get("revision") is not None else _usual_revision(mode),
        "resources": _cluster(row),
    }


def _usual_revision(mode: str) -> str:
    return "default" if mode == "webhook" else ""


def _features(row: Row) -> dict[str, str]:
    """The row's environment; where no nodes are given the native switch stands for what was found out about them."""
    features: dict[str, str] = dict(row.get("env") or {})
    if not (row.get("cluster") or {}).get("nodes"):
        features.setdefault("ENABLE_NATIVE_SIDECARS", "true" if row.get("native_sidecars") else "false")
    return features


def _cluster(row: Row) -> list[Any]:
    cluster = row.get("cluster") or {}
    nodes = [
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": node["name"]},
            "status": {"nodeInfo": {"kubeletVersion": node["kubelet_version"]}},
        }
        for node in cluster.get("nodes") or ()
    ]
    namespaces = [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": space["name"],
                "annotations": space.get("annotations") or {},
                "labels": {"istio-injection": "enabled"},
            },
        }
        for space in cluster.get("namespaces") or ()
    ]
    return nodes + namespaces


def _offline(row: Row) -> None:
    text = row.text(row["input"])
    if row.get("expected_error"):
        with pytest.raises(MeshcError) as caught:
            inject_stream(text, settings(row, "kube-inject"))
        assert row["expected_error"] in str(caught.value).lower()
        return
    prepared = settings(row, "kube-inject")
    stream = inject_stream(text, prepared)
    if row.get("expected_log"):
        assert any(row["expected_log"] in warning for warning in stream.warnings), stream.warnings
    got = HEX_VERSION.sub(r"\1\3", stream.text).strip()
    assert got == row.text(row["golden"]).strip()
    assert inject_stream(text, prepared).text == stream.text, "the same input gave other bytes"


def _webhook(row: Row) -> None:
    prepared = settings(row, "webhook")
    found = list(pairs(row))
    assert found
    for workload, golden in found:
        pod = pod_of(workload)
        namespace = (workload.get("metadata") or {}).get("namespace") or ""
        answer = ask(pod, namespace, prepared)
        if row.get("expected_error"):
            assert not answer["allowed"]
            assert row["expected_error"] in answer["status"]["message"].lower()
            continue
        assert answer["allowed"], answer
        got = patched(pod, answer)
        _check_metadata_json(got)
        equal(got, pod_of(golden), row, drop=frozenset())
        if row.header.get("webhook", {}).get("idempotency_check"):
            equal(got, pod_of(golden), row, drop=frozenset({"ISTIO_METAJSON_ANNOTATIONS"}))


def ask(pod: Any, namespace: str, prepared: Settings) -> Any:
    request = {"uid": "u", "namespace": namespace, "operation": "CREATE", "object": pod}
    body = orjson.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request})
    answer = review(body, prepared, "/inject")
    assert review(body, prepared, "/inject") == answer, "the same review gave another answer"
    return orjson.loads(answer)["response"]


def patched(pod: Any, answer: Any) -> Any:
    if "patch" not in answer:
        return copy.deepcopy(pod)
    import base64

    return jsonpatch.apply_patch(copy.deepcopy(pod), orjson.loads(base64.b64decode(answer["patch"])))


def pairs(row: Row) -> Any:
    inputs = _workloads(row.text(row["input"]))
    goldens = _workloads(row.text(row["golden"])) if row.get("golden") else inputs
    assert len(inputs) == len(goldens)
    return zip(inputs, goldens, strict=True)


def _workloads(text: str) -> list[Any]:
    found = []
    for document in yamlio.load_all(text):
        value = document.value
        items = value.get("items") or [] if value.get("kind") == "List" else [value]
        found += [item for item in items if item.get("kind") in KINDS]
    return found


def pod_of(workload: Any) -> Any:
    """The pod a controller would send, or the workload itself when it is one."""
    tag = release("1.30")
    if workload["kind"] == "Pod":
        return typed.normalize(workload, "Pod", release=tag, courtesy=True)
    if workload["kind"] == "CronJob":
        job = workload["spec"]["jobTemplate"]
        metadata, spec = job.get("metadata") or {}, job["spec"]["template"]["spec"]
    else:
        template = workload["spec"]["template"]
        metadata, spec = template.get("metadata") or {}, template["spec"]
    name, kind, version = workload["metadata"]["name"], workload["kind"], workload["apiVersion"]
    metadata = copy.deepcopy(metadata)
    generate = name
    if kind == "Deployment":
        metadata["labels"] = {**(metadata.get("labels") or {}), "pod-template-hash": "fake"}
        name, kind, version, generate = f"{name}-fake", "ReplicaSet", "apps/v1", f"{name}-fake-"
    metadata["generateName"] = generate
    metadata["ownerReferences"] = [{"apiVersion": version, "kind": kind, "name": name, "controller": True}]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    return typed.normalize(pod, "Pod", release=tag, courtesy=True)


def _check_metadata_json(pod: Any) -> None:
    for container in [*(pod["spec"].get("containers") or ()), *(pod["spec"].get("initContainers") or ())]:
        for env in container.get("env") or ():
            if env["name"].startswith("ISTIO_METAJSON_") and "value" in env:
                value = orjson.loads(env["value"])
                assert all(isinstance(v, str) for v in value.values())


def equal(got: Any, want: Any, row: Row, *, drop: frozenset[str]) -> None:
    got, want = _comparable(got, drop, clear=True), _comparable(want, drop, clear=False)
    assert got == want, _difference(got, want)


def _comparable(pod: Any, drop: frozenset[str], *, clear: bool) -> Any:
    pod = typed.normalize(pod, "Pod", release=release("1.30"))
    annotations = pod["metadata"].get("annotations") or {}
    annotations.pop(STATUS, None)
    if not annotations:
        pod["metadata"].pop("annotations", None)
    for container in pod["spec"].get("containers") or ():
        if drop:
            container["env"] = [e for e in container.get("env") or () if e["name"] not in drop]
        for env in container.get("env") or () if clear else ():
            ((env.get("valueFrom") or {}).get("fieldRef") or {}).pop("apiVersion", None)
    return pod


def _difference(got: Any, want: Any) -> str:
    patch = jsonpatch.make_patch(want, got).patch
    return "\n".join(str(operation)[:300] for operation in patch[:12])
