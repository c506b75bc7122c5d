"""`meshc render`: the tree, the stream, determinism, what it refuses."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from meshc import catalog
from tests.cli.running import Run

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: {namespace}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
      - name: app
        image: example/app:1
"""


def _deployment(name: str, namespace: str = "shop") -> str:
    return DEPLOYMENT.format(name=name, namespace=namespace)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("release", [str(r) for r in catalog.releases()])
def test_demo_gives_its_gateways_and_the_sample_in_every_release(meshc: Run, release: str) -> None:
    outcome = meshc("render", "--profile", "demo", "--release", release)
    assert outcome.code == 0, outcome.err
    files = _files(Path("rendered") / f"demo-{release}")
    for workload in (
        "default/deployment.httpbin",
        "istio-system/deployment.istio-ingressgateway",
        "istio-system/deployment.istio-egressgateway",
    ):
        assert f"{workload}/manifest.yaml" in files
        assert json.loads(files[f"{workload}/envoy-rev.json"])["admin"]
        assert json.loads(files[f"{workload}/grpc-bootstrap.json"])["node"]
    assert "istio-system/deployment.istio-ingressgateway/resources.yaml" in files
    assert release in outcome.err


def test_minimal_brings_no_gateway(meshc: Run) -> None:
    assert meshc("render", "--profile", "minimal", "-o", "out").code == 0
    index = json.loads(Path("out/index.json").read_bytes())
    assert [w["workload"] for w in index["workloads"]] == ["default/deployment.httpbin"]


def test_the_index_names_every_file_with_its_digest(meshc: Run) -> None:
    meshc("render", "--profile", "demo", "-o", "out")
    files = _files(Path("out"))
    index = json.loads(files.pop("index.json"))
    listed = {name: digest for w in index["workloads"] for name, digest in w["files"].items()}
    assert listed == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert index["release"] == str(catalog.newest())
    assert index["profile"] == "demo"


def test_order_of_inputs_and_number_of_jobs_do_not_matter(meshc: Run) -> None:
    for name in "abc":
        Path(f"{name}.yaml").write_text(_deployment(name))
    meshc("render", "a.yaml", "b.yaml", "c.yaml", "-o", "one")
    meshc("render", "c.yaml", "a.yaml", "b.yaml", "-o", "two", "--jobs", "2")
    assert _files(Path("one")) == _files(Path("two"))


def test_shards_are_disjoint_and_complete(meshc: Run) -> None:
    Path("all.yaml").write_text("---\n".join(_deployment(n) for n in "abcde"))
    found = []
    for shard in ("1/2", "2/2"):
        assert meshc("render", "all.yaml", "-o", f"s{shard[0]}", "--shard", shard).code == 0
        found += [w["workload"] for w in json.loads(Path(f"s{shard[0]}/index.json").read_bytes())["workloads"]]
    assert sorted(found) == [f"shop/deployment.{n}" for n in "abcde"]


def test_a_stream_goes_to_standard_output_and_nothing_else_does(meshc: Run) -> None:
    outcome = meshc("render", "-", "-o", "-", stdin=_deployment("a"))
    assert outcome.code == 0
    assert outcome.out.startswith("apiVersion: apps/v1\nkind: Deployment\n")
    assert "istio-proxy" in outcome.out
    assert not Path("rendered").exists()


def test_the_folder_is_replaced_as_a_whole(meshc: Run) -> None:
    Path("a.yaml").write_text(_deployment("a"))
    Path("b.yaml").write_text(_deployment("b"))
    meshc("render", "a.yaml", "-o", "out")
    assert meshc("render", "b.yaml", "-o", "out").code == 0
    assert not Path("out/shop/deployment.a").exists()
    assert Path("out/shop/deployment.b/manifest.yaml").exists()
    assert [p.name for p in Path().iterdir() if p.name.startswith(".out")] == []


def test_a_workload_that_is_not_injected_has_its_manifest_alone(meshc: Run) -> None:
    text = _deployment("a").replace("labels: {app: a}", 'labels: {app: a, sidecar.istio.io/inject: "false"}')
    Path("a.yaml").write_text(text)
    meshc("render", "a.yaml", "-o", "out")
    assert [p.name for p in Path("out/shop/deployment.a").iterdir()] == ["manifest.yaml"]
    assert json.loads(Path("out/index.json").read_bytes())["workloads"][0]["decision"] == "skipped"


def _refused(outcome: object, *parts: str) -> None:
    code, err = outcome.code, outcome.err  # type: ignore[attr-defined]
    assert code == 2, err
    assert outcome.out == ""  # type: ignore[attr-defined]
    for part in parts:
        assert part in err
    assert "Traceback" not in err
    assert not Path("out").exists()


