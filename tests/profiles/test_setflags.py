"""The grammars of `--set`: istioctl's and Helm's."""

from __future__ import annotations

from typing import Any

import pytest

from meshc import catalog
from meshc.errors import MeshcError, SettingsError, UsageError
from meshc.profiles import helmflags, setflags

OLD, MIDDLE, NEW = (catalog.release(name) for name in ("1.20", "1.23", "1.30"))


def _set(*flags: str, release: catalog.Release = NEW) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for flag in flags:
        path, value = setflags.parse(flag, release)
        setflags.write(tree, path, value, flag=flag)
    return tree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-7", -7),
        ("010", 10),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("t", True),
        ("TRUE", True),
        ("False", False),
        ("yes", "yes"),
        ("null", "null"),
        ("", ""),
        ("a\\,b", "a,b"),
        ("100m", "100m"),
        ("9223372036854775808", 9223372036854775808.0),
    ],
)
def test_a_value_is_integer_float_boolean_word_or_text(text: str, value: Any) -> None:
    found = _set(f"values.x={text}")["values"]["x"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("release", "flag", "value"),
    [
        (OLD, "compatibilityVersion=1.20", 1.2),
        (MIDDLE, "compatibilityVersion=1.20", "1.20"),
        (MIDDLE, "tag=1.20", 1.2),
        (NEW, "tag=1.20", "1.20"),
    ],
)
def test_some_paths_stay_text_since_a_release(release: catalog.Release, flag: str, value: Any) -> None:
    assert _set(flag, release=release)[flag.partition("=")[0]] == value


def test_proxy_metadata_is_text_in_the_new_engine() -> None:
    flag = "meshConfig.defaultConfig.proxyMetadata.NUMBER=5"
    assert _set(flag)["meshConfig"]["defaultConfig"]["proxyMetadata"] == {"NUMBER": "5"}


@pytest.mark.parametrize(
    ("flags", "tree"),
    [
        (["spec.a.b=1"], {"a": {"b": 1}}),
        (["a.k8s\\.io/x.b=1"], {"a": {"k8s.io/x": {"b": 1}}}),
        (["a[0]=x", "a[1]=y"], {"a": ["x", "y"]}),
        (["a.[0].b=x"], {"a": [{"b": "x"}]}),
        (["a[name:one].b=1", "a[name:one].c=2"], {"a": [{"name": "one", "b": 1, "c": 2}]}),
        (["a=1", "a=2"], {"a": 2}),
        (["a=1", "a.b=2"], {"a": {"b": 2}}),
    ],
)
def test_paths_have_dots_indices_and_keyed_items(flags: list[str], tree: Any) -> None:
    assert _set(*flags) == tree


@pytest.mark.parametrize("flag", ["a", "=x", "a..b=1", "a[2]=x", "a[x]=1"])
def test_what_is_no_setting_is_refused(flag: str) -> None:
    with pytest.raises(MeshcError) as raised:
        _set(flag)
    assert raised.value.hint


def test_a_second_equals_is_refused_by_the_old_engine_and_a_path_in_the_new() -> None:
    with pytest.raises(UsageError, match="exactly one ="):
        _set("a=b=c", release=OLD)
    assert _set("a=b=c") == {"a=b=c": ""}


def test_an_index_into_something_that_is_no_list_is_refused() -> None:
    with pytest.raises(SettingsError, match="no list"):
        _set("a.b=1", "a[0]=1")


@pytest.mark.parametrize(
    ("flag", "tree"),
    [
        ("a=1,b.c=true", {"a": 1, "b": {"c": True}}),
        ("a=1.5", {"a": "1.5"}),
        ("a=007", {"a": "007"}),
        ("a=null", {"a": None}),
        ("a={x,2,true}", {"a": ["x", 2, True]}),
        ("a={}", {"a": []}),
        ("a[0].b=x", {"a": [{"b": "x"}]}),
        ("a=x\\,y", {"a": "x,y"}),
        ("a.k8s\\.io/b=c", {"a": {"k8s.io/b": "c"}}),
        ("a=b=c", {"a": "b=c"}),
    ],
)
def test_helm_has_a_grammar_of_its_own(flag: str, tree: Any) -> None:
    found: dict[str, Any] = {}
    helmflags.write(found, flag)
    assert found == tree


def test_helm_refuses_a_flag_without_a_value() -> None:
    with pytest.raises(UsageError, match="PATH=VALUE"):
        helmflags.write({}, "a")
