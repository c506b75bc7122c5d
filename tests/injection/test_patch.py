"""The patch says in RFC 6902 what was recorded, and nothing more."""

from __future__ import annotations

import copy
import random
from typing import Any

import jsonpatch
import orjson
import pytest

from meshc.injection.edits import List, Map, origins, plain
from meshc.injection.patch import operations


def _applied(edited: Map, document: Any) -> Any:
    return jsonpatch.apply_patch(document, orjson.loads(orjson.dumps(operations(edited, document))))


def test_untouched_objects_give_no_operations() -> None:
    pod = {"spec": {"containers": [{"name": "a"}]}}
    edited = Map(pod)
    edited.open("spec").open_list("containers").open(0)
    assert operations(edited, pod) == []
    assert plain(edited) == pod


def test_keys_are_escaped_and_set_removed_and_added() -> None:
    pod = {"metadata": {"annotations": {"a/b~c": "1", "old": "2"}}}
    edited = Map(pod)
    annotations = edited.open("metadata", "annotations")
    annotations.put("a/b~c", "3", layer="x")
    annotations.put("new", "4", layer="x")
    annotations.discard("old", layer="x")
    assert operations(edited, pod) == [
        {"op": "replace", "path": "/metadata/annotations/a~1b~0c", "value": "3"},
        {"op": "add", "path": "/metadata/annotations/new", "value": "4"},
        {"op": "remove", "path": "/metadata/annotations/old"},
    ]


def test_a_value_set_to_what_it_was_is_no_operation() -> None:
    pod = {"spec": {"nodeName": "n", "containers": [{"args": ["a", "b"]}]}}
    edited = Map(pod)
    edited.open("spec").put("nodeName", "n", layer="x")
    edited.open("spec").open_list("containers").open(0).put("args", ["a", "b"], layer="x")
    assert operations(edited, pod) == []


def test_what_the_document_lacks_is_added_whole_and_never_removed() -> None:
    typed = {"metadata": {"creationTimestamp": None}, "spec": {"containers": [{"name": "a", "resources": {}}]}}
    document: dict[str, Any] = {"spec": {"containers": [{"name": "a", "unknown": 1}]}}
    edited = Map(typed)
    edited.open("metadata").discard("creationTimestamp", layer="x")
    resources = edited.open("spec").open_list("containers").open(0).open("resources")
    resources.put("limits", {"cpu": "1"}, layer="x")
    found = operations(edited, document)
    assert found == [
        {"op": "add", "path": "/metadata", "value": {}},
        {"op": "add", "path": "/spec/containers/0/resources", "value": {"limits": {"cpu": "1"}}},
    ]


@pytest.mark.parametrize("count", [10, 1500])
def test_the_number_of_operations_does_not_grow_with_the_pod(count: int) -> None:
    env = [{"name": f"E{i}", "value": str(i)} for i in range(count)]
    pod = {"spec": {"containers": [{"name": "app", "env": env, "livenessProbe": {"httpGet": {"port": 1}}}]}}
    edited = Map(pod)
    containers = edited.open("spec").open_list("containers")
    containers.place({"name": "istio-proxy"}, 0, layer="x")
    containers.open(1).open("livenessProbe", "httpGet").put("port", 2, layer="x")
    variables = containers.open(1).open_list("env")
    variables.place({"name": "NEW"}, layer="x")
    variables.insert(0, variables.pop(5))
    assert len(operations(edited, pod)) == 5
    assert _applied(edited, pod) == plain(edited)


@pytest.mark.parametrize("seed", range(200))
def test_the_patch_turns_the_document_into_the_edited_object(seed: int) -> None:
    chance = random.Random(seed)
    document = _object(chance, 3)
    before = copy.deepcopy(document)
    edited = Map(document)
    for _ in range(chance.randrange(1, 12)):
        _edit(edited, chance)
    assert document == before, "the document itself must not change"
    assert _applied(edited, copy.deepcopy(document)) == plain(edited)


def test_origins_name_every_layer_and_the_path_in_the_result() -> None:
    pod: dict[str, Any] = {"spec": {"containers": [{"name": "app"}]}}
    edited = Map(pod)
    containers = edited.open("spec").open_list("containers")
    containers.place({"name": "istio-proxy"}, 0, layer="template sidecar")
    containers.open(0).put("image", "a", layer="template sidecar")
    containers.open(0).put("image", "b", layer="user")
    found = origins(edited)
    assert [e.layer for e in found["spec", "containers", 0]] == ["template sidecar"]
    assert [e.layer for e in found["spec", "containers", 0, "image"]] == ["template sidecar", "user"]
    assert [e.value for e in found["spec", "containers", 0, "image"]] == ["a", "b"]


def _object(chance: random.Random, depth: int) -> dict[str, Any]:
    return {f"k{i}": _value(chance, depth) for i in range(chance.randrange(0, 5))}


def _value(chance: random.Random, depth: int) -> Any:
    kind = chance.choice(["scalar", "object", "list", "scalars"]) if depth else "scalar"
    if kind == "object":
        return _object(chance, depth - 1)
    if kind == "list":
        return [_object(chance, depth - 1) for _ in range(chance.randrange(0, 5))]
    if kind == "scalars":
        return [chance.choice("abc") for _ in range(chance.randrange(0, 4))]
    return chance.choice([None, "", "x", 1, 0, True, False])


def _edit(node: Map, chance: random.Random) -> None:
    key = f"k{chance.randrange(6)}"
    value = node.get(key)
    if isinstance(value, dict) and chance.random() < 0.7:
        _edit(node.open(key), chance)
    elif isinstance(value, list) and all(isinstance(item, dict) for item in value) and chance.random() < 0.8:
        _edit_list(node.open_list(key), chance)
    elif chance.random() < 0.3:
        node.discard(key, layer="x")
    else:
        node.put(key, _value(chance, 2), layer="x")


def _edit_list(items: List, chance: random.Random) -> None:
    action = chance.choice(["place", "drop", "move", "open"])
    if action == "place" or not items:
        items.place({"new": chance.randrange(9)}, chance.randrange(len(items) + 1), layer="x")
    elif action == "drop":
        del items[chance.randrange(len(items))]
    elif action == "move":
        items.insert(chance.randrange(len(items)), items.pop(chance.randrange(len(items))))
    else:
        _edit(items.open(chance.randrange(len(items))), chance)
