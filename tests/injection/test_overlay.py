"""Merging an overlay and recording it gives what a strategic merge read back into typed form gives."""

from __future__ import annotations

import copy
import random
from typing import Any

import jsonpatch
import orjson
import pytest

from meshc import catalog
from meshc.errors import InjectionError
from meshc.injection.edits import Map, origins, plain
from meshc.injection.overlay import lay_over
from meshc.injection.patch import operations
from meshc.kubernetes import strategic, typed
from tests.newest import NEWEST

RELEASE = catalog.release(NEWEST)


def _typed(pod: Any) -> Any:
    return typed.normalize(pod, "Pod", release=RELEASE)


def _laid(pod: Any, overlay: Any, *, directives: bool = False) -> Map:
    edited = Map(_typed(pod))
    lay_over(edited, overlay, layer="test", release=RELEASE, directives=directives)
    return edited


@pytest.mark.parametrize("seed", range(300))
def test_recorded_merge_equals_the_strategic_merge(seed: int) -> None:
    chance = random.Random(seed)
    pod = _typed(_pod(chance))
    overlays = [_pod(chance, overlay=True) for _ in range(chance.randrange(1, 3))]
    edited, want = Map(pod), copy.deepcopy(pod)
    for overlay in overlays:
        lay_over(edited, copy.deepcopy(overlay), layer="test", release=RELEASE)
        want = _typed(strategic.merge(want, overlay))
    assert plain(edited) == want
    patched = jsonpatch.apply_patch(copy.deepcopy(pod), orjson.loads(orjson.dumps(operations(edited, pod))))
    assert patched == want


@pytest.mark.parametrize(
    "overlay",
    [
        {"metadata": {"labels": {"$patch": "replace", "new": "1"}}},
        {"metadata": {"labels": {"$patch": "delete"}}},
        {"spec": {"containers": [{"name": "app", "$patch": "delete"}]}},
        {"spec": {"containers": [{"$patch": "replace"}, {"name": "only"}]}},
        {"spec": {"containers": [{"name": "app", "env": [{"name": "A", "$patch": "delete"}]}]}},
    ],
)
def test_directives_are_obeyed(overlay: Any) -> None:
    pod = {
        "metadata": {"labels": {"old": "1"}},
        "spec": {"containers": [{"name": "app", "env": [{"name": "A"}, {"name": "B"}]}, {"name": "other"}]},
    }
    edited = _laid(pod, overlay, directives=True)
    want = _typed(strategic.merge(_typed(pod), overlay))
    assert plain(edited) == want
    assert jsonpatch.apply_patch(_typed(pod), orjson.loads(orjson.dumps(operations(edited, _typed(pod))))) == want


@pytest.mark.parametrize(
    ("old", "new", "order"),
    [
        (["app"], ["istio-proxy"], ["istio-proxy", "app"]),
        (["X", "A", "Y"], ["B", "A"], ["B", "X", "A", "Y"]),
        (["fooSecret"], ["barSecret"], ["barSecret", "fooSecret"]),
        (["a", "b", "c"], ["c", "new", "a"], ["b", "c", "new", "a"]),
    ],
)
def test_order_of_a_merged_list(old: list[str], new: list[str], order: list[str]) -> None:
    edited = _laid(_names(old), _names(new))
    assert [c["name"] for c in edited["spec"]["containers"]] == order


def _names(names: list[str]) -> Any:
    return {"spec": {"containers": [{"name": name} for name in names]}}


def test_null_and_zero_remove_and_what_is_always_written_comes_back() -> None:
    pod = {
        "spec": {
            "hostNetwork": True,
            "containers": [
                {
                    "name": "app",
                    "resources": {"limits": {"cpu": "1"}},
                    "livenessProbe": {"initialDelaySeconds": 1, "httpGet": {"port": 80}},
                }
            ],
        }
    }
    overlay = {
        "spec": {
            "hostNetwork": False,
            "containers": [{"name": "app", "resources": None, "livenessProbe": {"initialDelaySeconds": 0}}],
        }
    }
    spec = plain(_laid(pod, overlay))["spec"]
    assert "hostNetwork" not in spec
    assert spec["containers"][0]["resources"] == {}
    assert spec["containers"][0]["livenessProbe"] == {"httpGet": {"port": 80}}


