"""Memory stays bounded: what is kept does not grow with what was asked.

`python benchmarks/webhook_load.py --requests 100000` is the long form.
"""

from __future__ import annotations

import itertools
from pathlib import Path

from tests.webhook.running import REVIEW_HEADERS, Running, plain_pod, review_of, running
from tests.webhook.wire import connect, everything, head

MIB = 1024 * 1024


def test_memory_is_bounded(tmp_path: Path) -> None:
    number = itertools.count()
    with running(tmp_path, "--log-level=info") as webhook:
        _ask(webhook, 300, number)
        _misbehave(webhook)
        before = webhook.memory()
        _ask(webhook, 1500, number)
        _misbehave(webhook)
        grown = webhook.memory() - before
    assert grown < 24 * MIB


def _ask(webhook: Running, count: int, number: itertools.count[int]) -> None:
    """Reviews no two of which are alike: names, labels, settings, paths."""
    with webhook.client() as client:
        for _, n in zip(range(count), number, strict=False):
            config = {"proxy.istio.io/config": f"concurrency: {n % 7}\nterminationDrainDuration: {n}s\n"}
            pod = plain_pod(name=f"p{n}", labels={"app": f"a{n}"}, annotations=config)
            path = f"/inject/cluster/c{n}"
            reply = client.post(path, content=review_of(pod, namespace=f"ns{n}"), headers=REVIEW_HEADERS)
            assert reply.json()["response"]["allowed"]


def _misbehave(webhook: Running) -> None:
    with webhook.client() as client:
        for _ in range(5):
            client.post("/inject", content=b"x" * (7 * MIB), headers=REVIEW_HEADERS)
            client.post("/inject", content=b'{"a":' * 100_000, headers=REVIEW_HEADERS)
    for _ in range(50):
        with connect(webhook) as connection:
            connection.sendall(head(100) + b"{")
    with connect(webhook) as connection:
        connection.sendall(b"\x00" * 1000)
        everything(connection)
