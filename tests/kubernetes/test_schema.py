"""The schema data against the published JSON schemas of Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from meshc.kubernetes.schema import Field, merge_keys, struct
from meshc.trees import ITEM_KEYS
from meshc.yamlio import Json

ROOTS = {
    **{f"io.k8s.api.core.v1.{kind}": kind for kind in ("Pod", "ReplicationController", "Service", "ServiceAccount")},
    **{f"io.k8s.api.apps.v1.{kind}": kind for kind in ("Deployment", "DaemonSet", "ReplicaSet", "StatefulSet")},
    **{f"io.k8s.api.batch.v1.{kind}": kind for kind in ("Job", "CronJob")},
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler": "HorizontalPodAutoscaler",
    "io.k8s.api.policy.v1.PodDisruptionBudget": "PodDisruptionBudget",
}
SCALARS = {"Quantity": "quantity", "IntOrString": "intstr", "Time": "time", "MicroTime": "time", "FieldsV1": "any"}
# written although optional, or left out although required: Go's tags, which the published schemas do not show
ODD = {
    "ContainerRestartRule.action", "ContainerRestartRuleOnExitCodes.operator", "PodCertificateProjection.keyType",
    "PodCertificateProjection.signerName", "GRPCAction.service", "HorizontalPodAutoscalerStatus.currentMetrics",
    "ProjectedVolumeSource.sources", "ResourceFieldSelector.divisor", "ServicePort.targetPort", "StatefulSetOrdinals.start",
    "StatefulSetSpec.serviceName", "StatefulSetStatus.availableReplicas", "TypedLocalObjectReference.apiGroup",
    "TypedObjectReference.apiGroup",
}  # fmt: skip


def _definitions(level: int) -> dict[str, Json]:
    package = pytest.importorskip("kubernetes_validate")
    file = Path(package.__file__).parent / "kubernetes-json-schema" / f"v1.{level}.0-local" / "_definitions.json"
    if not file.exists():
        pytest.skip(f"no schemas of Kubernetes 1.{level} installed")
    definitions: dict[str, Json] = orjson.loads(file.read_bytes())["$defs"]
    return definitions


@pytest.mark.parametrize("level", range(26, 35))
def test_fields_types_and_merge_keys_are_those_of_kubernetes(level: int) -> None:
    definitions = _definitions(level)
    seen: set[tuple[str, str]] = set()
    problems = [p for name, ours in ROOTS.items() for p in _compare(definitions, name, ours, level=level, seen=seen)]
    assert problems == []
    assert len(seen) > 100


def _compare(
    definitions: dict[str, Json], name: str, ours: str, *, level: int, seen: set[tuple[str, str]]
) -> Iterator[str]:
    if (name, ours) in seen:
        return
    seen.add((name, ours))
    properties = definitions[name].get("properties", {})
    fields = struct(ours, level)
    yield from (f"{ours}.{extra} is not in Kubernetes" for extra in fields.keys() - properties.keys())
    for key, schema in properties.items():
        field = fields.get(key)
        if field is None:
            yield f"{ours}.{key} is missing"
            continue
        if _kept(field) != (key in definitions[name].get("required", [])) and not _may_differ(field, f"{ours}.{key}"):
            yield f"{ours}.{key} is required on one side"
        shape, inner = _inner(schema)
        if shape == "list" and schema.get("x-kubernetes-patch-merge-key") != field.merge_key:
            yield f"{ours}.{key} has another merge key"
        if (
            shape == "list"
            and not field.merge_key
            and (schema.get("x-kubernetes-patch-strategy") == "merge") != field.union
        ):
            yield f"{ours}.{key} merges on one side"
        if shape != field.shape:
            yield f"{ours}.{key} is a {shape}"
        target = inner.get("$ref", "").rpartition("/")[2]
        if field.struct and target:
            yield from _compare(definitions, target, field.of, level=level, seen=seen)
        elif field.of != "any" and field.of != _scalar(inner, target):
            yield f"{ours}.{key} is a {_scalar(inner, target)}"


def _kept(field: Field) -> bool:
    return field.always or (
        not field.pointer and field.shape == "one" and (field.struct or field.of in ("quantity", "intstr", "time"))
    )


def _may_differ(field: Field, name: str) -> bool:
    """Structs and times without a pointer are written whatever their tag says."""
    return name in ODD or (
        not field.always and field.shape == "one" and not field.pointer and (field.struct or field.of == "time")
    )


def _inner(schema: Json) -> tuple[str, Json]:
    if "items" in schema:
        return "list", schema["items"]
    if "additionalProperties" in schema:
        return "map", schema["additionalProperties"]
    return "one", schema


def _scalar(schema: Json, target: str) -> str:
    if target:
        return SCALARS.get(target.rpartition(".")[2], target)
    types = schema.get("type")
    kind = str(types[0] if isinstance(types, list) else types)
    if kind == "integer":
        return str(schema.get("format", "int32"))
    return {"string": "string", "boolean": "bool", "object": "any"}.get(kind, kind)


def test_a_field_reads_as_it_is_written() -> None:
    container = struct("Container", 35)
    assert container["env"] == Field("env", "EnvVar", "list", merge_key="name")
    assert container["name"].always
    assert list(struct("EphemeralContainer", 35))[-1] == "targetContainerName"
    assert struct("ObjectMeta")["finalizers"].union
    assert struct("SecurityContext")["runAsUser"].pointer
    with pytest.raises(KeyError):
        struct("Nothing")


def test_merge_keys_are_gathered_by_the_name_of_the_list() -> None:
    keys = merge_keys()
    assert keys["volumeMounts"] == ("mountPath",)
    assert keys["ports"] == ("containerPort", "port")
    assert "args" not in keys


def test_items_of_unknown_lists_are_named_by_merge_keys_alone() -> None:
    known = {key for keys in merge_keys().values() for key in keys}
    assert set(ITEM_KEYS) <= known
