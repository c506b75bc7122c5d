"""What clients may do wrong: everyone gets a 4xx or a review's error, and the next well-formed review its right answer."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest

from meshc.settings import Settings
from meshc.webhook import respond
from tests.webhook.running import REVIEW_HEADERS, Running, plain_pod, review_of
from tests.webhook.wire import connect, everything, head, status_of

GOOD = review_of(plain_pod())


@pytest.fixture(autouse=True)
def _still_right(webhook: Running, client: httpx.Client, settings: Settings) -> Iterator[None]:
    """After each fault a good review has its right answer, and nothing about our code came to light."""
    yield
    reply = client.post("/inject", content=GOOD, headers=REVIEW_HEADERS)
    assert (reply.status_code, reply.content) == respond(GOOD, settings)
    assert webhook.process.poll() is None
    assert "Traceback" not in webhook.text()
    assert "panicked" not in webhook.text()


@pytest.fixture(scope="module")
def settings() -> Settings:
    """The server's settings."""
    return Settings.load()


MALFORMED = {
    "garbage": b"\x00\xff\x13garbage",
    "half a review": GOOD[:-40],
    "two reviews": GOOD + GOOD,
    "a number": b"17",
    "null": b"null",
    "a list": b"[]",
    "nothing in it": b"{}",
    "not UTF-8": GOOD.replace(b"app:1", b"\xff\xfe"),
    "lone surrogate": GOOD.replace(b"app:1", b"\\ud800"),
    "wrong API version": GOOD.replace(b"admission.k8s.io/v1", b"admission.k8s.io/v2"),
    "wrong kind": GOOD.replace(b"AdmissionReview", b"ConversionReview"),
    "no request": b'{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}',
    "request is text": b'{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":"x"}',
    "no object": review_of(None),
    "object is text": review_of("pod"),
    "object is a list": review_of([plain_pod()]),
    "containers is text": review_of({**plain_pod(), "spec": {"containers": "x"}}),
    "metadata is a number": review_of({**plain_pod(), "metadata": 1}),
    "labels are numbers": review_of(plain_pod(labels={"app": 1})),
    "deep list": review_of({**plain_pod(), "spec": {"containers": [], "volumes": None}}).replace(
        b"null", b"[" * 5000 + b"]" * 5000
    ),
    "deep map": review_of({**plain_pod(), "x": None}).replace(b"null", b'{"a":' * 400 + b"1" + b"}" * 400),
    "uid is a map": GOOD.replace(b'"uid":"u"', b'"uid":{"a":1}'),
    "namespace is a list": GOOD.replace(b'"namespace":"default"', b'"namespace":["default"]'),
    "infinity": GOOD.replace(b"8080", b"1e999"),
    "port is text": GOOD.replace(b"8080", b'"8080"'),
    "port is huge": GOOD.replace(b"8080", b"9" * 400),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_malformed_reviews_are_answered_as_reviews(client: httpx.Client, body: bytes) -> None:
    reply = client.post("/inject", content=body, headers=REVIEW_HEADERS)
    assert reply.status_code == 200
    response = reply.json()["response"]
    if response["allowed"]:
        # Istio takes it too: what is not read cannot be wrong.
        assert "patch" in response
        return
    message = response["status"]["message"]
    assert message
    assert "internal error" not in message
    assert "Traceback" not in message
    assert len(message) < 5000


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"", REVIEW_HEADERS, 400),
        (GOOD, {}, 415),
        (GOOD, {"Content-Type": "application/json; charset=utf-8"}, 415),
        (GOOD, {"Content-Type": "text/plain"}, 415),
    ],
    ids=["empty", "no type", "parameters", "text"],
)
def test_requests_that_are_no_reviews(
    webhook: Running, http2: bool, content: bytes, headers: dict[str, str], status: int
) -> None:
    with webhook.client(http2=http2) as own:
        reply = own.post("/inject", content=content, headers=headers)
        assert reply.status_code == status
        assert reply.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("size", [6 * 1024 * 1024 + 1, 10 * 1024 * 1024], ids=["one byte too many", "10 MB"])
def test_a_body_over_the_limit_is_refused(webhook: Running, size: int) -> None:
    # Over HTTP/1.1: httpcore's HTTP/2 waits for the window of a stream whose answer it already has.
    with webhook.client(http2=False) as own:
        reply = own.post("/inject", content=b"x" * size, headers=REVIEW_HEADERS)
        assert reply.status_code == 400
        assert reply.headers["content-type"].startswith("text/plain")


def test_body_of_the_limit_is_read(client: httpx.Client) -> None:
    padding = 6 * 1024 * 1024 - len(GOOD)
    reply = client.post("/inject", content=GOOD + b" " * padding, headers=REVIEW_HEADERS)
    assert reply.json()["response"]["allowed"]


def test_huge_annotation(client: httpx.Client, settings: Settings) -> None:
    body = review_of(plain_pod(annotations={"note": "x" * 5_000_000}))
    reply = client.post("/inject", content=body, headers=REVIEW_HEADERS)
    assert (reply.status_code, reply.content) == respond(body, settings)


def test_long_body_in_chunks_is_cut_off(webhook: Running) -> None:
    with connect(webhook) as connection:
        connection.sendall(head(None, "Transfer-Encoding: chunked"))
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        try:
            for _ in range(60):
                connection.sendall(chunk)
        except OSError:
            pass
        assert status_of(everything(connection)) == 400


def test_chunks_of_a_good_review(webhook: Running) -> None:
    with connect(webhook) as connection:
        connection.sendall(head(None, "Transfer-Encoding: chunked", "Connection: close"))
        for start in range(0, len(GOOD), 7):
            piece = GOOD[start : start + 7]
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")
        assert b'"allowed":true' in everything(connection)


