"""Counters mean what they mean in the settings' release; both health ports tell the truth."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.webhook.running import REVIEW_HEADERS, Running, plain_pod, review_of, running

COUNTERS = ("requests", "success", "failure", "skip")
SKIPPED = review_of(plain_pod(labels={"sidecar.istio.io/inject": "false"}))
REFUSED = review_of(plain_pod(annotations={"traffic.sidecar.istio.io/includeInboundPorts": "x"}))
LONG = b"x" * (1024 * 1024 + 1)


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A webhook with revisions of an old and a new release."""
    folder = tmp_path_factory.mktemp("counting")
    for name, release in (("r117", "1.17"), ("r125", "1.25"), ("r126", "1.26")):
        (folder / f"{name}.yaml").write_text(f"release: '{release}'\n")
    revisions = [f"--revision-settings={n}={folder / n}.yaml" for n in ("r117", "r125", "r126")]
    with running(folder, "--max-body-bytes=1048576", *revisions) as made:
        yield made


def counts(webhook: Running) -> tuple[int, ...]:
    """requests, success, failure, skip."""
    return tuple(int(webhook.metric(f"sidecar_injection_{name}_total")) for name in COUNTERS)


def eventually(ask: Callable[[], Any], wanted: object) -> object:
    """What `ask` says once it says `wanted`, or in the end: a worker counts after it has answered."""
    deadline = time.monotonic() + 5
    while (found := ask()) != wanted and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


@pytest.mark.parametrize(
    ("body", "headers", "before_126", "since_126"),
    [
        (review_of(plain_pod()), REVIEW_HEADERS, (1, 1, 0, 0), (1, 1, 0, 0)),
        (SKIPPED, REVIEW_HEADERS, (1, 0, 0, 1), (1, 1, 0, 1)),
        (REFUSED, REVIEW_HEADERS, (1, 0, 1, 0), (1, 1, 1, 0)),
        (b"garbage", REVIEW_HEADERS, (1, 0, 1, 0), (1, 1, 1, 0)),
        (b"", REVIEW_HEADERS, (1, 0, 1, 0), (1, 0, 1, 0)),
        (b"{}", {}, (1, 0, 1, 0), (1, 0, 1, 0)),
        (LONG, REVIEW_HEADERS, (1, 0, 0, 0), (1, 0, 1, 0)),
    ],
    ids=["injected", "skipped", "refused", "undecodable", "empty", "no type", "too long"],
)
def test_counters(
    counting: Running,
    body: bytes,
    headers: dict[str, str],
    before_126: tuple[int, ...],
    since_126: tuple[int, ...],
) -> None:
    with counting.client() as client:
        for revision, expected in (("r125", before_126), ("r126", since_126)):
            before = counts(counting)
            client.post(f"/revision/{revision}/inject", content=body, headers=headers)
            wanted = tuple(b + e for b, e in zip(before, expected, strict=True))
            assert eventually(lambda: counts(counting), wanted) == wanted


def test_istios_histogram_came_in_1_18(counting: Running) -> None:
    with counting.client() as client:
        for revision, seen in (("r117", 0), ("r125", 1)):
            before = counting.metric("sidecar_injection_time_seconds_count")
            client.post(f"/revision/{revision}/inject", content=SKIPPED, headers=REVIEW_HEADERS)
            found = eventually(lambda: counting.metric("sidecar_injection_time_seconds_count"), before + seen)
            assert found == before + seen


def test_buckets(counting: Running) -> None:
    text = counting.monitoring("/metrics")[1]
    bounds = [
        line.partition('le="')[2].partition('"')[0]
        for line in text.splitlines()
        if line.startswith("sidecar_injection_time_seconds_bucket")
    ]
    assert bounds == ["0.1", "1.0", "3.0", "5.0", "10.0", "20.0", "30.0", "60.0", "+Inf"]
    fine = [line for line in text.splitlines() if line.startswith("meshc_injection_latency_seconds_bucket")]
    bounds = [line.partition('le="')[2].partition('"')[0] for line in fine]
    assert sum(float(b) <= 0.001 for b in bounds) >= 10
    assert "0.001" in bounds


