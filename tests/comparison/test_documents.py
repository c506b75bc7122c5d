"""Matching documents, noise, and applying differences."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshc import Settings, diff
from meshc.comparison.api import apply
from meshc.comparison.compare import compare
from meshc.comparison.noise import entries, sift
from meshc.errors import InputError
from meshc.injection.api import inject
from tests.comparison.running_pods import as_sent, running


def _object(kind: str, name: str, **spec: Any) -> Any:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "a"}, "spec": spec}


def test_objects_are_matched_by_kind_namespace_and_name() -> None:
    old = [_object("Service", "x", type="A"), _object("Service", "y", type="B")]
    new = [_object("Service", "y", type="C"), _object("Service", "x", type="A"), _object("Pod", "x")]
    assert [(c.subject, [(d.kind, d.where) for d in c.differences]) for c in diff(old, new)] == [
        ("a/service.x", []),
        ("a/service.y", [("changed", "spec.type")]),
        ("a/pod.x", [("added", "")]),
    ]


def test_the_only_object_of_its_kind_on_each_side_is_the_same_renamed() -> None:
    (found,) = diff(_object("Service", "x"), _object("Service", "y"))
    assert [d.where for d in found.differences] == ["metadata.name"]


def test_anything_is_the_same_as_itself() -> None:
    pod = running(Settings.load(release="1.24", profile="demo"))
    assert not any(diff(pod, copy.deepcopy(pod)))
    assert not any(diff([], []))


def test_a_container_that_becomes_an_init_container_has_moved() -> None:
    old = {"containers": [{"name": "a"}, {"name": "p", "image": "1"}], "initContainers": [{"name": "i"}]}
    new = {"containers": [{"name": "a"}], "initContainers": [{"name": "i"}, {"name": "p", "image": "2"}]}
    found = compare(old, new)
    assert [(d.kind, d.where) for d in found] == [
        ("moved", "initContainers[name=p]"),
        ("changed", "initContainers[name=p].image"),
    ]
    assert apply(old, found) == new


@pytest.mark.parametrize("release", ["1.17.2", "1.30"])
def test_what_a_cluster_adds_is_noise_and_nothing_else_is(release: str) -> None:
    settings = Settings.load(release=release, profile="demo")
    wanted, shown = inject(as_sent(), settings, mode="webhook").manifest, running(settings)
    kept, noise = sift(compare(wanted, shown))
    assert kept == []
    assert len(noise) > 10
    assert all(n.reason for n in noise)


@pytest.mark.parametrize(
    ("field", "value"), [("dnsPolicy", "None"), ("restartPolicy", "Never"), ("terminationGracePeriodSeconds", 5)]
)
def test_a_field_set_to_anything_but_the_servers_default_counts(field: str, value: Any) -> None:
    old = _object("Pod", "x", containers=[{"name": "a"}])
    new = _object("Pod", "x", containers=[{"name": "a"}], **{field: value})
    assert [d.where for c in diff(old, new) for d in c.differences] == [f"spec.{field}"]


def test_a_container_added_with_defaults_is_shown_whole() -> None:
    old = _object("Pod", "x", containers=[{"name": "a"}])
    new = _object("Pod", "x", containers=[{"name": "a"}, {"name": "b", "terminationMessagePolicy": "File"}])
    assert [d.where for c in diff(old, new) for d in c.differences] == ["spec.containers[name=b]"]


def test_every_kind_of_noise_has_a_reason() -> None:
    for entry in [e for group in entries().values() for e in group]:
        assert entry["paths"], entry
        assert len(entry["reason"]) > 10, entry
        assert entry.keys() <= {"paths", "reason", "values", "differs"}, entry


def test_a_difference_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="does not fit"):
        apply({"a": {}}, compare({"a": [1, 2]}, {"a": [1, 3]}))


_items = st.lists(st.integers(0, 5), max_size=5)
_named = st.lists(st.sampled_from("abcdef"), max_size=5, unique=True)
_env = _named.flatmap(
    lambda names: st.tuples(
        *(st.fixed_dictionaries({"name": st.just(n), "value": st.sampled_from("xy")}) for n in names)
    )
).map(list)
_pods = st.fixed_dictionaries(
    {},
    optional={"args": _items, "env": _env, "ports": st.lists(st.builds(dict, name=st.sampled_from("ab")), max_size=3)},
)


@given(_pods, _pods)
@settings(derandomize=True, max_examples=400, deadline=None)
def test_applying_the_differences_gives_the_other_document(old: Any, new: Any) -> None:
    assert compare(apply(old, compare(old, new)), new) == []
