"""Any valid pod, drawn from Kubernetes' own OpenAPI schema, and the judge of what comes out."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from kubernetes_validate import utils
from referencing import Registry, Resource

from meshc.catalog import Release

Json = Any
CORE = "io.k8s.api.core.v1."
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
# of these fields exactly one is set
CHOICES = {
    "Probe": ["exec", "grpc", "httpGet", "tcpSocket"],
    "LifecycleHandler": ["exec", "httpGet", "tcpSocket"],
    "EnvVar": ["value", "valueFrom"],
    "EnvVarSource": ["configMapKeyRef", "fieldRef", "resourceFieldRef", "secretKeyRef"],
    "EnvFromSource": ["configMapRef", "secretRef"],
    "Volume": [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "hostPath",
        "nfs",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ],
    "VolumeProjection": ["configMap", "downwardAPI", "secret", "serviceAccountToken"],
}
WORDS: dict[str, list[str]] = {
    "PodSpec.dnsPolicy": ["ClusterFirst", "Default"],
    "PodSpec.restartPolicy": ["Always", "Never"],
    "PodSpec.preemptionPolicy": ["Never"],
    "Container.imagePullPolicy": ["Always", "IfNotPresent", "Never"],
    "Container.terminationMessagePolicy": ["File", "FallbackToLogsOnError"],
    "ContainerPort.protocol": ["TCP", "UDP", "SCTP"],
    "HTTPGetAction.scheme": ["HTTP", "HTTPS"],
    "Toleration.operator": ["Exists", "Equal"],
    "Toleration.effect": ["NoSchedule", "NoExecute"],
    "PodOS.name": ["linux"],
}
# what an injected pod can't be (or what says who the pod is, which the tests give themselves)
LEFT_OUT = {
    "PodSpec": ["hostNetwork", "ephemeralContainers", "containers", "initContainers", "volumes", "os", "resources"],
    "Container": ["name", "volumeMounts", "volumeDevices", "restartPolicy", "restartPolicyRules"],
    "Probe": ["terminationGracePeriodSeconds"],
}
TEXTS = ["a", "yes", "010", "1e3", "a: b", "- a", "{{ 1 }}", "x\ny", "~", 'q"', "ünï", "*x", "2024-01-01"]
NAMES = ["a", "web", "db-1", "x0"]


@cache
def definitions(minor: int) -> dict[str, Json]:
    """The definitions of Kubernetes 1.<minor>."""
    folder = f"kubernetes-json-schema/v1.{minor}.0-local-strict/_definitions.json"
    document: dict[str, Json] = utils.schema_contents(folder, f"1.{minor}")
    return document


def problems(pod: Json, release: Release) -> list[str]:
    """What the OpenAPI schema of the Kubernetes version the release knows has against a pod; unknown fields count."""
    return [
        f"{error.json_path}: {error.message}" for error in _validator(release.fact("kubernetes.minor")).iter_errors(pod)
    ]


@cache
def pods(minor: int) -> st.SearchStrategy[Json]:
    """Pods that fit the schema, with names, mounts and choices as the API server wants them."""
    return st.builds(
        _pod,
        spec=_struct(f"{CORE}PodSpec", minor, 3),
        containers=st.lists(_struct(f"{CORE}Container", minor, 3), min_size=1, max_size=3),
        init=st.lists(_struct(f"{CORE}Container", minor, 2), max_size=2),
        volumes=st.lists(_struct(f"{CORE}Volume", minor, 3), max_size=3, unique_by=lambda v: str(v["name"])),
        labels=_words(),
        annotations=_words(),
    )


def _pod(
    *, spec: Json, containers: list[Json], init: list[Json], volumes: list[Json], labels: Json, annotations: Json
) -> Json:
    named = [{**c, "name": f"app-{n}"} for n, c in enumerate(containers)]
    first = [{k: v for k, v in c.items() if not k.endswith("Probe") and k != "lifecycle"} for c in init]
    first = [{**c, "name": f"init-{n}"} for n, c in enumerate(first)]
    mounts = [{"name": v["name"], "mountPath": f"/mnt/{n}"} for n, v in enumerate(volumes)]
    if mounts:
        named[0] = {**named[0], "volumeMounts": mounts}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop", "labels": labels, "annotations": annotations},
        "spec": {**spec, "containers": named, "initContainers": first, "volumes": volumes},
    }


@cache
def _struct(name: str, minor: int, depth: int) -> st.SearchStrategy[Json]:
    schema, short = definitions(minor)["$defs"][name], name.removeprefix(CORE)
    fields = {f: s for f, s in schema.get("properties", {}).items() if f not in LEFT_OUT.get(short, [])}
    choices = [f for f in CHOICES.get(short, []) if f in fields]
    needed = set(schema.get("required", [])) & fields.keys()
    parts = {
        f: _value(s, f"{short}.{f}", minor, depth - 1)
        for f, s in fields.items()
        if f in needed or f in choices or (short not in ("Volume", "EnvVar") and (depth > 0 or "$ref" not in s))
    }
    plain = {f: s for f, s in parts.items() if f not in choices}
    required = {f: s for f, s in plain.items() if f in needed}
    base = st.fixed_dictionaries(required, optional={f: s for f, s in plain.items() if f not in needed})
    if not choices:
        return base
    one = st.one_of([st.fixed_dictionaries({f: parts[f]}) for f in choices])
    return st.builds(lambda a, b: {**a, **b}, base, one)


def _value(schema: Json, place: str, minor: int, depth: int) -> st.SearchStrategy[Json]:
    if "$ref" in schema:
        return _reference(schema["$ref"].rpartition("/")[2], place, minor, depth)
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "array" in kinds:
        return _list(schema, place, minor, depth)
    if "object" in kinds:
        inner = schema.get("additionalProperties")
        return (
            st.dictionaries(st.sampled_from(NAMES), _value(inner, place, minor, depth), max_size=2)
            if inner
            else _words()
        )
    if "boolean" in kinds:
        return st.booleans()
    if "integer" in kinds:
        return st.integers(1, 65535 if place.endswith("Port") else 600)
    return st.sampled_from(WORDS.get(place) or (NAMES if place.endswith((".name", "key", "Name")) else TEXTS))


def _reference(name: str, place: str, minor: int, depth: int) -> st.SearchStrategy[Json]:
    if name == QUANTITY:
        return st.sampled_from(["1", "100m", "1.5", "1024Mi", "2e3", 2, 0.5])
    if name == INT_OR_STRING:
        return st.one_of(st.integers(1, 65535), st.sampled_from(["http", "grpc"]))
    if "properties" not in definitions(minor)["$defs"][name]:
        return st.sampled_from(TEXTS)
    return st.deferred(lambda: _struct(name, minor, depth))


def _list(schema: Json, place: str, minor: int, depth: int) -> st.SearchStrategy[Json]:
    keys = schema.get("x-kubernetes-list-map-keys") or [schema.get("x-kubernetes-patch-merge-key")]
    lists = st.lists(_value(schema["items"], place, minor, depth), max_size=2)
    return lists if keys == [None] else lists.map(lambda items: _keyed(items, [k for k in keys if k != "protocol"]))


def _keyed(items: list[Json], keys: list[str]) -> list[Json]:
    """Items with their keys set, each combination once."""
    whole = [{**dict.fromkeys(keys, f"k{n}"), **item} for n, item in enumerate(items)]
    return list({tuple(item[key] for key in keys): item for item in whole}.values())


def _words() -> st.SearchStrategy[Json]:
    return st.dictionaries(st.sampled_from(NAMES), st.sampled_from(TEXTS), max_size=2)


@cache
def _validator(minor: int) -> Draft202012Validator:
    document = definitions(minor)
    registry: Registry[Json] = Resource.from_contents(document) @ Registry()
    pod = {"$schema": document["$schema"], "$ref": f"{document['$id']}#/$defs/{CORE}Pod"}
    return Draft202012Validator(pod, registry=registry)
