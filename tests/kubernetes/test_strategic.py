"""Strategic merge: what merges, what is replaced, in which order."""

from __future__ import annotations

import time
from copy import deepcopy

import pytest

from meshc.errors import InjectionError
from meshc.kubernetes.strategic import merge
from meshc.yamlio import Json


def _names(elements: list[Json]) -> str:
    return " ".join(e["name"] + e.get("value", "") for e in elements)


def _env(text: str) -> list[Json]:
    """`A=1 B` → env entries; the value keeps elements of one name apart."""
    return [dict(zip(("name", "value"), part.split("="), strict=False)) for part in text.split()]


@pytest.mark.parametrize(
    ("original", "patch", "want"),
    [
        ("X A Y", "B A", "B X A Y"),
        ("app", "istio-proxy", "istio-proxy app"),
        ("hello istio-proxy", "istio-proxy", "hello istio-proxy"),
        ("A B C", "C A", "B C A"),
        ("A B C", "A C", "A B C"),
        ("", "B A", "B A"),
        ("B A", "", "B A"),
        ("A B", "N B M A", "N B M A"),
        ("J A J", "J", "J J A"),
        ("A=1 B A=2", "X", "X A1 A2 B"),
        ("A=1", "A=2 A=3", "A3"),
        ("", "A=1 A=2", "A2"),
    ],
)
def test_order_of_merged_lists(original: str, patch: str, want: str) -> None:
    merged = merge({"env": _env(original)}, {"env": _env(patch)}, schema="Container")
    assert _names(merged["env"]) == want.replace("=", "")


def test_every_element_of_one_key_merges_into_the_first() -> None:
    user = [{"name": "J", "valueFrom": {"f": 1}}, {"name": "A", "value": "1"}, {"name": "J", "value": "v"}]
    merged = merge({"env": user}, {"env": user}, schema="Container")["env"]
    assert merged == [
        {"name": "J", "valueFrom": {"f": 1}, "value": "v"},
        {"name": "J", "value": "v"},
        {"name": "A", "value": "1"},
    ]


def test_ports_merge_by_number_and_mounts_by_path() -> None:
    original = {"ports": [{"containerPort": 80, "protocol": "TCP"}], "volumeMounts": [{"name": "a", "mountPath": "/x"}]}
    patch = {"ports": [{"containerPort": 80, "name": "http"}], "volumeMounts": [{"name": "b", "mountPath": "/x"}]}
    assert merge(original, patch, schema="Container") == {
        "ports": [{"containerPort": 80, "protocol": "TCP", "name": "http"}],
        "volumeMounts": [{"name": "b", "mountPath": "/x"}],
    }


def test_maps_merge_other_lists_and_scalars_are_replaced_null_removes() -> None:
    original = {
        "spec": {
            "nodeSelector": {"a": "1", "b": "2"},
            "tolerations": [{"key": "a"}],
            "hostNetwork": True,
            "dnsPolicy": "None",
        }
    }
    patch = {
        "spec": {
            "nodeSelector": {"b": "3", "a": None},
            "tolerations": [{"key": "b"}],
            "hostNetwork": False,
            "dnsPolicy": None,
            "gone": None,
        }
    }
    merged = {"spec": {"nodeSelector": {"b": "3"}, "tolerations": [{"key": "b"}], "hostNetwork": False}}
    before = deepcopy((original, patch))
    assert merge(original, patch) == merged
    assert (original, patch) == before


def test_a_value_of_another_type_is_taken_without_its_nulls() -> None:
    assert merge({"spec": "x"}, {"spec": {"a": {"b": None, "c": 1}}}) == {"spec": {"a": {"c": 1}}}
    assert merge({}, {"spec": {"volumes": [{"name": "v", "emptyDir": None}]}}) == {"spec": {"volumes": [{"name": "v"}]}}


def test_directives_in_maps() -> None:
    original = {"spec": {"securityContext": {"a": 1, "b": 2}}}
    assert merge(original, {"spec": {"securityContext": {"$patch": "replace", "c": 3}}}) == {
        "spec": {"securityContext": {"c": 3}}
    }
    assert merge(original, {"spec": {"securityContext": {"$patch": "delete"}}}) == {"spec": {"securityContext": {}}}
    assert merge(original, {"spec": {"securityContext": {"$retainKeys": ["b", "c"], "c": 3}}}) == {
        "spec": {"securityContext": {"b": 2, "c": 3}}
    }