@pytest.mark.parametrize(
    "sent",
    [b"\x16\x03\x01garbage\r\n\r\n", b"NONSENSE\r\n\r\n", b"POST /inject HTTP/9.9\r\n\r\n", b"\x00" * 300],
    ids=["binary", "no request", "version", "zeros"],
)
def test_no_http(webhook: Running, sent: bytes) -> None:
    with connect(webhook) as connection:
        connection.sendall(sent)
        said = everything(connection)
        assert said == b"" or 400 <= status_of(said) <= 505


def test_no_tls(webhook: Running) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.post(f"http://127.0.0.1:{webhook.port}/inject", content=GOOD, headers=REVIEW_HEADERS, timeout=10)


def test_long_head(webhook: Running) -> None:
    with connect(webhook) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(head(len(GOOD), "X-Long: " + "x" * 2_000_000))
        assert 400 <= status_of(everything(connection)) < 500


@pytest.mark.parametrize("declared", ["-1", "abc", "1e3", "99999999999999999999999"])
def test_odd_content_length(webhook: Running, declared: str) -> None:
    with connect(webhook) as connection:
        connection.sendall(head(None, f"Content-Length: {declared}"))
        assert 400 <= status_of(everything(connection)) < 500


def test_truncated_body_does_no_harm(webhook: Running) -> None:
    before = webhook.metric("sidecar_injection_requests_total")
    for length in (0, 1, 100):
        with connect(webhook) as connection:
            connection.sendall(head(len(GOOD)) + GOOD[:length])
    end = time.monotonic() + 10
    while webhook.metric("sidecar_injection_requests_total") < before + 3 and time.monotonic() < end:
        time.sleep(0.05)
    assert webhook.metric("sidecar_injection_requests_total") == before + 3


def test_slow_head_is_cut_off(webhook: Running) -> None:
    with connect(webhook) as connection:
        started = time.monotonic()
        connection.sendall(b"POST /inject HTTP/1.1\r\nHost: lo")
        said = everything(connection)
        assert said == b"" or status_of(said) == 408
        assert time.monotonic() - started < 5


def test_slow_body_is_cut_off(webhook: Running) -> None:
    with connect(webhook) as connection:
        started = time.monotonic()
        connection.sendall(head(len(GOOD)) + GOOD[:10])
        assert status_of(everything(connection)) == 408
        assert time.monotonic() - started < 5


def test_dripping_body_is_cut_off(webhook: Running) -> None:
    with connect(webhook) as connection:
        started = time.monotonic()
        connection.sendall(head(len(GOOD)))
        stop = threading.Event()
        dripping = threading.Thread(target=_drip, args=(connection, stop))
        dripping.start()
        said = everything(connection)
        stop.set()
        dripping.join()
        assert status_of(said) == 408
        assert time.monotonic() - started < 5


def test_slow_clients_do_not_hold_up_others(webhook: Running, client: httpx.Client) -> None:
    """More slow long bodies than are read at once: short reviews pass by."""
    threads = [threading.Thread(target=_slow_long_body, args=(webhook,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    started = time.monotonic()
    for _ in range(20):
        assert client.post("/inject", content=GOOD, headers=REVIEW_HEADERS).json()["response"]["allowed"]
    assert time.monotonic() - started < 1
    for thread in threads:
        thread.join()


def test_many_at_once_all_get_their_own_answer(webhook: Running) -> None:
    wrong: list[Any] = []

    def ask(number: int) -> None:
        with webhook.client(http2=number % 2 == 0) as own:
            for turn in range(10):
                uid = f"{number}-{turn}"
                reply = own.post("/inject", content=review_of(plain_pod(), uid=uid), headers=REVIEW_HEADERS)
                if reply.status_code != 200 or reply.json()["response"]["uid"] != uid:
                    wrong.append((uid, reply.status_code))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_pipelined_requests(webhook: Running) -> None:
    with connect(webhook) as connection:
        connection.sendall((head(len(GOOD)) + GOOD) * 3 + head(len(GOOD), "Connection: close") + GOOD)
        assert everything(connection).count(b'"allowed":true') == 4


def test_errors_are_not_told_with_pod_contents_in_the_log(webhook: Running, client: httpx.Client) -> None:
    secret = "s3cret-in-the-pod"
    pod = plain_pod(annotations={"traffic.sidecar.istio.io/includeInboundPorts": secret})
    reply = client.post("/inject", content=review_of(pod, uid="told"), headers=REVIEW_HEADERS)
    assert secret in reply.json()["response"]["status"]["message"]
    line = webhook.wait_for("review", uid="told")[0]
    assert (line["outcome"], line["reason"], line["level"]) == ("failed", "refused", "warning")
    assert secret not in webhook.text()


def test_unknown_paths(client: httpx.Client) -> None:
    for path in ("/", "/injectx", "/revision/nobody/inject", "/revision//inject", "/metrics"):
        assert client.post(path, content=GOOD, headers=REVIEW_HEADERS).status_code == 404


def _drip(connection: Any, stop: threading.Event) -> None:
    try:
        while not stop.wait(0.1):
            connection.sendall(b" ")
    except OSError:
        return


def _slow_long_body(webhook: Running) -> None:
    with connect(webhook) as connection:
        connection.sendall(head(1_000_000) + b"{")
        assert status_of(everything(connection)) == 408


def test_answer_is_json(client: httpx.Client) -> None:
    reply = client.post("/inject", content=GOOD, headers=REVIEW_HEADERS)
    assert reply.headers["content-type"] == "application/json"
    assert orjson.loads(reply.content)["kind"] == "AdmissionReview"
