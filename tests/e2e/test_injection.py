"""A real API server calls the webhook: what `kubectl` creates comes back injected."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meshc import yamlio
from tests.e2e.cluster import Cluster, KubectlError
from tests.e2e.second_webhook import SecondWebhook
from tests.e2e.tools import required
from tests.webhook.authority import Authority
from tests.webhook.running import MESHC, Running

required()

INJECT = "sidecar.istio.io/inject"
STATUS = "sidecar.istio.io/status"
OLD = "1.20"  # sends and takes AdmissionReview v1beta1


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Signs every certificate of these tests."""
    return Authority()


@pytest.fixture(scope="module")
def webhook(cluster: Cluster, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A webhook the API server knows: default revision, `canary`, and `old` of an old release."""
    folder = tmp_path_factory.mktemp("e2e-webhook")
    authority.issue(folder / "certs")
    (folder / "canary.yaml").write_text("set: [values.global.proxy.resources.requests.cpu=77m]\n")
    (folder / "old.yaml").write_text(f"release: '{OLD}'\n")
    revisions = [f"--revision-settings={name}={folder / name}.yaml" for name in ("canary", "old")]
    running = Running(folder, ["--reload-seconds=0.1", *revisions])
    names: list[str] = []
    try:
        for arguments in ([], ["--revision=canary"], ["--revision=old", f"--release={OLD}"]):
            configuration = rendered(running, *arguments)
            cluster.apply(configuration)
            names.append(configuration["metadata"]["name"])
        tag = rendered(running, "--revision=canary", "--tag=prod", index=1)
        cluster.apply(tag)
        names.append(tag["metadata"]["name"])
        until_called(cluster)
        yield running
    finally:
        cluster.kubectl("delete", "mutatingwebhookconfiguration", *names)
        running.stop()


def test_namespace_label_injects(cluster: Cluster, webhook: Running) -> None:
    namespace = cluster.namespace({"istio-injection": "enabled"})
    cluster.create(pod(namespace))
    assert injected(cluster.get("pod", "web", namespace))


def test_unlabelled_namespace_is_left_alone(cluster: Cluster, webhook: Running) -> None:
    namespace = cluster.namespace()
    cluster.create(pod(namespace))
    assert not injected(cluster.get("pod", "web", namespace))


def test_disabled_namespace_beats_pod_label(cluster: Cluster, webhook: Running) -> None:
    namespace = cluster.namespace({"istio-injection": "disabled"})
    assert not injected(cluster.create(pod(namespace, labels={INJECT: "true"})))


def test_pod_label_asks_for_injection(cluster: Cluster, webhook: Running) -> None:
    assert injected(cluster.create(pod(cluster.namespace(), labels={INJECT: "true"})))


@pytest.mark.parametrize("where", ["labels", "annotations"])
def test_opt_out(cluster: Cluster, webhook: Running, where: str) -> None:
    namespace = cluster.namespace({"istio-injection": "enabled"})
    metadata: dict[str, Any] = {where: {INJECT: "false"}}
    assert not injected(cluster.create(pod(namespace, **metadata)))


def test_host_network_is_left_alone(cluster: Cluster, webhook: Running) -> None:
    wanted = pod(cluster.namespace({"istio-injection": "enabled"}))
    wanted["spec"]["hostNetwork"] = True
    assert not injected(cluster.create(wanted))


def test_revision_label_of_namespace(cluster: Cluster, webhook: Running) -> None:
    made = cluster.create(pod(cluster.namespace({"istio.io/rev": "canary"})))
    assert revision_of(made) == "canary"
    assert proxy(made)["resources"]["requests"]["cpu"] == "77m"


def test_revision_label_of_pod(cluster: Cluster, webhook: Running) -> None:
    made = cluster.create(pod(cluster.namespace(), labels={"istio.io/rev": "canary"}))
    assert revision_of(made) == "canary"


def test_revision_tag(cluster: Cluster, webhook: Running) -> None:
    assert revision_of(cluster.create(pod(cluster.namespace({"istio.io/rev": "prod"})))) == "canary"


def test_default_namespace_label_beats_pod_revision(cluster: Cluster, webhook: Running) -> None:
    namespace = cluster.namespace({"istio-injection": "enabled"})
    assert revision_of(cluster.create(pod(namespace, labels={"istio.io/rev": "canary"}))) == "default"


def test_unknown_revision_is_left_alone(cluster: Cluster, webhook: Running) -> None:
    assert not injected(cluster.create(pod(cluster.namespace({"istio.io/rev": "nobody"}))))


def test_old_release_is_asked_in_v1beta1(cluster: Cluster, webhook: Running) -> None:
    made = cluster.create(pod(cluster.namespace({"istio.io/rev": "old"})))
    assert revision_of(made) == "old"
    assert ":1.20." in proxy(made)["image"]


def test_dry_run_shows_but_stores_nothing(cluster: Cluster, webhook: Running) -> None:
    namespace = cluster.namespace({"istio-injection": "enabled"})
    assert injected(cluster.create(pod(namespace), "--dry-run=server"))
    with pytest.raises(KubectlError, match="NotFound"):
        cluster.get("pod", "web", namespace)


def test_bad_annotation_is_refused_with_the_reason(cluster: Cluster, webhook: Running) -> None:
    namespace = cluster.namespace({"istio-injection": "enabled"})
    with pytest.raises(KubectlError, match="includeInboundPorts"):
        cluster.create(pod(namespace, annotations={"traffic.sidecar.istio.io/includeInboundPorts": "many"}))


def test_result_is_what_the_command_line_gives(cluster: Cluster, webhook: Running, tmp_path: Path) -> None:
    namespace = cluster.namespace({"istio-injection": "enabled"})
    wanted = pod(namespace)
    # Else the server adds a volume with a random name.
    wanted["spec"]["automountServiceAccountToken"] = False
    made = cluster.create(wanted)
    cluster.kubectl("label", "namespace", namespace, "istio-injection-")
    cluster.kubectl("delete", "pod", "web", "-n", namespace, "--grace-period=0", "--force")
    plain = created(cluster, wanted, wanted=False)
    cluster.kubectl("delete", "pod", "web", "-n", namespace, "--grace-period=0", "--force")
    plain["metadata"] = {k: plain["metadata"][k] for k in ("name", "namespace", "labels")}
    plain.pop("status")
    (tmp_path / "pod.json").write_text(json.dumps(plain))
    command = [*MESHC, "inject", "--no-settings", "--mode=webhook", "--format=json", str(tmp_path / "pod.json")]
    text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert _compared(cluster.create(json.loads(text))) == _compared(made)


def test_reinvocation_sees_what_a_later_webhook_added(
    cluster: Cluster, webhook: Running, authority: Authority, tmp_path: Path
) -> None:
    configuration = rendered(webhook, "--set=values.sidecarInjectorWebhook.reinvocationPolicy=IfNeeded")
    cluster.apply(configuration)
    namespace = cluster.namespace({"istio-injection": "enabled", "second": "yes"})
    before = webhook.metric("sidecar_injection_requests_total")
    with SecondWebhook(authority, tmp_path) as second:
        cluster.apply(second.configuration({"second": "yes"}))
        made = cluster.create(pod(namespace))
        cluster.kubectl("delete", "mutatingwebhookconfiguration", second.name)
    cluster.apply(rendered(webhook))
    assert webhook.metric("sidecar_injection_requests_total") == before + 2
    names = [c["name"] for c in (*made["spec"]["containers"], *made["spec"].get("initContainers", ()))]
    assert sorted(names) == ["added", "app", "istio-init", "istio-proxy"]
    probers = {e["name"]: e.get("value") for e in proxy(made)["env"]}["ISTIO_KUBE_APP_PROBERS"]
    assert "/app-health/added/livez" in json.loads(probers)


def test_failure_policy_refuses_pods_while_nobody_answers(
    cluster: Cluster, webhook: Running, authority: Authority, tmp_path: Path
) -> None:
    authority.issue(tmp_path / "certs")
    down = Running(tmp_path, ["--revision=down"])
    configuration = rendered(down, "--revision=down", path="/inject")
    cluster.apply(configuration)
    namespace = cluster.namespace({"istio.io/rev": "down"})
    try:
        assert injected(created(cluster, pod(namespace, name="before")))
        assert down.stop() == 0
        with pytest.raises(KubectlError, match="failed calling webhook"):
            cluster.create(pod(namespace, name="while"))
        cluster.create(pod(cluster.namespace(), name="elsewhere"))
    finally:
        cluster.kubectl("delete", "mutatingwebhookconfiguration", configuration["metadata"]["name"])
    assert not injected(created(cluster, pod(namespace, name="after"), wanted=False))


def test_certificates_change_in_mid_traffic(cluster: Cluster, webhook: Running, authority: Authority) -> None:
    namespace = cluster.namespace({"istio-injection": "enabled"})
    traffic = Traffic(cluster, namespace)
    before = len(webhook.wait_for("serving"))
    known = len([line for line in webhook.logs() if line["msg"].startswith("new workers serve")])
    with traffic:
        for turn in range(3):
            serial = authority.issue(webhook.certs)
            webhook.wait_for("new workers serve", count=known + turn + 1)
            time.sleep(1)
            assert served_serial(webhook) == serial
    assert not traffic.errors
    pods = json.loads(cluster.kubectl("get", "pods", "-n", namespace, "-o", "json"))["items"]
    assert len(pods) == traffic.made >= 10
    assert all(injected(one) for one in pods)
    assert before == 1


@pytest.mark.parametrize("release", [f"1.{minor}" for minor in range(17, 31)])
def test_manifests_are_accepted(cluster: Cluster, release: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("manifests")
    Authority().issue(folder)
    command = [*MESHC, "webhook", "manifests", "--no-settings", f"--release={release}", "--tag=prod"]
    command += ["-n", "default", "--ca-bundle", str(folder / "ca.crt")]
    text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    said = cluster.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", stdin=text)
    assert said.count("created") >= 8


class Traffic:
    """Creates pods one after the other in several threads while it is entered."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster, self._namespace = cluster, namespace
        self._stop = threading.Event()
        self.made = 0
        self.errors: list[str] = []
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(2)]

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        count = 0
        while not self._stop.is_set():
            count += 1
            try:
                self._cluster.create(pod(self._namespace, name=f"p{number}-{count}"))
                self.made += 1
            except KubectlError as error:
                self.errors.append(str(error))


