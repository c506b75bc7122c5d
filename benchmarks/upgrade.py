"""How long an upgrade preview of many workloads takes, beside rendering them once.

python benchmarks/upgrade.py [WORKLOADS] [FROM] [TO]
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from meshc import yamlio
from meshc.cli.app import app


def main(number: int = 500, old: str = "1.27", new: str = "1.30") -> None:
    """Print seconds and their ratio, on one core and on two."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "all.yaml")
        file.write_text("---\n".join(yamlio.dump(_workload(n)) for n in range(number)))
        _run("render", str(file), "--release", new, "-o", f"{folder}/warm-up", "--no-settings")
        for jobs in ("1", "2"):
            common = ("--no-settings", "--jobs", jobs, str(file))
            alone = _run("render", "--release", new, "-o", f"{folder}/rendered-{jobs}", *common)
            preview = _run("diff", "--from", old, "--to", new, *common)
            print(
                f"{number} workloads, {jobs} job(s): rendering {alone:5.2f} s, "
                f"preview {old} → {new} {preview:5.2f} s, {preview / alone:.2f} ×"
            )


def _run(*words: str) -> float:
    started = time.perf_counter()
    with redirect_stdout(io.TextIOWrapper(io.BytesIO())), redirect_stderr(io.StringIO()):
        try:
            app(list(words), prog_name="meshc")
        except SystemExit as ended:
            if ended.code not in (0, 1):
                raise
    return time.perf_counter() - started


def _workload(number: int) -> Any:
    annotations = {}
    if number % 7 == 0:
        annotations["sidecar.istio.io/proxyCPU"] = "200m"
    if number % 11 == 0:
        annotations["proxy.istio.io/config"] = "concurrency: 3\n"
    if number % 13 == 0:
        annotations["traffic.sidecar.istio.io/excludeOutboundPorts"] = "3306"
    container: Any = {"name": "app", "image": f"registry.example/app{number}:v1", "ports": [{"containerPort": 8080}]}
    if number % 3 == 0:
        container["readinessProbe"] = {"httpGet": {"path": "/ready", "port": 8080}}
    labels = {"app": f"svc-{number}"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"svc-{number}", "namespace": f"team-{number % 20}"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels, "annotations": annotations},
                "spec": {"containers": [container]},
            },
        },
    }


if __name__ == "__main__":
    count, *releases = sys.argv[1:] or ["500"]
    main(int(count), *releases)