def test_directives_in_lists() -> None:
    original = {"spec": {"containers": _env("a b a c")}}
    assert (
        _names(merge(original, {"spec": {"containers": [{"name": "a", "$patch": "delete"}]}})["spec"]["containers"])
        == "b c"
    )
    patch = {"spec": {"containers": [{"name": "z"}, {"$patch": "replace"}]}}
    assert _names(merge(original, patch)["spec"]["containers"]) == "z"
    assert merge({"spec": {}}, {"spec": {"containers": [{"name": "a", "$patch": "delete"}, {"name": "b"}]}}) == {
        "spec": {"containers": [{"name": "b"}]}
    }


def test_directives_for_lists() -> None:
    original = {
        "metadata": {"finalizers": ["a", "b", "c"]},
        "spec": {"containers": _env("a b c"), "tolerations": [{"key": "k"}]},
    }
    patch = {
        "metadata": {"$deleteFromPrimitiveList/finalizers": ["b"]},
        "spec": {"$setElementOrder/containers": [{"name": "c"}, {"name": "n"}, {"name": "a"}], "containers": _env("n")},
    }
    merged = merge(original, patch)
    assert merged["metadata"]["finalizers"] == ["a", "c"]
    assert _names(merged["spec"]["containers"]) == "b c n a"
    assert list(merged["spec"]) == ["containers", "tolerations"]
    reordered = merge(original, {"metadata": {"$setElementOrder/finalizers": ["c", "a", "b"]}})
    assert reordered["metadata"]["finalizers"] == ["c", "a", "b"]
    assert merge({}, {"$setElementOrder/finalizers": ["a"]}, schema="ObjectMeta") == {}
    assert merge(original, {"metadata": {"$deleteFromPrimitiveList/gone": ["b"]}}) == original
    assert merge(original, {"spec": {"$setElementOrder/tolerations": [{"key": "k"}]}}) == original


@pytest.mark.parametrize(
    "patch",
    [
        {"spec": {"containers": [{"image": "x"}]}},
        {"spec": {"containers": ["x"]}},
        {"spec": {"containers": [{"name": {"a": 1}}]}},
        {"spec": {"containers": [{"$patch": "delete"}]}},
        {"spec": {"containers": [{"name": "a", "$patch": "merge"}]}},
        {"spec": {"securityContext": {"$patch": "other"}}},
        {"spec": {"securityContext": {"$retainKeys": ["a"], "c": 3}}},
        {"spec": {"$setElementOrder/containers": "x"}},
        {"metadata": {"$deleteFromPrimitiveList/finalizers": "x"}},
        ["x"],
    ],
)
def test_wrong_patches_are_errors(patch: Json) -> None:
    original = {"metadata": {"finalizers": ["a"]}, "spec": {"containers": [{"name": "a"}], "securityContext": {"a": 1}}}
    with pytest.raises(InjectionError) as caught:
        merge(original, patch)
    assert caught.value.has_value
    assert caught.value.hint


def test_long_lists_merge_in_linear_time() -> None:
    original = {"env": [{"name": f"A{n}", "value": "1"} for n in range(20_000)]}
    patch = {"env": [{"name": f"A{n}", "value": "2"} for n in range(19_999, -1, -2)]}
    start = time.perf_counter()
    merged = merge(original, patch, schema="Container")
    assert time.perf_counter() - start < 2
    assert len(merged["env"]) == 20_000


def test_a_list_the_original_lacks_is_taken_as_it_is() -> None:
    assert _names(merge({}, {"env": _env("A=1 A=2")}, schema="Container")["env"]) == "A1 A2"


def test_nothing_merges_with_nothing() -> None:
    assert merge(None, None) == {}
    assert merge({"a": 1}, None) == {"a": 1}


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (["g"], ["h"], ["h", "g"]),
        (["a", "b"], ["b"], ["a", "b"]),
        (["h"], ["g", "g"], ["g", "h"]),
        (["a", "b"], ["c", "a"], ["c", "a", "b"]),
    ],
)
def test_united_lists_are_ordered_as_merged_ones(old: list[str], new: list[str], wanted: list[str]) -> None:
    merged = merge({"metadata": {"finalizers": old}}, {"metadata": {"finalizers": new}}, schema="Pod")
    assert merged["metadata"]["finalizers"] == wanted


def test_equal_strings_survive_an_order() -> None:
    patch = {"$setElementOrder/args": ["-b", "-a"]}
    assert merge({"args": ["-a", "-b", "-a"]}, patch, schema="Container") == {"args": ["-b", "-a", "-a"]}
