"""Metrics and health on their own plain-HTTP port (15014)."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from meshc.webhook.listeners import taken

Reply = tuple[int, str, bytes]
_THREADS = 16


class Monitoring:
    """Serves `/metrics`, `/ready`, `/healthz` in a thread of the main process."""

    def __init__(
        self, address: tuple[str, int], exposition: Callable[[], bytes], ready: Callable[[], str | None]
    ) -> None:
        """`ready` returns None when the webhook answers, otherwise the reason."""
        routes: dict[str, Callable[[], Reply]] = {
            "/metrics": lambda: (200, "text/plain; version=0.0.4; charset=utf-8", exposition()),
            "/healthz": lambda: (200, "text/plain", b"ok"),
            "/ready": lambda: _ready(ready()),
        }
        try:
            self._server = _Server(address, routes)
        except OSError as error:
            raise taken(error, *address) from error
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="meshc-monitoring", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()


class Probe:
    """Asks the webhook over TLS whether it answers; a result is kept for one second."""

    def __init__(self, host: str, port: int) -> None:
        self._address = ("127.0.0.1" if host in ("", "0.0.0.0") else "::1" if host == "::" else host, port)
        self._context = ssl.create_default_context()
        # The webhook asks itself on the loopback interface: a certificate must be loaded, whoever signed it.
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE
        self._known: tuple[float, str | None] = (float("-inf"), None)

    def __call__(self) -> str | None:
        """None when `/ready` on the webhook's port answered 200, otherwise the reason."""
        now = time.monotonic()
        if now - self._known[0] > 1:
            self._known = (now, self._ask())
        return self._known[1]

    def _ask(self) -> str | None:
        connection = http.client.HTTPSConnection(*self._address, timeout=3, context=self._context)
        try:
            connection.request("GET", "/ready")
            reply = connection.getresponse()
            return None if reply.status == 200 else reply.read(200).decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return f"the webhook port does not answer: {error}"
        finally:
            connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], routes: dict[str, Callable[[], Reply]]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._slots = threading.BoundedSemaphore(_THREADS)
        super().__init__(address, _handler(routes))

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._slots:
            super().process_request_thread(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is not worth a traceback."""


def _ready(problem: str | None) -> Reply:
    return (200, "text/plain", b"ready") if problem is None else (503, "text/plain", problem.encode())


def _handler(routes: dict[str, Callable[[], Reply]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10
        server_version = "meshc"
        sys_version = ""

        def do_GET(self) -> None:
            reply = routes.get(self.path.partition("?")[0])
            status, kind, body = reply() if reply else (404, "text/plain", b"not here: /metrics, /ready, /healthz")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Probes come every few seconds: not worth a line."""

    return Handler
