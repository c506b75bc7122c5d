"""Verdicts on running pods: each planted change is found, with its path, and nothing else."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from meshc import Settings, catalog, yamlio
from meshc.catalog import Release
from meshc.comparison.drift import Judged, Wishes, judge
from meshc.comparison.running import Running, gather
from tests.comparison.running_pods import WORKLOAD, as_sent, running, running_bootstrap

CAPTURES = Path(os.environ.get("MESHC_CAPTURES") or Path(__file__).resolve().parents[3] / "shared" / "captures")
RELEASES = ("1.17.2", "1.24.3", "1.30.3")


@cache
def settings(release: str | Release, revision: str | None = None, profile: str | None = None) -> Settings:
    return Settings.load(release=release, profile=profile or "demo", revision=revision)


def wishes(asked: str | None = None) -> Wishes:
    def at(release: Release | None, revision: str | None, profile: str | None) -> Settings:
        return settings(release or catalog.newest(), revision, profile)

    return Wishes(at, catalog.release(asked) if asked else None)


def found(judged: Judged) -> list[tuple[str, str]]:
    return [(c.kind, c.where) for c in judged.changes]


def proxy(pod: Any) -> Any:
    return next(c for k in ("containers", "initContainers") for c in pod["spec"][k] if c["name"] == "istio-proxy")


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("declared", [(), (WORKLOAD,)], ids=["alone", "declared"])
def test_an_untouched_pod_is_current_at_the_release_of_its_image(release: str, declared: tuple[Any, ...]) -> None:
    pod = Running(running(settings(release)), running_bootstrap(settings(release)))
    judged = judge(pod, wishes(), declared)
    assert (judged.verdict.status, judged.verdict.reason) == ("current", f"Istio {release}, profile demo")
    assert found(judged) == []
    added = {c.path for c in judged.noise}
    assert 'node.metadata.ANNOTATIONS["kubernetes.io/config.source"]' in added
    assert ("spec.nodeName" in added) == bool(declared)


def _image(pod: Any) -> None:
    proxy(pod)["image"] = "evil.example/proxyv2:1.17.2"


def _other_release(pod: Any) -> None:
    proxy(pod)["image"] = "docker.io/istio/proxyv2:1.18.0"


def _env_value(pod: Any) -> None:
    next(e for e in proxy(pod)["env"] if e["name"] == "ISTIO_META_MESH_ID")["value"] = "other"


def _proxy_config(pod: Any) -> None:
    next(e for e in proxy(pod)["env"] if e["name"] == "PROXY_CONFIG")["value"] = '{"concurrency":9}\n'


def _mount(pod: Any) -> None:
    proxy(pod)["volumeMounts"].append({"name": "istio-data", "mountPath": "/mnt/extra"})


def _probe(pod: Any) -> None:
    del proxy(pod)["readinessProbe"]


def _order(pod: Any) -> None:
    pod["spec"]["containers"].reverse()


def _label(pod: Any) -> None:
    pod["metadata"]["labels"]["team"] = "red"


def _mesh_label(pod: Any) -> None:
    pod["metadata"]["labels"]["security.istio.io/tlsMode"] = "disabled"


def _argument(pod: Any) -> None:
    proxy(pod)["args"].append("--log_as_json")


def _application(pod: Any) -> None:
    pod["spec"]["containers"][0]["env"][0]["value"] = "fancy"


PROXY = "spec.containers[name=istio-proxy]"
# What was planted, the kind and path it is found with, and whether the workload's file is needed to know it.
PLANTED: list[tuple[Callable[[Any], None], str, str, bool]] = [
    (_image, "changed", f"{PROXY}.image", False),
    (_other_release, "changed", f"{PROXY}.image", False),
    (_env_value, "changed", f"{PROXY}.env[name=ISTIO_META_MESH_ID].value", False),
    (_proxy_config, "added", f"{PROXY}.env[name=PROXY_CONFIG].value.concurrency", False),
    (_mount, "added", f"{PROXY}.volumeMounts[mountPath=/mnt/extra]", False),
    (_probe, "removed", f"{PROXY}.readinessProbe", False),
    (_order, "order", "spec.containers", False),
    (_mesh_label, "changed", 'metadata.labels["security.istio.io/tlsMode"]', True),
    (_argument, "added", f"{PROXY}.args[9]", False),
    (_label, "added", "metadata.labels.team", True),
    (_application, "changed", "spec.containers[name=web].env[name=MODE].value", True),
]


@pytest.mark.parametrize("asked", [None, "1.17.2"])
@pytest.mark.parametrize(("plant", "kind", "path", "needs_file"), PLANTED, ids=[p[0].__name__[1:] for p in PLANTED])
def test_a_planted_change_is_foreign_and_found_alone(
    plant: Callable[[Any], None], kind: str, path: str, needs_file: bool, asked: str | None
) -> None:
    pod = running(settings("1.17.2"))
    plant(pod)
    for declared in [(WORKLOAD,)] if needs_file else [(WORKLOAD,), ()]:
        judged = judge(Running(pod), wishes(asked), declared)
        assert (judged.verdict.status, found(judged)) == ("foreign", [(kind, path)])


def test_a_changed_runtime_key_is_found_in_the_running_bootstrap() -> None:
    bootstrap = running_bootstrap(settings("1.17.2"))
    layer = bootstrap["layered_runtime"]["layers"][0]
    layer["static_layer"]["re2.max_program_size.error_level"] = "1"
    place = 'envoy-rev.json layered_runtime.layers[name=global config].static_layer["re2.max_program_size.error_level"]'
    for pod in (running(settings("1.17.2")), None):
        judged = judge(Running(pod, bootstrap), wishes(), [WORKLOAD])
        assert (judged.verdict.status, found(judged)) == ("foreign", [("changed", place)])


def test_a_label_added_to_a_running_pod_shows_against_its_bootstrap() -> None:
    pod = running(settings("1.17.2"))
    _label(pod)
    judged = judge(Running(pod, running_bootstrap(settings("1.17.2"))), wishes())
    assert found(judged) == [("removed", "envoy-rev.json node.metadata.LABELS.team")]


def test_a_config_dump_is_compared_in_node_and_runtime() -> None:
    bootstrap = running_bootstrap(settings("1.24.3"))
    bootstrap["node"] |= {"user_agent_name": "envoy", "extensions": [{"name": "x"}]}
    dump = {"configs": [{"@type": "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump", "bootstrap": bootstrap}]}
    (read,) = gather([(running(settings("1.24.3")), "a/pod.json"), (dump, "a/config_dump.json")])
    assert judge(read, wishes()).verdict.status == "current"
    bootstrap["node"]["cluster"] = "other"
    (read,) = gather([(running(settings("1.24.3")), "a/pod.json"), (dump, "a/config_dump.json")])
    assert found(judge(read, wishes())) == [("changed", "config_dump node.cluster")]


def test_a_pod_of_an_older_release_is_stale_and_says_which() -> None:
    judged = judge(Running(running(settings("1.24.3"))), wishes("1.30.3"), [WORKLOAD])
    assert judged.verdict.status == "stale"
    assert judged.verdict.reason.startswith("Istio 1.24.3, profile demo explains it; wanted is Istio 1.30.3")
    assert f"{PROXY}.image" in {c.path for c in judged.changes}
    causes = {c.path: {cause.name for cause in c.causes} for c in judged.changes}
    assert all(causes.values()), causes
    (moved,) = [c for c in judged.changes if c.kind == "moved"]
    assert [str(c) for c in moved.causes] == [
        "since 1.27: native sidecars are the default where every node's kubelet is 1.33 or newer"
    ]


def test_a_pod_of_another_profile_is_stale_and_says_which() -> None:
    judged = judge(Running(running(settings("1.24.3", None, "default"))), wishes("1.24.3"), [WORKLOAD])
    assert judged.verdict.status == "stale"
    assert judged.verdict.reason.startswith("Istio 1.24.3, profile default")


def test_what_no_release_explains_is_told_apart_from_what_one_does() -> None:
    pod = running(settings("1.24.3"))
    _env_value(pod)
    judged = judge(Running(pod), wishes("1.30.3"))
    assert judged.verdict.status == "foreign"
    foreign = [c.path for c in judged.changes if c.note == "no release or setting explains it"]
    assert foreign == [f"{PROXY}.env[name=ISTIO_META_MESH_ID].value"]
    assert len(judged.changes) > 5


def test_a_pod_without_a_proxy_should_have_been_injected() -> None:
    pod = as_sent() | {"status": {}}
    pod["metadata"]["name"] = "web-5d4f8-abcde"
    assert judge(Running(pod), wishes("1.24.3")).verdict.status == "not-injected"
    pod["metadata"]["labels"]["sidecar.istio.io/inject"] = "false"
    assert judge(Running(pod), wishes("1.24.3")).verdict.status == "current"


def test_a_proxy_that_should_not_be_there_is_unexpected() -> None:
    workload = copy.deepcopy(WORKLOAD)
    workload["spec"]["template"]["metadata"]["labels"]["sidecar.istio.io/inject"] = "false"
    judged = judge(Running(running(settings("1.24.3"))), wishes(), [workload])
    assert judged.verdict.status == "unexpected"


def test_a_pod_whose_injected_container_is_gone_is_foreign() -> None:
    pod = running(settings("1.17.2"))
    pod["spec"]["containers"] = [c for c in pod["spec"]["containers"] if c["name"] != "istio-proxy"]
    assert judge(Running(pod), wishes("1.17.2")).verdict.status == "foreign"


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="no captures: set MESHC_CAPTURES")
def test_the_captured_cluster_is_current() -> None:
    folder = CAPTURES / "1.17.2"
    files = [folder / "httpbin" / "injected-pod.yaml", folder / "ingressgateway" / "envoy-rev.json"]
    read = gather([(yamlio.load(f.read_text()), str(f)) for f in files])
    assert [judge(r, wishes()).verdict.status for r in read] == ["current", "current"]
