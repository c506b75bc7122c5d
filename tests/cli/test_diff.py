"""`meshc diff`: what it compares, what it prints, how it ends."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from meshc import Settings, yamlio
from meshc.cli.app import app
from tests.comparison.running_pods import WORKLOAD, running, running_bootstrap

Run = Any


@pytest.fixture
def meshc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in an empty folder: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            app(list(words), prog_name="meshc")
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def workload(tmp_path: Path) -> Path:
    file = tmp_path / "web.yaml"
    file.write_text(yamlio.dump(WORKLOAD))
    return file


def _captured(folder: Path, release: str) -> Any:
    settings = Settings.load(release=release, profile="demo")
    folder.mkdir()
    (folder / "pods.yaml").write_text(
        yamlio.dump({"apiVersion": "v1", "kind": "PodList", "items": [running(settings)]})
    )
    (folder / "envoy-rev.json").write_text(json.dumps(running_bootstrap(settings)))


def test_a_rendered_tree_differs_from_itself_in_nothing(meshc: Run, workload: Path) -> None:
    assert meshc("render", str(workload), "--release", "1.24", "-o", "a")[0] == 0
    code, out, err = meshc("diff", "a", "a")
    assert (code, out, err) == (0, "a → a\nno differences in 3 documents\n", "")


def test_two_renderings_are_compared_document_by_document(meshc: Run, workload: Path) -> None:
    for release in ("1.26", "1.27"):
        meshc("render", str(workload), "--release", release, "-o", release)
    code, out, _ = meshc("diff", "1.26", "1.27", "--format", "json")
    paths = {(c.get("part", ""), c["path"]) for c in json.loads(out)["changes"]}
    assert code == 1
    assert ("envoy-rev.json", "node.metadata.ISTIO_VERSION") in paths
    assert ("", "spec.template.spec.initContainers[name=istio-proxy]") in paths


def test_the_report_goes_where_it_is_sent_and_stdout_stays_empty(meshc: Run, workload: Path) -> None:
    code, out, _ = meshc("diff", str(workload), str(workload), "-o", "report.md", "--format", "markdown")
    assert (code, out) == (0, "")
    assert Path("report.md").read_text().startswith("### ")


def test_noise_is_shown_when_asked_for(meshc: Run, tmp_path: Path) -> None:
    old, new = WORKLOAD, {**WORKLOAD, "status": {"replicas": 1}}
    for name, value in (("a.yaml", old), ("b.yaml", new)):
        (tmp_path / name).write_text(yamlio.dump(value))
    assert meshc("diff", "a.yaml", "b.yaml")[0] == 0
    code, out, _ = meshc("diff", "a.yaml", "b.yaml", "--show-noise")
    assert code == 0
    assert "what the cluster observes, not what anyone asked for" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nothing to compare"),
        (("a.yaml",), "two paths can be compared"),
        (("a.yaml", "b.yaml", "c.yaml"), "two paths can be compared"),
        (("-", "-"), "standard input can be read only once"),
        (("missing.yaml", "missing.yaml"), "no such file"),
        (("--from", "1.27", "--golden", "g"), "are mutually exclusive"),
        (("--to", "1.27"), "--to without --from"),
        (("--from", "1.5"), "unknown Istio release"),
        (("--from", "1.27", "--to", "1.30", "--release", "1.30"), "--release beside"),
        (("a.yaml", "b.yaml", "-l", "app=x"), "needs --live"),
        (("a.yaml", "b.yaml", "--format", "htm"), "unknown report form"),
        (("a.yaml", "b.yaml", "-o", "json"), "not its format"),
        (("--golden", "nowhere"), "no such directory"),
        (("--update",), "no golden cases named"),
        (("--live-from", "nowhere"), "no such directory"),
        (("--live-from", "."), "no pod and no bootstrap"),
        (("--live-from", ".", "--live"), "cannot be combined with --live"),
    ],
)
def test_what_cannot_be_compared_is_refused(meshc: Run, words: tuple[str, ...], said: str) -> None:
    code, out, err = meshc("diff", *words)
    assert (code, out) == (2, "")
    assert said in err


def test_an_upgrade_is_previewed_with_its_reasons(meshc: Run, workload: Path) -> None:
    code, out, _ = meshc("diff", "--from", "1.26", "--to", "1.27", str(workload))
    assert code == 1
    assert out.startswith("Istio 1.26.8 → 1.27.9, profile default\nshop/deployment.web:\n")
    assert "      since 1.27: native sidecars are the default" in out
    assert meshc("diff", "--from", "1.27", "--to", "1.27", str(workload))[0] == 0


def test_several_jobs_and_shards_give_the_same_report(meshc: Run, tmp_path: Path) -> None:
    texts = [yamlio.dump({**WORKLOAD, "metadata": {"name": f"w{n}", "namespace": "shop"}}) for n in range(4)]
    (tmp_path / "all.yaml").write_text("---\n".join(texts))
    alone = meshc("diff", "--from", "1.29", "--to", "1.30", "all.yaml")
    assert meshc("diff", "--from", "1.29", "--to", "1.30", "all.yaml", "--jobs", "2") == alone
    half = meshc("diff", "--from", "1.29", "--to", "1.30", "all.yaml", "--shard", "1/2", "--format", "json")[1]
    assert {s for c in json.loads(half)["changes"] for s in c["subjects"]} == {
        "shop/deployment.w0",
        "shop/deployment.w2",
    }


def test_the_profiles_own_gateways_are_previewed_without_files(meshc: Run) -> None:
    code, out, _ = meshc("diff", "--from", "1.29", "--to", "1.30", "--profile", "demo", "--format", "json")
    subjects = {s for c in json.loads(out)["changes"] for s in c["subjects"]}
    assert code == 1
    assert {"default/deployment.httpbin", "istio-system/deployment.istio-ingressgateway"} <= subjects


def test_a_workload_that_cannot_be_injected_stops_the_preview(meshc: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(
        yamlio.dump(WORKLOAD).replace("image: registry", "image: [1]\n        x: registry")
    )
    code, out, err = meshc("diff", "--from", "1.29", "--to", "1.30", "bad.yaml")
    assert (code, out) == (2, "")
    assert "bad.yaml:" in err


def test_captured_pods_are_judged(meshc: Run, tmp_path: Path) -> None:
    _captured(tmp_path / "live", "1.24.3")
    code, out, _ = meshc("diff", "--live-from", "live", "--profile", "demo")
    assert code == 0
    assert out.splitlines()[1:] == [
        "shop/pod.web-5d4f8-abcde: current (Istio 1.24.3, profile demo)",
        "1 pod: 1 current",
    ]
    code, out, _ = meshc("diff", "--live-from", "live", "--profile", "demo", "--release", "1.30")
    assert code == 1
    assert "stale (Istio 1.24.3, profile demo explains it; wanted is Istio 1.30.3, profile demo)" in out


def test_captured_pods_are_chosen_by_label_and_namespace(meshc: Run, tmp_path: Path) -> None:
    _captured(tmp_path / "live", "1.24.3")
    for words in (("-l", "app=web,version!=v2,!team"), ("-n", "shop"), ("-l", "app")):
        assert meshc("diff", "--live-from", "live", "--profile", "demo", *words)[0] == 0
    for words in (("-l", "app=other"), ("-n", "other"), ("-l", "!app")):
        assert meshc("diff", "--live-from", "live", "--profile", "demo", *words)[0] == 2


def test_the_workloads_files_tell_what_a_pod_was_made_of(meshc: Run, tmp_path: Path, workload: Path) -> None:
    _captured(tmp_path / "live", "1.24.3")
    text = workload.read_text().replace("registry.example/web:1", "registry.example/web:2")
    workload.write_text(text)
    code, out, _ = meshc("diff", "--live-from", "live", "--profile", "demo", str(workload))
    assert code == 1
    assert '~ spec.containers[name=web].image: "registry.example/web:2" → "registry.example/web:1"' in out


FAILURES = {
    "Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout": "unreachable",
    'error: error loading config file "/x": yaml: line 3: mapping values are not allowed': "broken kubeconfig",
    'Error from server (Forbidden): pods is forbidden: User "x" cannot list resource "pods"': "RBAC",
    'error: context "nope" does not exist': "context",
}


def _kubectl(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    folder.mkdir()
    (folder / "kubectl").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "kubectl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")


@pytest.mark.parametrize("message", FAILURES, ids=list(FAILURES.values()))
def test_a_failing_kubectl_is_one_clear_line(
    meshc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    log = "E1121 10:00:00.0 12 memcache.go:265] couldn't get current server API group list"
    _kubectl(tmp_path / "bin", monkeypatch, f"echo \"{log}\" >&2\ncat >&2 <<'E'\n{message}\nE\nexit 1")
    assert meshc("diff", "--live") == (2, "", f"error: kubectl: {message.removeprefix('error: ')}\n")


def test_a_missing_kubectl_is_one_clear_line(meshc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, err = meshc("diff", "--live")
    assert (code, out) == (2, "")
    assert err == "error: kubectl is not on PATH; install it, or name captured files with --live-from DIR\n"


def test_running_pods_and_their_bootstraps_come_from_kubectl(
    meshc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _captured(tmp_path / "live", "1.24.3")
    pods = {"kind": "List", "items": [running(Settings.load(release="1.24.3", profile="demo"))]}
    (tmp_path / "pods.json").write_text(json.dumps(pods))
    script = f"""