def test_the_exposition_says_when_the_certificate_ends(counting: Running) -> None:
    from datetime import UTC, datetime

    left = counting.metric("meshc_certificate_expiry_timestamp_seconds") - datetime.now(UTC).timestamp()
    assert 1.9 * 86400 < left < 2.1 * 86400


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [("/ready", 200, "ready"), ("/healthz", 200, "ok"), ("/metrics?x=1", 200, "# HELP"), ("/", 404, "not here")],
)
def test_monitoring_port(counting: Running, path: str, status: int, says: str) -> None:
    found, text = counting.monitoring(path)
    assert found == status
    assert text.startswith(says)


@pytest.mark.parametrize("http2", [False, True])
def test_health_on_the_webhook_port(counting: Running, http2: bool) -> None:
    with counting.client(http2=http2) as client:
        for path, says in (("/ready", "ready"), ("/healthz", "ok")):
            reply = client.get(path)
            assert (reply.status_code, reply.text) == (200, says)
            assert reply.http_version == ("HTTP/2" if http2 else "HTTP/1.1")


def test_not_ready_when_nobody_answers() -> None:
    from meshc.webhook.listeners import Listeners
    from meshc.webhook.monitoring import Probe

    silent = Listeners("127.0.0.1", 0)
    try:
        assert "does not answer" in (Probe("127.0.0.1", silent.port)() or "")
    finally:
        silent.close()
    assert "does not answer" in (Probe("0.0.0.0", silent.port)() or "")


def test_not_ready_while_stopping(tmp_path: Path) -> None:
    webhook = Running(tmp_path)
    webhook.terminate()
    seen = set()
    end = time.monotonic() + 60
    while webhook.process.poll() is None and time.monotonic() < end:
        try:
            seen.add(webhook.monitoring("/ready"))
        except OSError:
            break
    assert (503, "stopping") in seen
    # no second SIGTERM: once Python shuts down it would end the process by the signal
    assert webhook.process.wait(60) == 0


def test_log_lines_tell_each_decision(counting: Running) -> None:
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "shop-5f7d8", "controller": True, "uid": "1"}
    labels = {"pod-template-hash": "5f7d8"}
    pod = plain_pod(generateName="shop-5f7d8-", ownerReferences=[owner], labels=labels)
    pod["metadata"].pop("name")
    with counting.client() as client:
        client.post(
            "/inject/cluster/c1", content=review_of(pod, uid="line-1", namespace="shop"), headers=REVIEW_HEADERS
        )
        client.post("/revision/r126/inject", content=SKIPPED.replace(b'"u"', b'"line-2"'), headers=REVIEW_HEADERS)
    line = counting.wait_for("review", uid="line-1")[0]
    assert {k: line[k] for k in ("outcome", "namespace", "owner", "path", "revision", "status")} == {
        "outcome": "injected",
        "namespace": "shop",
        "owner": "Deployment/shop",
        "path": "/inject/cluster/c1",
        "revision": "default",
        "status": 200,
    }
    assert line["reason"]
    skipped = counting.wait_for("review", uid="line-2")[0]
    assert (skipped["outcome"], skipped["revision"]) == ("skipped", "r126")


def test_paths_are_decoded_once(counting: Running) -> None:
    import base64

    def patch(path: str) -> bytes:
        with counting.client() as client:
            reply: httpx.Response = client.post(path, content=review_of(plain_pod()), headers=REVIEW_HEADERS)
        return base64.b64decode(reply.json()["response"]["patch"])

    assert b'{"name":"ISTIO_META_CLUSTER_ID","value":"a/b"}' in patch("/inject/cluster/a--slash--b")
    assert b'"value":"a b"' in patch("/inject/cluster/a%20b")
    assert b'"value":"a%20b"' in patch("/inject/cluster/a%2520b")
    assert "é".encode() in patch("/inject/net/%C3%A9")
