"""Drift against a real API server: pods created through the webhook, then changed."""

from __future__ import annotations

import copy
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cluster import Cluster
from tests.e2e.tools import find, required

required()

from tests.e2e.test_injection import created, pod, proxy, rendered  # noqa: E402
from tests.webhook.running import MESHC, Running  # noqa: E402

RELEASE = "1.24.3"
ENABLED = {"istio-injection": "enabled"}


@pytest.fixture(scope="module")
def webhook(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A webhook of an older release that the API server knows."""
    running = Running(tmp_path_factory.mktemp("live-webhook"), [f"--release={RELEASE}"])
    configuration = rendered(running, f"--release={RELEASE}")
    cluster.apply(configuration)
    try:
        yield running
    finally:
        cluster.kubectl("delete", "mutatingwebhookconfiguration", configuration["metadata"]["name"])
        running.stop()


@pytest.fixture
def namespace(cluster: Cluster, webhook: Running) -> str:
    """A namespace with one injected pod, `web`."""
    name = cluster.namespace(ENABLED)
    created(cluster, pod(name))
    return name


def drift(kubeconfig: Path, *words: str) -> tuple[int, str, str]:
    """Run `meshc diff --live`."""
    folder = Path(find().kubectl).parent
    env = {**os.environ, "KUBECONFIG": str(kubeconfig), "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    command = [*MESHC, "diff", "--live", "--no-settings", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def report(cluster: Cluster, namespace: str, *words: str) -> Any:
    """The drift of a namespace."""
    code, out, err = drift(cluster.kubeconfig, "-n", namespace, "--format", "json", *words)
    assert err == ""
    data = json.loads(out)
    assert code == int(data["differs"])
    return data


def statuses(data: Any) -> dict[str, str]:
    return {v["subject"].rpartition(".")[2]: v["status"] for v in data["verdicts"]}


def changes(data: Any) -> list[tuple[str, str]]:
    return [(c["kind"], c["path"]) for c in data["changes"]]


def test_a_pod_that_came_through_the_webhook_is_current(cluster: Cluster, namespace: str) -> None:
    data = report(cluster, namespace, "--show-noise")
    assert statuses(data) == {"web": "current"}
    assert data["verdicts"][0]["reason"] == f"Istio {RELEASE}, profile default"
    assert changes(data) == []
    assert {n["path"] for n in data["noise"]} >= {"spec.containers[name=istio-proxy].terminationMessagePolicy"}


def test_a_pod_of_an_older_release_is_stale(cluster: Cluster, namespace: str) -> None:
    data = report(cluster, namespace, "--release", "1.30")
    assert statuses(data) == {"web": "stale"}
    assert data["verdicts"][0]["reason"].startswith(f"Istio {RELEASE}, profile default explains it")


def test_an_image_set_by_hand_is_foreign(cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("set", "image", "pod/web", "istio-proxy=evil.example/proxyv2:1.24.3", "-n", namespace)
    data = report(cluster, namespace)
    assert statuses(data) == {"web": "foreign"}
    assert changes(data) == [("changed", "spec.containers[name=istio-proxy].image")]


def test_a_label_set_by_hand_shows_against_the_workloads_file(cluster: Cluster, namespace: str, tmp_path: Path) -> None:
    (tmp_path / "web.json").write_text(json.dumps(pod(namespace)))
    assert changes(report(cluster, namespace, str(tmp_path / "web.json"))) == []
    cluster.kubectl("label", "pod", "web", "team=red", "-n", namespace)
    data = report(cluster, namespace, str(tmp_path / "web.json"))
    assert (statuses(data), changes(data)) == ({"web": "foreign"}, [("added", "metadata.labels.team")])


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        ("env", ("changed", "spec.containers[name=istio-proxy].env[name=ISTIO_META_MESH_ID].value")),
        ("mount", ("added", "spec.containers[name=istio-proxy].volumeMounts[mountPath=/mnt/extra]")),
        ("probe", ("removed", "spec.containers[name=istio-proxy].startupProbe")),
        ("order", ("order", "spec.containers")),
    ],
)
def test_a_pod_planted_past_the_webhook_is_foreign(
    cluster: Cluster, namespace: str, plant: str, found: tuple[str, str]
) -> None:
    wanted = cluster.get("pod", "web", namespace)
    mine = proxy(wanted)
    if plant == "env":
        next(e for e in mine["env"] if e["name"] == "ISTIO_META_MESH_ID")["value"] = "other"
    elif plant == "mount":
        mine["volumeMounts"].append({"name": "istio-data", "mountPath": "/mnt/extra"})
    elif plant == "probe":
        del mine["startupProbe"]
    else:
        wanted["spec"]["containers"].reverse()
    # A pod of its own is named in what was injected: this one keeps the name of the first.
    cluster.kubectl("delete", "pod", "web", "-n", namespace, "--grace-period=0", "--force")
    cluster.kubectl("label", "namespace", namespace, "istio-injection-")
    wanted["metadata"] = {k: wanted["metadata"][k] for k in ("name", "namespace", "labels", "annotations")}
    wanted.pop("status")
    cluster.create(wanted)
    cluster.kubectl("label", "namespace", namespace, "istio-injection=enabled")
    data = report(cluster, namespace)
    assert (statuses(data), changes(data)) == ({"web": "foreign"}, [found])


def test_pods_the_webhook_never_saw_or_should_not_have_seen(cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("label", "namespace", namespace, "istio-injection-")
    assert statuses(report(cluster, namespace)) == {"web": "unexpected"}
    created(cluster, pod(namespace, name="plain"), wanted=False)
    cluster.kubectl("label", "namespace", namespace, "istio-injection=enabled")
    assert statuses(report(cluster, namespace)) == {"web": "current", "plain": "not-injected"}
    assert statuses(report(cluster, namespace, "-l", "app=nobody")) == {}


def test_what_keeps_from_the_cluster_is_one_clear_line(cluster: Cluster, tmp_path: Path) -> None:
    config = json.loads(cluster.kubeconfig.read_text())
    powerless = copy.deepcopy(config)
    powerless["users"][0]["user"]["as"] = "nobody"
    nobody = copy.deepcopy(config)
    nobody["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    cases = {
        "forbidden": (json.dumps(powerless), "forbidden"),
        "unreachable": (json.dumps(nobody), "refused"),
        "broken": ("clusters: [", "error loading config file"),
    }
    for name, (text, said) in cases.items():
        (tmp_path / name).write_text(text)
        code, out, err = drift(tmp_path / name)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert err.startswith("error: kubectl: ")
        assert said in err, err
    code, _, err = drift(cluster.kubeconfig, "--context", "nowhere")
    assert (code, err.count("\n")) == (2, 1)
