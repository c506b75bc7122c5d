"""One webhook worker over TLS with keep-alive, on loopback: reviews against the same server answering a constant.

    python benchmarks/webhook_load.py [--seconds 5] [--connections 4] [--requests 100000]

Each connection is a process of its own that asks again as soon as it is answered; every answer is checked.  With --requests
so many reviews are sent, and the server's memory before and after is told.  Ends with 1 when an answer was wrong or memory grew by
more than a quarter.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from injection import reviewed
from measuring import MESHC

_READY_SECONDS = 60.0


class Asked(NamedTuple):
    """What one connection saw: seconds of each answer, and how many were wrong."""

    times: list[float]
    wrong: int


class Server:
    """A webhook with one worker; `folder` holds its certificate and log."""

    def __init__(self, folder: Path, arguments: Sequence[str]) -> None:
        subprocess.run([*MESHC, "webhook", "certs", "-o", str(folder)], check=True, capture_output=True)
        self._log = folder / "log"
        files = [f"--tls-cert={folder / 'tls.crt'}", f"--tls-key={folder / 'tls.key'}", "--log-format=json"]
        ports = ["--host=127.0.0.1", "--port=0", "--monitoring-port=0"]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*MESHC, "webhook", "--no-settings", *files, *ports, *arguments], stderr=log
            )
        line = self._serving()
        self.port, self._monitoring = int(line["port"]), int(line["monitoring"])
        self._until_ready()

    def processor_time(self) -> float:
        """Seconds of processor time of the process' children so far."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self._children()]
        return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Resident bytes of the worker, the largest of the process' children."""
        listed = self._children()
        return max(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in listed) * os.sysconf(
            "SC_PAGE_SIZE"
        )

    def _children(self) -> list[str]:
        return Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(30)

    def _serving(self) -> dict[str, str]:
        end = time.monotonic() + _READY_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            for text in self._log.read_text().splitlines():
                line: dict[str, str] = json.loads(text) if text.startswith("{") else {}
                if line.get("msg") == "serving":
                    return line
            time.sleep(0.05)
        sys.exit(f"the webhook did not start:\n{self._log.read_text()}")

    def _until_ready(self) -> None:
        end = time.monotonic() + _READY_SECONDS
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self._monitoring}/ready", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        sys.exit("the webhook did not get ready")


def main() -> int:
    """Measure; 1 when something was wrong."""
    given = _options()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), ["--workers=1", f"--log-level={given.log_level}"])
        try:
            return _measure(server, given)
        finally:
            server.stop()


def _measure(server: Server, given: argparse.Namespace) -> int:
    constant = [b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"]
    same = [_post(reviewed(token=f"kube-api-access-{n:05}")) for n in range(1000)]
    others = [_post(reviewed(label=f"r{n}")) for n in range(1000)]
    print(f"{given.connections} connections, one worker, HTTP/1.1 over TLS")
    print(f"  {'':<34}{'requests/s':>12}{'p50':>10}{'p99':>10}{'p99.9':>10}{'processor':>12}")
    bad, base = 0, 0.0
    _run(server.port, same, given, seconds=1.0)
    for name, requests in (
        ("/healthz", constant),
        ("pods of one workload", same),
        ("another workload each time", others),
    ):
        used = server.processor_time()
        asked, taken = _run(server.port, requests, given, seconds=given.seconds)
        used = server.processor_time() - used
        bad += sum(one.wrong for one in asked)
        rate = _show(name, asked, base, taken=taken, used=used)
        base = base or rate
    if given.requests:
        bad += _soak(server, same, given)
    return 1 if bad else 0


def _soak(server: Server, requests: list[bytes], given: argparse.Namespace) -> int:
    before = server.memory()
    asked, _ = _run(server.port, requests, given, count=given.requests // given.connections)
    after = server.memory()
    total = sum(len(one.times) for one in asked)
    print(f"  {total} reviews: worker's memory {before >> 20} MiB before, {after >> 20} MiB after")
    return sum(one.wrong for one in asked) + (after > before * 1.25)


def _run(
    port: int, requests: list[bytes], given: argparse.Namespace, *, seconds: float = 0.0, count: int = 0
) -> tuple[list[Asked], float]:
    jobs = [(port, requests[n * 37 :] + requests[: n * 37], seconds, count) for n in range(given.connections)]
    with multiprocessing.get_context("fork").Pool(given.connections) as pool:
        started = time.perf_counter()
        asked = pool.starmap(_ask, jobs, chunksize=1)
        return asked, time.perf_counter() - started


def _ask(port: int, requests: list[bytes], seconds: float, count: int) -> Asked:
    context = ssl.create_default_context()
    # It talks to the server it started, over loopback.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    times: list[float] = []
    wrong = turn = 0
    with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain) as connection:
        plain_end = time.perf_counter() + seconds
        while turn < count if count else time.perf_counter() < plain_end:
            started = time.perf_counter()
            connection.sendall(requests[turn % len(requests)])
            answer = _answer(connection)
            times.append(time.perf_counter() - started)
            wrong += not (
                answer.startswith(b"HTTP/1.1 200") and (b'"allowed":true' in answer or answer.endswith(b"ok"))
            )
            turn += 1
    return Asked(times, wrong)


def _answer(connection: ssl.SSLSocket) -> bytes:
    data = connection.recv(65536)
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        more = connection.recv(65536)
        data, body = data + more, body + more
    return data


def _show(name: str, asked: Sequence[Asked], base: float, *, taken: float, used: float) -> float:
    times = sorted(t for one in asked for t in one.times)
    rate = len(times) / taken
    shown = "".join(f"{times[int(len(times) * share)] * 1e3:>7.2f} ms" for share in (0.5, 0.99, 0.999))
    print(
        f"  {name:<34}{rate:>12.0f}{shown}{used / len(times) * 1e3:>9.3f} ms"
        + (f"   {rate / base:.0%} of /healthz" if base else "")
    )
    return rate


def _post(body: bytes) -> bytes:
    head = f"POST /inject HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--requests", type=int, default=0)
    parser.add_argument("--log-level", default="info")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