def rendered(webhook: Running, *arguments: str, path: str | None = None, index: int = 0) -> Any:
    """The configuration `meshc webhook manifests` prints for a webhook outside the cluster."""
    revision = next((a.partition("=")[2] for a in arguments if a.startswith("--revision=")), "")
    place = path or (f"/revision/{revision}/inject" if revision else "/inject")
    command = [*MESHC, "webhook", "manifests", "--no-settings", *arguments]
    command += [f"--url=https://127.0.0.1:{webhook.port}{place}", f"--ca-bundle={webhook.certs / 'ca.crt'}"]
    text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    return yamlio.load_all(text)[index].value


def until_called(cluster: Cluster) -> None:
    """Wait until the API server has taken the configurations over."""
    for revision in ("", "canary", "old", "prod"):
        labels = {"istio.io/rev": revision} if revision else {"istio-injection": "enabled"}
        namespace = cluster.namespace(labels)
        created(cluster, pod(namespace))


def created(cluster: Cluster, wanted_pod: Any, *, wanted: bool = True) -> Any:
    """Create a pod again (dry) until it comes back injected, or not, as is due soon after a configuration was changed."""
    end = time.monotonic() + 20
    while True:
        made = cluster.create(wanted_pod, "--dry-run=server")
        if injected(made) == wanted or time.monotonic() > end:
            return cluster.create(wanted_pod)
        time.sleep(0.2)


