"""Whatever valid pod comes: it is injected, stays valid, keeps what the user wrote, and is injected no further."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from meshc import catalog
from meshc.injection.api import inject
from meshc.kubernetes import typed
from tests.injection import pods
from tests.injection.pod_schema import pods as any_pod
from tests.injection.pod_schema import problems

RELEASES = [str(release) for release in catalog.releases()]
HANDLERS = ("httpGet", "tcpSocket", "grpc")
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
KEYED = ("containers", "initContainers", "volumes", "env", "imagePullSecrets")
METADATA_JSON = "ISTIO_METAJSON_ANNOTATIONS"

Json = Any


@pytest.mark.parametrize("name", RELEASES)
def test_any_valid_pod(name: str) -> None:
    release = catalog.release(name)
    webhook, offline = pods.settings(name), pods.settings(name, "kube-inject")

    @seed(RELEASES.index(name))
    @settings(
        max_examples=25, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(any_pod(release.fact("kubernetes.minor")), st.sampled_from(["webhook", "kube-inject"]))
    def holds(pod: Json, mode: str) -> None:
        given = webhook if mode == "webhook" else offline
        assert problems(pod, release) == []
        before = copy.deepcopy(pod)
        result = inject(pod, given, mode=mode)
        assert result.decision.inject
        assert pod == before
        injected = orjson.loads(orjson.dumps(result.manifest))
        assert problems(injected, release) == []
        lost = list(_lost(typed.normalize(pod, release=release), injected, ()))
        assert lost == []
        again = inject(injected, given, mode=mode).manifest
        assert _comparable(again) == _comparable(injected)

    holds()


def _lost(wrote: Json, got: Json, path: tuple[str, ...]) -> Any:
    """Places where something the user wrote is gone; handlers the agent calls instead are to be among its probers."""
    if isinstance(wrote, dict) and isinstance(got, dict):
        for key, value in wrote.items():
            if key in HANDLERS and _is_probe(path) and _called_by_the_agent(got):
                continue
            yield from _lost(value, got.get(key), (*path, key))
    elif isinstance(wrote, list) and isinstance(got, list):
        named = path[-1] in KEYED
        there = {item.get("name"): item for item in got} if named else dict(enumerate(got))
        for n, item in enumerate(wrote):
            key = item["name"] if named else n
            yield from _lost(item, there.get(key), (*path, str(key)))
    elif wrote != got:
        yield ".".join(path), wrote, got


def _is_probe(path: tuple[str, ...]) -> bool:
    return path[-1] in PROBES or "lifecycle" in path


def _called_by_the_agent(probe: Json) -> bool:
    """The agent serves the probe; `ISTIO_KUBE_APP_PROBERS` has the user's (tests/injection/test_small_rules.py)."""
    path: str = (probe.get("httpGet") or {}).get("path", "")
    return path.startswith(("/app-health/", "/app-lifecycle/"))


def _comparable(manifest: Json) -> Json:
    found = copy.deepcopy(manifest)
    for container in [*found["spec"]["containers"], *found["spec"].get("initContainers", [])]:
        container["env"] = [e for e in container.get("env", []) if e["name"] != METADATA_JSON]
    return found
