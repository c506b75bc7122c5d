"""The command line: a cold start, and a repository of 200 Deployments, each against what cannot be done without.

`python benchmarks/cli.py` ends with 1 when a target is missed.  Modules are compiled before the first measurement, as in an
installed wheel.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from measuring import MESHC, Row, best, best_run, compiled, report
from ruamel.yaml import YAML

from meshc import resources

COUNT = 200


def main() -> int:
    """Measure; 1 when a target is missed."""
    with tempfile.TemporaryDirectory() as folder:
        env = compiled(folder)
        return cold_start(env) | many(Path(folder), env)


def cold_start(env: dict[str, str]) -> int:
    """One workload, from an empty process, against starting the interpreter for nothing."""
    httpbin = str(resources.path("schemas", "samples", "httpbin.yaml"))
    bare = best_run((sys.executable, "-c", "pass"), env=env, repeats=15)
    rows = [
        Row("python -c pass", bare),
        Row("meshc --version", best_run((*MESHC, "--version"), env=env), bare),
        Row("meshc inject -f httpbin.yaml", best_run((*MESHC, "inject", "-f", httpbin), env=env), bare, 20),
    ]
    return report("Cold start", rows)


def many(folder: Path, env: dict[str, str]) -> int:
    """200 Deployments in one file, against a C-backed YAML library that only reads them and writes the result."""
    source, injected, tree = folder / "all.yaml", folder / "injected.yaml", str(folder / "tree")
    source.write_text("".join(deployment(i) for i in range(COUNT)))
    inject = (*MESHC, "inject", "-f", str(source), "-o", str(injected))
    render = (*MESHC, "render", str(source), "-o", tree)
    taken = best_run(inject, env=env, repeats=4)
    text = injected.read_text()
    library = reading(source.read_text()) + writing(text)
    rows = [
        Row(f"libyaml: read {source.stat().st_size >> 10} kB, write {len(text) >> 10} kB", library),
        Row("meshc inject", taken, library),
        Row("meshc render: manifests and bootstraps", best_run(render, env=env, repeats=3), library),
    ]
    return report(f"{COUNT} Deployments", rows)


def reading(text: str) -> float:
    """Seconds the library takes to read documents."""
    return best(lambda: list(YAML(typ="safe").load_all(text)), rounds=1, repeats=4)


def writing(text: str) -> float:
    """Seconds it takes to write what a text holds."""
    documents = list(YAML(typ="safe").load_all(text))
    return best(lambda: YAML(typ="safe").dump_all(documents, io.StringIO()), rounds=1, repeats=4)


def deployment(number: int) -> str:
    """One of the Deployments: two containers, probes, some variables."""
    env = "".join(f"        - name: SETTING_{i}\n          value: 'value {i}'\n" for i in range(8))
    return f"""---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{number}
  namespace: shop
  labels: {{app: web-{number}}}
spec:
  replicas: 2
  selector:
    matchLabels: {{app: web-{number}}}
  template:
    metadata:
      labels: {{app: web-{number}, version: v1}}
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9090"
    spec:
      serviceAccountName: web-{number}
      containers:
      - name: web
        image: registry.example/web:{number}
        ports:
        - {{name: http, containerPort: 8080}}
        readinessProbe:
          httpGet: {{path: /ready, port: http}}
        livenessProbe:
          tcpSocket: {{port: 8080}}
        resources:
          requests: {{cpu: 100m, memory: 128Mi}}
        env:
{env}      - name: metrics
        image: registry.example/metrics:1
        ports:
        - {{name: metrics, containerPort: 9090}}
"""


if __name__ == "__main__":
    sys.exit(main())