@pytest.mark.parametrize(
    ("overlay", "said"),
    [
        ({"metadata": {"annotations": {"a": 1}}}, "metadata.annotations.a"),
        ({"spec": {"containers": [{"name": "new", "image": 5}]}}, "spec.containers[0].image"),
        ({"spec": {"containers": [{"image": "x"}]}}, "merge key: name"),
        ({"spec": {"containers": "x"}}, "spec.containers"),
    ],
)
def test_an_overlay_that_does_not_fit_says_where(overlay: Any, said: str) -> None:
    with pytest.raises(InjectionError) as caught:
        _laid({"spec": {"containers": [{"name": "app"}]}}, overlay)
    assert said in str(caught.value)


def test_every_edit_carries_the_layer() -> None:
    edited = _laid(
        {"spec": {"containers": [{"name": "app"}]}},
        {
            "metadata": {"labels": {"a": "b"}},
            "spec": {"containers": [{"name": "istio-proxy"}, {"name": "app", "tty": True}]},
        },
    )
    found = origins(edited)
    assert set(found) == {
        ("metadata", "labels"),
        ("spec", "containers", 0),
        ("spec", "containers", 1, "tty"),
    }
    assert {edit.layer for edits in found.values() for edit in edits} == {"test"}


def _pod(chance: random.Random, *, overlay: bool = False) -> dict[str, Any]:
    metadata: dict[str, Any] = {"labels": _texts(chance, overlay), "annotations": _texts(chance, overlay)}
    spec: dict[str, Any] = {
        "containers": _named(chance, overlay, "abc"),
        "initContainers": _named(chance, overlay, "xy"),
        "volumes": [
            {"name": n, **chance.choice([{"emptyDir": {}}, {"emptyDir": None}, {"configMap": {"name": "c"}}])}
            for n in chance.sample("uvw", chance.randrange(3))
        ],
        "imagePullSecrets": [{"name": n} for n in chance.sample("st", chance.randrange(3))],
        "hostNetwork": chance.choice([True, False]),
        "securityContext": chance.choice(
            [{}, {"runAsUser": 0}, {"fsGroup": 5, "sysctls": [{"name": "a", "value": "b"}]}]
        ),
    }
    kept = {k: v for k, v in spec.items() if chance.random() < 0.7 or k == "containers"}
    if overlay and chance.random() < 0.2:
        kept["initContainers"] = None
    return {"metadata": {k: v for k, v in metadata.items() if chance.random() < 0.7}, "spec": kept}


def _named(chance: random.Random, overlay: bool, names: str) -> list[dict[str, Any]]:
    return [_container(chance, overlay, name) for name in chance.sample(names, chance.randrange(len(names) + 1))]


def _container(chance: random.Random, overlay: bool, name: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "image": chance.choice(["i", "j", ""]),
        "args": chance.choice([["1"], [], ["2", "3"]]),
        "env": [_env(chance, overlay, n) for n in chance.choices("ABC", k=chance.randrange(4))],
        "ports": [{"containerPort": p, "protocol": "TCP"} for p in chance.choices([1, 2, 3], k=chance.randrange(3))],
        "resources": chance.choice([{}, {"limits": {"cpu": "2000m"}}, {"limits": {"cpu": None, "memory": "1024Mi"}}]),
        "volumeMounts": [{"name": "v", "mountPath": p} for p in chance.sample(["/a", "/b"], chance.randrange(3))],
        "livenessProbe": chance.choice(
            [{"initialDelaySeconds": 0, "httpGet": {"port": 1}}, {"grpc": {"port": 2}}, {"periodSeconds": 3}]
        ),
        "tty": chance.choice([True, False]),
        "securityContext": chance.choice([{"privileged": False}, {"capabilities": {"drop": ["ALL"]}}, {}]),
    }
    if overlay:
        fields |= dict.fromkeys(chance.sample(sorted(fields), 2))
    return {"name": name, **{k: v for k, v in fields.items() if chance.random() < 0.5}}


def _env(chance: random.Random, overlay: bool, name: str) -> dict[str, Any]:
    sources: list[dict[str, Any]] = [
        {},
        {"value": "1"},
        {"value": ""},
        {"valueFrom": {"fieldRef": {"fieldPath": "p"}}},
        {"valueFrom": {"resourceFieldRef": {"resource": "r", **chance.choice([{}, {"divisor": "1"}])}}},
    ]
    if overlay:
        sources.append({"value": None})
    return {"name": name, **chance.choice(sources)}


def _texts(chance: random.Random, overlay: bool) -> dict[str, Any]:
    choices: list[str | None] = ["", "1", "2"]
    if overlay:
        choices.append(None)
    return {k: chance.choice(choices) for k in chance.sample("pqr", chance.randrange(4))}
