"""Statistics: tags, inclusion patterns, histogram buckets, intervals."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.errors import InputError
from tests.bootstraps.samples import MINORS, document, minors

PREFIX = "sidecar.istio.io/"


def patterns(bootstrap: Any, kind: str) -> list[str]:
    found = bootstrap["stats_config"]["stats_matcher"]["inclusion_list"]["patterns"]
    values = [p[kind] for p in found if kind in p]
    return [v["regex"] if kind == "safe_regex" else v for v in values]


def tag_names(bootstrap: Any) -> list[str]:
    return [t["tag_name"] for t in bootstrap["stats_config"]["stats_tags"]]


@pytest.mark.parametrize("text", MINORS)
def test_extra_tags_stand_between_mongo_prefix_and_cache(text: str) -> None:
    given = {"config": {"extraStatTags": ["one", "two", ""]}, "annotations": {f"{PREFIX}extraStatTags": "two,three"}}
    names = tag_names(document(text, **given))
    extra = names[names.index("mongo_prefix") + 1 : names.index("cache")]
    assert extra[-3:] == ["one", "two", "three"]
    assert (len(extra) == 3) == (text != "1.17")


def test_an_extra_tag_is_put_into_its_regex_as_it_is() -> None:
    tags = document(config={"extraStatTags": ["a.b"]})["stats_config"]["stats_tags"]
    assert {"tag_name": "a.b", "regex": r"(a.b=\.=(.*?);\.;)"} in tags


@pytest.mark.parametrize("text", MINORS)
def test_delimited_tags_can_be_switched_off_while_the_flag_exists(text: str) -> None:
    off = tag_names(document(text, env={"ENABLE_DELIMITED_STATS_TAG_REGEX": "false"}))
    on = document(text)["stats_config"]["stats_tags"]
    undelimited = document(text, env={"ENABLE_DELIMITED_STATS_TAG_REGEX": "false"})["stats_config"]["stats_tags"]
    assert (on != undelimited) == (text in minors("delimited_tags_flag"))
    assert off == [t["tag_name"] for t in on]


@pytest.mark.parametrize(("text", "end"), [("1.23.0", "));)"), ("1.23.1", r"));\.)")])
def test_connection_manager_prefix_of_1_23_0_lacks_the_dot(text: str, end: str) -> None:
    tags = {t["tag_name"]: t["regex"] for t in document(text)["stats_config"]["stats_tags"]}
    assert tags["http_conn_manager_prefix"].endswith(end)


@pytest.mark.parametrize("text", MINORS)
def test_required_patterns_in_order(text: str) -> None:
    found = document(text, env={"EXIT_ON_ZERO_ACTIVE_CONNECTIONS": "true"})
    assert patterns(found, "prefix") == [
        "reporter=", "cluster_manager", "listener_manager", "server", "cluster.xds-grpc", "wasm", "component", "istio"
    ]  # fmt: skip
    assert patterns(found, "suffix")[-1] == "downstream_cx_active"
    assert len(patterns(found, "safe_regex")) == 1


def test_the_annotation_replaces_the_configured_list() -> None:
    config = {
        "proxyStatsMatcher": {"inclusionPrefixes": ["conf"], "inclusionSuffixes": ["s"], "inclusionRegexps": ["r"]}
    }
    found = document(config=config, annotations={f"{PREFIX}statsInclusionPrefixes": "a, b"})
    assert patterns(found, "prefix")[1:3] == ["a", " b"]
    assert patterns(found, "suffix")[0] == "s"
    assert patterns(found, "safe_regex")[0] == "r"


def test_pod_ip_gives_one_copy_per_address() -> None:
    annotations = {f"{PREFIX}statsInclusionRegexps": "{pod_ip}:{pod_ip},plain"}
    found = document(annotations=annotations, addresses=("10.0.0.1", "10.0.0.2", "10.0.0.1"))
    assert patterns(found, "safe_regex")[:3] == ["10.0.0.1:10.0.0.1", "10.0.0.2:10.0.0.2", "plain"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"b": [1, 2.5], "a": [3.0]}', [("a", [3]), ("b", [1, 2.5])]),
        ("{}", None),
        ("[]", None),
        ('{"a": ["x"]}', None),
        ('{"a": [true]}', None),
        ("{", None),
    ],
)
def test_histogram_buckets(text: str, wanted: Any) -> None:
    annotations = {f"{PREFIX}statsHistogramBuckets": text}
    found = document("1.19", annotations=annotations)["stats_config"].get("histogram_bucket_settings")
    assert (found and [(b["match"]["prefix"], b["buckets"]) for b in found]) == wanted
    assert "histogram_bucket_settings" not in document("1.18", annotations=annotations)["stats_config"]


@pytest.mark.parametrize(
    ("text", "flush", "eviction", "wanted"),
    [
        ("1.28", "60s", None, ("1m0s", None)),
        ("1.28", "500ms", None, ("500ms", None)),
        ("1.28", "5", None, (None, None)),
        ("1.28", None, "60s", (None, "60s")),
        ("1.28.1", None, "60s", (None, "1m0s")),
        ("1.28", None, "7s", (None, None)),
        ("1.28", "7s", "14s", ("7s", "14s")),
        ("1.28", "7s", "15s", ("7s", None)),
        ("1.28", "500ms", "1500ms", ("500ms", "1s")),
        ("1.27", "10s", "20s", (None, None)),
    ],
)
def test_intervals(text: str, flush: str | None, eviction: str | None, wanted: tuple[str | None, str | None]) -> None:
    given = {f"{PREFIX}statsFlushInterval": flush, f"{PREFIX}statsEvictionInterval": eviction}
    found = document(text, annotations={k: v for k, v in given.items() if v is not None})
    assert (found.get("stats_flush_interval"), found.get("stats_eviction_interval")) == wanted


def test_an_eviction_interval_beside_a_zero_flush_interval_is_refused() -> None:
    annotations = {f"{PREFIX}statsFlushInterval": "0s", f"{PREFIX}statsEvictionInterval": "10s"}
    with pytest.raises(InputError, match="flush interval of zero") as caught:
        document(annotations=annotations)
    assert "statsFlushInterval" in str(caught.value.path)