def pod(namespace: str, *, name: str = "web", **metadata: Any) -> dict[str, Any]:
    """A plain pod; `metadata` are labels and annotations."""
    labels = {"app": "web", **metadata.pop("labels", {})}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels, **metadata},
        "spec": {"containers": [{"name": "app", "image": "app:1", "ports": [{"containerPort": 8080}]}]},
    }


def injected(made: Any) -> bool:
    """Whether a pod carries the injector's record and the proxy."""
    return STATUS in made["metadata"].get("annotations", {}) and proxy(made) is not None


def proxy(made: Any) -> Any:
    """The proxy container, among the containers or as a native sidecar; None without one."""
    spec = made["spec"]
    everyone = (*spec["containers"], *spec.get("initContainers", ()))
    return next((c for c in everyone if c["name"] == "istio-proxy"), None)


def revision_of(made: Any) -> str:
    """The revision in the injector's record."""
    return str(json.loads(made["metadata"]["annotations"][STATUS])["revision"])


def served_serial(webhook: Running) -> int:
    """Serial number of the certificate a new connection is shown."""
    import ssl

    from cryptography import x509

    pem = ssl.get_server_certificate(("127.0.0.1", webhook.port), timeout=10)
    return x509.load_pem_x509_certificate(pem.encode()).serial_number


def _compared(made: Any) -> Any:
    metadata = {k: made["metadata"].get(k) for k in ("labels", "annotations")}
    return {"metadata": metadata, "spec": made["spec"]}