BAD_FILES = {
    "broken-yaml": ("a: [1\nb: 2", ["bad.yaml:2:2", "close the bracket"]),
    "no-containers": ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n", ["bad.yaml:4", "spec.containers"]),
    "bad-annotation": (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    sidecar.istio.io/proxyCPU: abc\n"
        "spec: {containers: [{name: x, image: y}]}\n",
        ["bad.yaml:6", "sidecar.istio.io/proxyCPU", "'abc'"],
    ),
    "no-name": ("apiVersion: v1\nkind: Pod\nmetadata: {}\nspec: {containers: [{name: x}]}\n", ["metadata.name"]),
    "no-workload": ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", ["no workload"]),
    "no-document": ("# nothing\n", ["bad.yaml", "no Kubernetes document"]),
    "a-name-that-is-a-path": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: ../../x}\nspec: {containers: [{name: x}]}\n",
        ["not a Kubernetes name", "../../x"],
    ),
    "alias-bomb": (
        "apiVersion: v1\nkind: Pod\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)),
        ["bad.yaml", "alias"],
    ),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_refused_with_its_place_and_nothing_written(meshc: Run, case: str) -> None:
    text, parts = BAD_FILES[case]
    Path("bad.yaml").write_text(text)
    _refused(meshc("render", "bad.yaml", "-o", "out"), *parts)


BAD_CALLS: dict[str, tuple[list[str], list[str]]] = {
    "profile": (["--profile", "dmeo"], ["dmeo", "demo"]),
    "release": (["--release", "1.99"], ["1.99", f"--release {catalog.newest().minor}", "--cluster-config"]),
    "old release": (["--release", "1.5"], ["1.5", f"1.17 … {catalog.newest().minor}"]),
    "setting": (["--set", "values.global.hubb=x"], ["values.global.hubb", "hub"]),
    "file": (["nosuch.yaml"], ["nosuch.yaml", "no such file"]),
    "shard": (["--shard", "3/2"], ["3/2"]),
    "feature": (["--feature", "X"], ["NAME=VALUE"]),
    "place": (["--pod-template-path", "Rollout"], ["KIND=PATH"]),
    "fact": (["--fact", "pod_ipp=1.2.3.4"], ["pod_ip"]),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_a_bad_call_is_refused_with_what_to_write(meshc: Run, case: str) -> None:
    args, parts = BAD_CALLS[case]
    _refused(meshc("render", *args, "-o", "out"), *parts)


def test_a_wrong_type_in_a_mesh_config_is_refused_with_its_line(meshc: Run) -> None:
    Path("mesh.yaml").write_text("defaultConfig:\n  proxyMetadata:\n    X: true\n")
    _refused(
        meshc("render", "--mesh-config", "mesh.yaml", "-o", "out"), "mesh.yaml:3", "proxyMetadata.X", "true", "quote"
    )


def test_all_errors_of_a_run_are_reported(meshc: Run) -> None:
    bad = _deployment("a").replace(
        "metadata: {labels: {app: a}}", "metadata: {annotations: {sidecar.istio.io/proxyCPU: x}}"
    )
    Path("two.yaml").write_text(bad + "---\n" + bad.replace("name: a", "name: b"))
    outcome = meshc("render", "two.yaml", "-o", "out")
    _refused(outcome, "error: two.yaml:9", "error: two.yaml:2")


def test_the_same_place_twice_names_both_documents(meshc: Run) -> None:
    Path("a.yaml").write_text(_deployment("a"))
    Path("b.yaml").write_text(_deployment("a"))
    _refused(meshc("render", "a.yaml", "b.yaml", "-o", "out"), "a.yaml:1", "b.yaml:1", "shop/deployment.a")


@pytest.mark.parametrize("verb", ["render", "inject"])
def test_a_document_of_50_mb_is_refused(meshc: Run, verb: str) -> None:
    Path("big.yaml").write_text(_deployment("a") + "---\n" + _deployment("b") + f"# {'x' * 50_000_000}\n")
    _refused(meshc(verb, "big.yaml", "-o", "out"), "big.yaml:14", "document too large (got 500", "3 MiB")


@pytest.mark.parametrize("verb", ["render", "inject"])
def test_a_large_document_on_standard_input_is_refused(meshc: Run, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    monkeypatch.setattr("meshc.load.manifest_files.LARGEST", 1000)
    both = _deployment("a") + "---\n" + _deployment("b")
    text = both + f"# {'x' * 1000}\n"
    _refused(meshc(verb, "-", "-o", "out", stdin=text), "<stdin>:14", "document too large", "1000 bytes")


def test_empty_standard_input_is_refused(meshc: Run) -> None:
    _refused(meshc("render", "-", "-o", "out"), "standard input is empty")


def test_somebody_elses_folder_is_refused(meshc: Run) -> None:
    Path("theirs").mkdir()
    Path("theirs/notes.txt").write_text("mine")
    outcome = meshc("render", "-o", "theirs")
    assert outcome.code == 2
    assert "notes.txt" in outcome.err
    assert _files(Path("theirs")) == {"notes.txt": b"mine"}


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc/sys").exists(), reason="needs a folder root cannot write to")
def test_an_unwritable_folder_is_refused(meshc: Run) -> None:
    outcome = meshc("render", "-o", "/proc/nowhere/out")
    assert outcome.code == 2
    assert "/proc/nowhere/out" in outcome.err


@pytest.mark.parametrize("form", ["json", "yaml", "wide", "name"])
def test_a_form_after_o_is_refused_with_the_right_option(meshc: Run, form: str) -> None:
    outcome = meshc("render", "-o", form)
    assert outcome.code == 2
    assert f"--format {form}" in outcome.err
