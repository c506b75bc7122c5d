"""Input that means harm, or is merely large: values stay values."""

from __future__ import annotations

import contextlib
import copy
import random
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from meshc import bootstrap
from meshc.bootstraps.recovery import bootstrap_reading, recovered_facts
from meshc.errors import MeshcError
from tests.bootstraps.samples import MINORS, catalogue, pod, settings
from tests.bootstraps.test_recover import VARIANTS

NASTY = '"}}{{ 7*7 }}{% for %}\n- x: &a [*a]\r\t\\ \u2028\u0000 é 漢 🙂 <script>&amp;'


@pytest.mark.parametrize("text", MINORS)
def test_two_hundred_labels_and_unicode_annotations(text: str) -> None:
    labels = {f"label-{i}": f"v{i}" for i in range(200)}
    annotations = {"nasty": NASTY, "漢字": "ünïcode", "{{ x }}": "{% y %}"}
    nodes = bootstrap(pod(labels=labels, annotations=annotations), settings(text))
    for data in (nodes.envoy, nodes.grpc):
        shown = orjson.loads(data or b"")["node"]["metadata"]
        assert shown["LABELS"] == {"app": "web", **labels}
        assert shown["ANNOTATIONS"] == {"team": "checkout", **annotations}


def test_ten_kilobytes_of_metadata_come_through() -> None:
    env = {f"ISTIO_META_K{i}": NASTY * 2 for i in range(100)}
    shown = orjson.loads(bootstrap(pod(), settings(), {"env": env}).envoy or b"")["node"]["metadata"]
    assert sum(len(v) for v in env.values()) > 10_000
    assert all(shown[f"K{i}"] == NASTY * 2 for i in range(100))


def test_hostile_json_members_stay_data() -> None:
    members = {"__proto__": {"x": 1}, "node": {"id": "mine"}, NASTY: [NASTY], "ENVOY_STATUS_PORT": 1, "deep": [[[[]]]]}
    env = {"ISTIO_METAJSON_EVIL": orjson.dumps(members).decode()}
    found = orjson.loads(bootstrap(pod(), settings(), {"env": env}).envoy or b"")
    shown = found["node"]["metadata"]
    assert found["node"]["id"].startswith("sidecar~")
    assert shown[NASTY] == [NASTY]
    assert shown["__proto__"] == {"x": 1}
    assert shown["ENVOY_STATUS_PORT"] == 15021


def test_names_that_istio_writes_without_escaping_are_escaped() -> None:
    config = {"extraStatTags": [NASTY], "proxyStatsMatcher": {"inclusionPrefixes": [NASTY]}, "configPath": NASTY}
    facts = {"proxy_config": {"discoveryAddress": "a:1", **config}, "node_id": f"sidecar~{NASTY}"}
    found = orjson.loads(bootstrap(None, settings(), facts).envoy or b"")
    assert found["node"]["id"] == f"sidecar~{NASTY}"
    assert {"prefix": NASTY} in found["stats_config"]["stats_matcher"]["inclusion_list"]["patterns"]
    assert any(t["tag_name"] == NASTY for t in found["stats_config"]["stats_tags"])


def test_the_same_input_gives_the_same_bytes() -> None:
    first = bootstrap(pod(annotations={"b": "1", "a": "2"}), settings())
    second = bootstrap(pod(annotations={"a": "2", "b": "1"}), settings())
    assert first == second


ODD: list[Any] = [
    None,
    True,
    -1,
    1.5,
    "",
    "x",
    "a:1",
    [],
    ["x"],
    {},
    {"x": 1},
    [{}],
    [None],
    "$(HOST_IP):1",
    "{",
    "45s",
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def spoiled(document: Any, chance: random.Random) -> Any:
    """The document with one odd value somewhere."""
    changed = copy.deepcopy(document)
    *parents, last = chance.choice(list(places(changed)))
    node = changed
    for part in parents:
        node = node[part]
    node[last] = chance.choice(ODD)
    return changed


@pytest.mark.parametrize("seed", range(20))
def test_a_spoiled_pod_is_compiled_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    base = pod(annotations={"proxy.istio.io/config": "{}"}, env=[{"name": "ISTIO_METAJSON_X", "value": "{}"}])
    for _ in range(10):
        with contextlib.suppress(MeshcError):
            bootstrap(spoiled(base, chance), settings(chance.choice(MINORS)))


@pytest.mark.parametrize("seed", range(20))
def test_a_spoiled_bootstrap_gives_facts_or_is_refused(seed: int) -> None:
    chance = random.Random(seed)
    text = chance.choice(MINORS)
    nodes = bootstrap(pod(), settings(text), VARIANTS[chance.choice(list(VARIANTS))])
    for data in (nodes.envoy, nodes.grpc):
        for _ in range(5):
            with contextlib.suppress(MeshcError):
                found = bootstrap_reading.bootstrap_of(spoiled(orjson.loads(data or b""), chance))
                bootstrap(None, settings(text), recovered_facts.facts(found, catalogue(text)))


@pytest.mark.parametrize("seed", range(20))
def test_a_spoiled_proxy_config_is_compiled_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    config = {
        "configPath": "/x",
        "discoveryAddress": "a:1",
        "drainDuration": "45s",
        "tracing": {"zipkin": {"address": "a:1"}, "tlsSettings": {"mode": "MUTUAL", "subjectAltNames": ["x"]}},
        "envoyMetricsService": {"address": "a:1", "tcpKeepalive": {"time": "1s", "probes": 3}},
        "proxyMetadata": {"ISTIO_META_A": "b"},
        "runtimeValues": {"a": "b"},
        "proxyStatsMatcher": {"inclusionPrefixes": ["a"]},
    }
    for _ in range(10):
        with contextlib.suppress(MeshcError):
            bootstrap(None, settings(chance.choice(MINORS)), {"proxy_config": spoiled(config, chance)})
