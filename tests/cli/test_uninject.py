"""`meshc inject --in-place` and `meshc uninject`: the user's own bytes come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshc import yamlio
from tests.cli.running import Run

MANIFEST = """\
# my app
apiVersion: apps/v1
kind: Deployment
metadata:
    name: "web"   # quoted
    labels: {app: web,   tier: 'front'}
spec:
    selector:
        matchLabels: {app: web}
    template:
        metadata:
            labels: {app: web}
            # nothing here
        spec:
            volumes:
              # data of the app
              - name: data
                emptyDir: {}

              - {name: cfg, configMap: {name: x}}
            containers:
              - image: 'nginx:1'   # pinned
                name: app
                livenessProbe:
                    tcpSocket: {port: 80}
                    initialDelaySeconds: 5
                readinessProbe:
                    httpGet:
                        # inside
                        path: "/ready"
                        port: 80
                        scheme: HTTPS
                command:
                  - sh
                  - -c
                  - |
                    echo "hi"

                    # not a comment
              # trailing
"""
SERVICE = "# foreign\napiVersion: v1\nkind:   Service\nmetadata: {name: x}\n"
POD = MANIFEST.replace("Deployment", "StatefulSet")
NAMED_PORT = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: app
    image: app
    ports: [{name: http, containerPort: 80}]
    livenessProbe: {httpGet: {port: http}}
"""


@pytest.mark.parametrize("release", ["1.17", "1.22", "1.30"])
@pytest.mark.parametrize(
    "text",
    [
        MANIFEST,
        f"{MANIFEST}---\n{SERVICE}---\n{POD}# end\n",
        f"---\n{MANIFEST}",
        MANIFEST.replace("\n", "\r\n"),
        MANIFEST.removesuffix("\n"),
        "\ufeff" + MANIFEST,
        yamlio.dump_json(yamlio.load(MANIFEST)),
        f"apiVersion: v1\nkind: List\nitems:\n- {MANIFEST.partition(chr(10))[2]}".replace("\n", "\n  ")
        .replace("\n  kind: List", "\nkind: List")
        .replace("\n  items:\n  -", "\nitems:\n-")
        .rstrip(" "),
    ],
    ids=["one", "several", "separator", "crlf", "no-end", "bom", "json", "list"],
)
def test_in_place_there_and_back_gives_the_same_bytes(meshc: Run, tmp_path: Path, release: str, text: str) -> None:
    file = tmp_path / "web.yaml"
    file.write_bytes(text.encode())
    file.chmod(0o640)
    assert meshc("inject", "web.yaml", "--in-place", "--release", release, "--profile", "demo").code == 0
    between = file.read_bytes()
    assert b"istio-proxy" in between
    assert file.stat().st_mode & 0o777 == 0o640
    done = meshc("uninject", "web.yaml", "--in-place", "--profile", "demo")
    assert (done.code, done.out) == (0, "")
    assert file.read_bytes() == text.encode()


def test_in_place_says_the_same_as_the_stream(meshc: Run, tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(MANIFEST)
    stream = meshc("inject", "web.yaml").out
    meshc("inject", "web.yaml", "--in-place")
    assert meshc("inject", "web.yaml", "--report", "text").out == stream
    text = (tmp_path / "web.yaml").read_text()
    assert all(line in text for line in MANIFEST.splitlines() if "#" in line)


def test_streams_there_and_back_give_the_typed_original(meshc: Run) -> None:
    skipped = MANIFEST.replace("labels: {app: web}\n", 'labels: {app: web, sidecar.istio.io/inject: "false"}\n')
    typed = meshc("inject", "-", stdin=f"{skipped}---\n{SERVICE}").out
    typed = typed.replace('        sidecar.istio.io/inject: "false"\n', "")
    there = meshc("inject", "-", stdin=f"{MANIFEST}---\n{SERVICE}")
    back = meshc("uninject", "-", stdin=there.out)
    assert (back.code, back.out) == (0, typed)


def test_nothing_is_written_when_one_file_fails(meshc: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MANIFEST)
    (tmp_path / "b.yaml").write_text(MANIFEST.replace("'nginx:1'", "[1]"))
    failed = meshc("inject", "a.yaml", "b.yaml", "--in-place")
    assert (failed.code, failed.out) == (2, "")
    assert "b.yaml" in failed.err
    assert (tmp_path / "a.yaml").read_text() == MANIFEST


def test_a_guess_is_refused_and_named(meshc: Run, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(NAMED_PORT)
    meshc("inject", "p.yaml", "-i")
    injected = (tmp_path / "p.yaml").read_text()
    refused = meshc("uninject", "p.yaml", "-i")
    assert (refused.code, refused.out) == (2, "")
    assert "p.yaml:" in refused.err
    assert "spec.containers[0].livenessProbe.httpGet.port" in refused.err
    assert (tmp_path / "p.yaml").read_text() == injected
    guessed = meshc("uninject", "p.yaml", "-i", "--guess")
    assert guessed.code == 0
    assert "guessed: p.yaml: pod.p: spec.containers[0].livenessProbe.httpGet.port" in guessed.err
    assert (tmp_path / "p.yaml").read_text() == NAMED_PORT.replace("port: http}", "port: 80}")


def test_what_is_not_injected_passes(meshc: Run) -> None:
    passed = meshc("uninject", "-", stdin=MANIFEST)
    assert (passed.code, passed.out) == (0, f"{MANIFEST}---\n")
    assert "nothing removed" in passed.err


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("uninject",), "no files named"),
        (("uninject", "missing.yaml"), "no such file"),
        (("uninject", "-", "-i"), "--in-place"),
        (("inject", "-", "-i"), "--in-place"),
    ],
)
def test_misuse_is_told(meshc: Run, args: tuple[str, ...], word: str) -> None:
    told = meshc(*args, stdin=MANIFEST)
    assert (told.code, told.out) == (2, "")
    assert word in told.err


def test_anchors_that_would_be_taken_apart_are_refused(meshc: Run, tmp_path: Path) -> None:
    text = MANIFEST.replace("labels: {app: web,   tier: 'front'}", "labels: &l {app: web}").replace(
        "labels: {app: web}\n            #", "labels: *l\n            #"
    )
    (tmp_path / "web.yaml").write_text(text)
    refused = meshc("inject", "web.yaml", "-i")
    assert refused.code == 2
    assert "cannot be edited in place" in refused.err
    assert (tmp_path / "web.yaml").read_text() == text