case "$*" in
  *"--context prod"*"get pods -n shop -l app=web -o json"*) cat {tmp_path}/pods.json ;;
  *"exec -n shop web-5d4f8-abcde -c istio-proxy -- cat /etc/istio/proxy/envoy-rev.json"*) cat {tmp_path}/live/envoy-rev.json ;;
  *"get namespaces"*) echo 'namespaces is forbidden' >&2; exit 1 ;;
  *"get nodes"*) echo '{{"kind": "List", "items": []}}' ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac"""
    _kubectl(tmp_path / "bin", monkeypatch, script)
    words = ("--live", "--context", "prod", "-n", "shop", "-l", "app=web", "--bootstrap", "--profile", "demo")
    code, out, err = meshc("diff", *words)
    assert (code, out.splitlines()[-1]) == (0, "1 pod: 1 current")
    assert "warning: kubectl: namespaces is forbidden: labels of namespaces are unknown" in err
    text = (tmp_path / "live" / "envoy-rev.json").read_text().replace('"error_level": 32768', '"error_level": 1')
    (tmp_path / "live" / "envoy-rev.json").write_text(text.replace('"32768"', '"1"'))
    code, out, _ = meshc("diff", *words)
    assert (code, out.splitlines()[-1]) == (1, "1 pod: 1 foreign")
    assert "re2.max_program_size.error_level" in out


def _scraped(folder: Path, port: str, **ports: int) -> str:
    declared = [{"name": name.replace("_", "-"), "containerPort": number} for name, number in ports.items()]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop", "annotations": {"prometheus.io/port": port}},
        "spec": {"containers": [{"name": "web", "image": "web:1", "ports": declared}]},
    }
    file = folder / "scraped.yaml"
    file.write_text(yamlio.dump(pod))
    return str(file)


def test_an_upgrade_says_which_injection_will_fail_and_what_to_write(meshc: Run, tmp_path: Path) -> None:
    file = _scraped(tmp_path, "http-metrics", http_metrics=9090)
    code, out, _ = meshc("diff", "--from", "1.30", "--to", "1.31", file)
    assert code == 1
    assert '~ injection: "succeeds" → "fails: invalid prometheus scrape configuration: invalid port' in out
    assert 'write \\"9090\\"' in out
    assert "since 1.31: injection fails where `prometheus.io/port`" in out
    assert "1 change in 1 workload" in out
    code, out, _ = meshc("diff", "--from", "1.31", "--to", "1.30", file)
    assert (code, '~ injection: "fails: ' in out) == (1, True)


def test_an_injection_that_both_releases_refuse_is_an_error(meshc: Run, tmp_path: Path) -> None:
    file = _scraped(tmp_path, "15000")
    assert meshc("diff", "--from", "1.30", "--to", "1.31", file)[0] == 1
    code, _, err = meshc("diff", "--from", "1.31.0", "--to", "1.31", file)
    assert code == 2
    assert "port 15000 is reserved for Istio (Envoy admin) and cannot be scraped" in err
