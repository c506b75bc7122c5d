"""Typed form and merge, whatever the object."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from meshc import catalog
from meshc.kubernetes import quantity
from meshc.kubernetes.schema import Field, struct
from meshc.kubernetes.strategic import merge
from meshc.kubernetes.typed import normalize, ordered
from meshc.yamlio import Json

RELEASES = [catalog.release("1.17"), catalog.release("1.24"), catalog.release("1.30")]
_NAMES = st.sampled_from(["a", "b", "c", "", "istio-proxy"])
_SCALARS: dict[str, st.SearchStrategy[Json]] = {
    "string": _NAMES,
    "bool": st.booleans(),
    "int32": st.integers(-1, 3),
    "int64": st.integers(-1, 3),
    "quantity": st.sampled_from(["1", "1.5", "0", "1024Mi", "100m", 2, 0.5]),
    "intstr": st.sampled_from([0, 80, "http", ""]),
    "time": st.sampled_from([None, "2024-01-01T00:00:00Z"]),
    "any": st.none(),
}


@cache
def _objects(name: str, level: int, depth: int) -> st.SearchStrategy[Json]:
    """Objects of one struct; deep ones get few fields."""
    fields = list(struct(name, level).values())
    usable = [f for f in fields if depth > 0 or not f.struct]
    keyed = {f.name: _values(f, level, depth) for f in usable}
    required = {
        n: keyed[n]
        for n in ("name", "containerPort", "mountPath", "devicePath", "ip", "topologyKey", "uid")
        if n in keyed
    }
    optional = {n: s for n, s in keyed.items() if n not in required}
    return st.fixed_dictionaries(required, optional=optional)


def _values(field: Field, level: int, depth: int) -> st.SearchStrategy[Json]:
    one = st.deferred(lambda: _objects(field.of, level, depth - 1)) if field.struct else _SCALARS[field.of]
    if field.shape == "list":
        return st.lists(one, max_size=2)
    return st.dictionaries(_NAMES, one, max_size=2) if field.shape == "map" else one


def _pods(depth: int = 3) -> st.SearchStrategy[Json]:
    return _objects("PodSpec", 35, depth)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(_pods(), st.sampled_from(RELEASES))
def test_the_typed_form_is_a_fixed_point(spec: Json, release: catalog.Release) -> None:
    once = normalize({"kind": "Pod", "spec": spec}, release=release, courtesy=True)
    assert normalize(once, release=release) == once
    assert list(ordered("Pod", once)) == list(once)
    assert ordered("Pod", once) == once


@settings(derandomize=True, max_examples=40, deadline=None)
@given(_pods(2), _pods(2))
def test_a_merge_is_typed_again_and_doing_it_twice_changes_nothing(original: Json, patch: Json) -> None:
    release = RELEASES[-1]
    first = normalize(original, "PodSpec", release=release)
    once = normalize(merge(first, patch, schema="PodSpec"), "PodSpec", release=release)
    for name, value in patch.items():
        if isinstance(value, str) and value:
            assert once[name] == value
    for key in ("containers", "volumes"):
        names = {e["name"] for e in [*(first.get(key) or []), *(patch.get(key) or [])]}
        assert {e["name"] for e in once.get(key) or []} == names


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(_NAMES, unique=True), st.lists(_NAMES, unique=True))
def test_merged_lists_keep_both_orders_as_far_as_they_agree(original: list[str], patch: list[str]) -> None:
    merged = merge({"env": [{"name": n} for n in original]}, {"env": [{"name": n} for n in patch]}, schema="Container")
    names = [e["name"] for e in merged["env"]]
    assert [n for n in names if n in patch] == patch
    assert [n for n in names if n not in patch] == [n for n in original if n not in patch]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text("0123456789.+-eEinumkKMGTP ", max_size=12))
def test_any_text_is_a_quantity_or_refused(text: str) -> None:
    canonical = _canonical(text)
    assert canonical is None or quantity.parse(canonical) == quantity.parse(text)


def _canonical(text: str) -> str | None:
    try:
        return quantity.canonical(text)
    except quantity.QuantityError:
        return None
