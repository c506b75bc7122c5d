"""The captured files of a 1.17.2 cluster come out of `meshc render --profile demo`, but for what the cluster added."""

from __future__ import annotations

import copy
import os
from pathlib import Path

import pytest

from meshc import yamlio
from meshc.comparison.compare import Domain, compare
from meshc.comparison.noise import sift
from meshc.yamlio import Json
from tests.cli.running import Run, runner

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("MESHC_CAPTURES") or CHECKOUT.parent / "shared" / "captures")
CLUSTER = FOLDER / "1.17.2"
NEEDED: Json = yamlio.load((Path(__file__).parent / "needed.yaml").read_text())
# what the cluster drew for the pod the two bootstraps were copied from
POD = {"pod_name": "istio-ingressgateway-cb9c6b49d-2bm49", "pod_ip": "10.10.241.86", "node_name": "master01"}

pytestmark = pytest.mark.skipif(not CLUSTER.is_dir(), reason="no captures: set MESHC_CAPTURES")


@pytest.fixture
def meshc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """The command line in an empty working folder."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capsys)


def test_the_captured_pod(meshc: Run) -> None:
    before = str(FOLDER / "derived" / "httpbin-pod.before-injection.yaml")
    outcome = meshc("render", before, "--profile", "demo", "--release", "1.17.2", "-o", "out")
    assert outcome.code == 0, outcome.err
    found = yamlio.load(Path("out/istio-demo/pod.httpbin-798dbb9f74/manifest.yaml").read_text())
    _equal("httpbin-pod", found, CLUSTER / "httpbin" / "injected-pod.yaml", "manifest")


@pytest.mark.parametrize("name", ["envoy-rev", "grpc-bootstrap"])
def test_the_captured_bootstraps(meshc: Run, name: str) -> None:
    facts = [arg for fact in POD.items() for arg in ("--fact", "=".join(fact))]
    outcome = meshc("render", "--profile", "demo", "--release", "1.17.2", "-o", "out", *facts)
    assert outcome.code == 0, outcome.err
    found = yamlio.load(Path(f"out/istio-system/deployment.istio-ingressgateway/{name}.json").read_text())
    _equal(f"ingressgateway-{name}", found, CLUSTER / "ingressgateway" / f"{name}.json", "bootstrap")


def test_a_difference_nobody_listed_fails() -> None:
    file = CLUSTER / "httpbin" / "injected-pod.yaml"
    spoiled = copy.deepcopy(yamlio.load(file.read_text()))
    spoiled["spec"]["initContainers"][0]["args"][-1] = "--log_output_level=default:debug"
    with pytest.raises(AssertionError, match=r"spec\.initContainers\[name=istio-init\]\.args"):
        _equal("httpbin-pod", spoiled, file, "manifest")


def test_every_reason_is_one_of_the_reviewed_list() -> None:
    from meshc.comparison import noise

    reasons = {entry["reason"] for part in noise.entries().values() for entry in part}
    assert {reason for places in NEEDED.values() for reason in places.values()} <= reasons


def _equal(capture: str, found: Json, file: Path, domain: Domain) -> None:
    """Nothing differs but what the cluster added, and all of the list was needed."""
    kept, noise = sift(compare(found, yamlio.load(file.read_text()), domain=domain), domain=domain)
    assert [(d.where, d.old, d.new) for d in kept] == []
    assert {n.difference.where: n.reason for n in noise} == NEEDED[capture]
