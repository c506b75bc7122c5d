"""How long one bootstrap takes, measured against writing the same document with orjson within the same run.

`python benchmarks/bootstrap.py` prints each step in microseconds and its ratio; it ends with 1 when filling and writing
one Envoy bootstrap from prepared facts takes more than 15 times as long as `orjson.dumps` of that document.
"""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable

import orjson

from meshc.bootstraps import grpc_bootstrap
from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.bootstraps.envoy import envoy_bootstrap
from meshc.bootstraps.node import node_facts
from meshc.catalog import release, releases
from meshc.models import proxy
from meshc.models.proxy_config import ProxyConfig

LIMIT = 15
ROUNDS, REPEATS = 300, 9


def main() -> int:
    """Measure every release; 1 when one is over the limit."""
    print(f"{'release':<9}{'dumps':>8}{'fill':>8}{'write':>8}{'ratio':>8}{'view':>8}{'facts':>8}{'grpc':>8}  (µs)")
    return 1 if any(measure(r.minor) > LIMIT for r in releases()) else 0


def measure(text: str) -> float:
    """Print one release's line; gives the ratio that counts."""
    agent = sample(text)
    facts = node_facts.prepare(agent)
    view = envoy_bootstrap.view(facts)
    document = envoy_bootstrap.render(view, agent.release)
    plain = best(lambda: orjson.dumps(document))
    fill = best(lambda: envoy_bootstrap.render(view, agent.release))
    write = best(lambda: envoy_bootstrap.dump(document))
    ratio = (fill + write) / plain
    steps = (
        best(lambda: envoy_bootstrap.view(facts)),
        best(lambda: node_facts.prepare(agent)),
        best(lambda: grpc_bootstrap.dump(grpc_bootstrap.build(facts))),
    )
    cells = "".join(f"{n:>8.1f}" for n in (plain, fill, write, ratio, *steps))
    print(f"{text:<9}{cells}")
    return ratio


def sample(text: str) -> Agent:
    """A sidecar of usual size: twelve labels, five annotations, a tracer."""
    chosen = release(text)
    config = {**proxy.defaults(chosen).document, "tracing": {"zipkin": {"address": "zipkin.istio-system:9411"}}}
    env = {
        "POD_NAME": "web-0",
        "POD_NAMESPACE": "shop",
        "SERVICE_ACCOUNT": "web",
        "ISTIO_META_CLUSTER_ID": "Kubernetes",
    }
    return Agent(
        chosen,
        ProxyConfig(config),
        "sidecar~10.0.0.1~web-0.shop~shop.svc.cluster.local",
        ("10.0.0.1",),
        env=env,
        labels={f"example.com/label-{i}": f"value-{i}" for i in range(12)},
        annotations={f"example.com/annotation-{i}": "value " * 10 for i in range(5)},
        binary_version=str(chosen),
    )


def best(step: Callable[[], object]) -> float:
    """The best of some repeats, in microseconds a call."""
    return min(timeit.repeat(step, number=ROUNDS, repeat=REPEATS)) / ROUNDS * 1e6


if __name__ == "__main__":
    sys.exit(main())
