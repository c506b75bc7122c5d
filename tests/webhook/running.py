"""A webhook process on loopback for tests: started as users start it, on ports the kernel chooses."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson

from tests.webhook.authority import Authority

MESHC = (sys.executable, "-c", "from meshc.cli.app import main; main()")
START_SECONDS = 90.0
REVIEW_HEADERS = {"Content-Type": "application/json"}


class Running:
    """A started `meshc webhook`; `folder` holds its certificates (`certs/`) and its log."""

    def __init__(self, folder: Path, arguments: Sequence[str] = (), *, env: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.certs = folder / "certs"
        if not self.certs.exists():
            Authority().issue(self.certs)
        self._log = folder / f"webhook-{time.monotonic_ns()}.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*MESHC, "webhook", "--no-settings", *self._files(), "--host=127.0.0.1", *_PORTS, *arguments],
                stderr=log,
                stdout=subprocess.DEVNULL,
                env={**os.environ, **(env or {})},
            )
        try:
            line = self._serving()
            self.port, self.monitoring_port = int(line["port"]), int(line["monitoring"])
            self.url = f"https://localhost:{self.port}"
            self._until_ready()
        except BaseException:
            self.stop()
            raise

    def client(self, *, http2: bool = False, timeout: float = 30.0) -> httpx.Client:
        """A client that trusts the webhook's certificate of now."""
        context = ssl.create_default_context(cafile=str(self.certs / "ca.crt"))
        return httpx.Client(base_url=self.url, verify=context, http2=http2, http1=not http2, timeout=timeout)

    def logs(self) -> list[dict[str, Any]]:
        """The log lines so far that are JSON."""
        return [json.loads(line) for line in self.text().splitlines() if line.startswith("{")]

    def text(self) -> str:
        """Everything the process said so far."""
        return self._log.read_text("utf-8", "replace")

    def wait_for(self, message: str, *, count: int = 1, seconds: float = 30.0, **fields: str) -> list[dict[str, Any]]:
        """Wait until a log line with this message and these fields has come `count` times; returns those lines."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = [line for line in self.logs() if line["msg"].startswith(message) and fields.items() <= line.items()]
            if len(found) >= count:
                return found
            time.sleep(0.05)
        raise AssertionError(f"no {count}x {message!r} in the log:\n{self.text()}")

    def monitoring(self, path: str) -> tuple[int, str]:
        """Ask the monitoring port."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.monitoring_port}{path}", timeout=10) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def metric(self, name: str) -> float:
        """The value of one sample, e.g. `sidecar_injection_requests_total`; 0 when it is not there."""
        for line in self.monitoring("/metrics")[1].splitlines():
            if line.startswith(name) and line[len(name)] in " ":
                return float(line.rpartition(" ")[2])
        return 0.0

    def memory(self) -> int:
        """Resident bytes of the process and its children."""
        pids = [self.process.pid, *children(self.process.pid)]
        return sum(_rss(pid) for pid in pids)

    def terminate(self) -> None:
        """Send SIGTERM and return at once."""
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """Send SIGTERM and wait; returns the exit code."""
        if self.process.poll() is None:
            self.terminate()
        return self.process.wait(60)

    def _files(self) -> list[str]:
        return [f"--tls-cert={self.certs / 'tls.crt'}", f"--tls-key={self.certs / 'tls.key'}", "--log-format=json"]

    def _serving(self) -> dict[str, Any]:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            found = [line for line in self.logs() if line["msg"] == "serving"]
            if found:
                return found[0]
            time.sleep(0.05)
        raise AssertionError(f"the webhook did not start:\n{self.text()}")

    def _until_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            if self.monitoring("/ready")[0] == 200:
                return
            time.sleep(0.05)
        raise AssertionError(f"the webhook is not ready:\n{self.text()}")


_PORTS = ("--port=0", "--monitoring-port=0")


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Running]:
    """A webhook for the time of a test."""
    webhook = Running(folder, arguments)
    try:
        yield webhook
    finally:
        webhook.stop()


def review_of(pod: Any, *, namespace: str = "default", uid: str = "u", version: str = "v1") -> bytes:
    """An admission review of a pod as the API server sends it."""
    request = {"uid": uid, "namespace": namespace, "operation": "CREATE", "object": pod}
    return orjson.dumps({"apiVersion": f"admission.k8s.io/{version}", "kind": "AdmissionReview", "request": request})


def plain_pod(**metadata: Any) -> dict[str, Any]:
    """A pod that gets injected."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "labels": {"app": "web"}, **metadata},
        "spec": {"containers": [{"name": "app", "image": "app:1", "ports": [{"containerPort": 8080}]}]},
    }


def children(pid: int) -> list[int]:
    """Processes started by a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        # A thread may end between the two looks.
        with contextlib.suppress(OSError):
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _rss(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
