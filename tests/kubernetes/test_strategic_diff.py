"""A strategic merge patch made from two objects turns one into the other."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from meshc.errors import InputError
from meshc.kubernetes import strategic
from meshc.kubernetes.strategic_diff import diff
from tests.injection.test_uninject import PODS, injected, settings

QUICK = hypothesis_settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
NAMED = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("abcde")}, optional={"image": st.sampled_from("xy")}),
    max_size=4,
)
PORTS = st.lists(
    st.fixed_dictionaries({"containerPort": st.integers(1, 3)}, optional={"name": st.sampled_from("xy")}), max_size=3
)
SPECS = st.fixed_dictionaries(
    {"containers": NAMED},
    optional={
        "volumes": NAMED,
        "nodeSelector": st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy")),
        "tolerations": st.lists(st.fixed_dictionaries({"key": st.sampled_from("ab")}), max_size=2),
        "securityContext": st.fixed_dictionaries({}, optional={"runAsUser": st.integers(0, 1)}),
        "hostNetwork": st.booleans(),
    },
)
METADATA = st.fixed_dictionaries({}, optional={"finalizers": st.lists(st.sampled_from("abc"), unique=True)})
PODS_OF_ANY_KIND = st.builds(
    lambda spec, metadata, ports: (
        {"spec": spec, "metadata": metadata}
        | ({"spec": {**spec, "containers": [{**spec["containers"][0], "ports": ports}]}} if spec["containers"] else {})
    ),
    SPECS,
    METADATA,
    PORTS,
)


@given(old=PODS_OF_ANY_KIND, new=PODS_OF_ANY_KIND)
@QUICK
def test_the_patch_turns_any_pod_into_any_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    before = copy.deepcopy(old)
    assert strategic.merge(old, diff(old, new, schema="Pod"), schema="Pod") == new
    assert old == before


@pytest.mark.parametrize("minor", ["1.17", "1.30"])
@given(workload=PODS)
@hypothesis_settings(QUICK, max_examples=15)
def test_the_patch_of_an_injection_gives_its_result(minor: str, workload: dict[str, Any]) -> None:
    result = injected(workload, settings(minor))
    patch = diff(result.edited.base, result.manifest, schema="Pod")
    assert strategic.merge(result.edited.base, patch, schema="Pod") == result.manifest


def test_directives_stand_only_where_merging_alone_would_not_do() -> None:
    old = {"spec": {"containers": [{"name": "a"}, {"name": "b"}], "hostNetwork": True}}
    new = {"spec": {"containers": [{"name": "c"}, {"name": "b", "image": "x"}]}}
    assert diff(old, new, schema="Pod") == {
        "spec": {
            "hostNetwork": None,
            "containers": [{"$patch": "delete", "name": "a"}, {"name": "c"}, {"name": "b", "image": "x"}],
        }
    }
    swapped = {"spec": {"containers": [{"name": "b"}, {"name": "a"}], "hostNetwork": True}}
    assert diff(old, swapped, schema="Pod") == {"spec": {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}}
    assert diff(old, old, schema="Pod") == {}


def test_a_kind_without_strategic_merge_is_refused() -> None:
    with pytest.raises(InputError, match="no strategic merge"):
        diff({}, {}, schema="Rollout")
