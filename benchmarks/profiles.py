"""Resolving a profile: what it adds to a cold start, and what it costs a process that runs on.

`python benchmarks/profiles.py` ends with 1 when resolving takes more than a quarter of a cold `meshc inject`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile

from measuring import MESHC, Row, best, best_run, compiled, report

from meshc import resources
from meshc.settings import Settings

SHARE = 0.25
PROFILES = (("demo", "istioctl"), ("ambient", "istioctl"), ("demo", "helm"))


def main() -> int:
    """Measure; 1 when the target is missed."""
    with tempfile.TemporaryDirectory() as folder:
        env = compiled(folder)
        httpbin = str(resources.path("schemas", "samples", "httpbin.yaml"))
        cold = best_run((*MESHC, "inject", "-f", httpbin), env=env)
        missed = report("Cold start", [Row("meshc inject -f httpbin.yaml", cold)])
        rows = [Row(f"{p}, {i}", first(p, i, env), cold, SHARE) for p, i in PROFILES]
        missed |= report("The first profile of a process, against the cold start", rows)
    again = [Row(f"{p}, {i}", best(lambda p=p, i=i: Settings.load(profile=p, installer=i))) for p, i in PROFILES]  # type: ignore[misc]
    return missed | report("Another one in the same process", again)


def first(profile: str, installer: str, env: dict[str, str]) -> float:
    """Seconds that loading the settings takes in a process that has imported everything else an injection needs."""
    code = f"""
import time, meshc.cli.inject.inject_verb
start = time.process_time()
meshc.settings.Settings.load(profile={profile!r}, installer={installer!r})
print(time.process_time() - start)
"""
    runs = [subprocess.run((sys.executable, "-c", code), env=env, capture_output=True, check=True) for _ in range(9)]
    return min(float(run.stdout) for run in runs)


if __name__ == "__main__":
    sys.exit(main())
