"""Whatever a pod, a dump or a listing holds: an answer or a pointed error, never a crash."""

from __future__ import annotations

import contextlib
import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from meshc import catalog
from meshc.errors import MeshcError
from meshc.interception.dumps import listing
from meshc.interception.packet_rules import capture
from meshc.interception.ports import sockets
from meshc.interception.ports.pictures import draw
from meshc.interception.ports.pod_ports import pod_ports
from meshc.lint import findings
from meshc.yamlio import Document
from tests.interception.samples import at, pod
from tests.interception.test_ports import LSOF, NETSTAT, SS
from tests.lint.test_lint import Given

JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    70000,
    1.5,
    "",
    "x",
    ":",
    "*",
    "10.0.0.0/8",
    [],
    {},
    [1],
    [None],
    [[]],
    {"a": 1},
    {"name": None},
    "{",
    "\x00",
]
PODS = [
    pod(),
    pod(
        cni=True,
        annotations={"traffic.sidecar.istio.io/excludeInboundPorts": "80"},
        proxy_env={"ISTIO_META_DNS_CAPTURE": "true"},
    ),
    pod(
        app={"livenessProbe": {"httpGet": {"port": "http"}}, "resources": {"requests": {"cpu": "1"}}},
        document={"status": {"podIPs": [{"ip": "10.0.0.5"}]}},
    ),
]


def paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield from paths(value, (*path, key))


def spoiled(chance: random.Random) -> Any:
    document = copy.deepcopy(chance.choice(PODS))
    *parents, last = chance.choice([p for p in paths(document) if p])
    node: Any = document
    for key in parents:
        node = node[key]
    node[last] = copy.deepcopy(chance.choice(JUNK))
    return document


def answer(function: Callable[[], object]) -> None:
    """Anything but a MeshcError fails the test."""
    with contextlib.suppress(MeshcError):
        function()


@pytest.mark.parametrize("seed", range(150))
def test_a_spoiled_pod(seed: int) -> None:
    document = spoiled(random.Random(seed))
    release = ("1.17", "1.24", "1.30")[seed % 3]
    answer(lambda: capture(document, at(release)).transcript)
    answer(lambda: draw(pod_ports(document, catalog.release(release)), "svg"))
    answer(lambda: findings(Document(document, "f"), document, Given(catalog.release(release))))


@pytest.mark.parametrize("seed", range(150))
def test_a_spoiled_listing(seed: int) -> None:
    chance = random.Random(seed)
    text = list(chance.choice([NETSTAT, SS, LSOF, capture(pod(), at("1.30")).saved]))
    for _ in range(4):
        start = chance.randrange(len(text))
        text[start : start + chance.randint(0, 30)] = chance.choice("x \n:*-!#")
    answer(lambda: sockets.read("".join(text)))
    answer(lambda: listing.read("".join(text)))
