"""The RSGI application of one worker: paths, limits, metrics and logs around the pure `answer`."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from meshc.settings import Settings
from meshc.webhook import logs, metrics
from meshc.webhook.body import BodyTooLarge, BodyTruncated, Reader
from meshc.webhook.limits import Limits
from meshc.webhook.respond import Answer, answer

Headers = list[tuple[str, str]]
_PLAIN: Headers = [("content-type", "text/plain; charset=utf-8")]
_JSON: Headers = [("content-type", "application/json")]
_CLOSE = [("connection", "close")]


class App:
    """Serves `/inject…`, `/revision/<name>/inject…`, `/ready` and `/healthz`.

    `started` is a file to touch once it serves.
    """

    def __init__(self, settings: Mapping[str, Settings], limits: Limits, *, started: Path | None = None) -> None:
        self.settings = settings
        self.draining = False
        self._limits = limits
        self._started = started
        self._reader = Reader(limits)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called by the server in the worker process before it accepts."""
        loop.add_signal_handler(signal.SIGUSR1, self.drain)
        # Ctrl-C goes to every process of the group; the main process decides when workers end.
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if self._started:
            self._started.touch()

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Called by the server when the last request is answered."""
        logging.shutdown()
        # The server's own threads may still want the interpreter; they crash where they find it half taken down.
        os._exit(0)

    def drain(self) -> None:
        """Ask clients to use another connection from now on."""
        self.draining = True

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        # HTTP/2 forbids the header; its connections end by GOAWAY.
        goodbye = _CLOSE if self.draining and scope.http_version != "2" else []
        path: str = scope.path
        if path in ("/healthz", "/ready"):
            protocol.response_str(200, _PLAIN + goodbye, "ok" if path == "/healthz" else "ready")
            return
        found = route(path, self.settings)
        if found is None:
            protocol.response_str(404, _PLAIN + goodbye, "no such path; pods are reviewed at /inject\n")
            return
        started = time.perf_counter()
        result = await self._answer(scope, protocol, found)
        protocol.response_bytes(result.status, (_JSON if result.status == 200 else _PLAIN) + goodbye, result.body)
        record(result, *found, seconds=time.perf_counter() - started)

    async def _answer(self, scope: Any, protocol: Any, place: tuple[Settings, str]) -> Answer:
        settings, path = place
        headers = scope.headers
        try:
            body = await self._reader.read(protocol, headers.get("content-length"))
        except BodyTooLarge:
            text = f"Request entity too large: limit is {self._limits.body}\n"
            return Answer(400, text.encode(), "failed", "body-too-large")
        except BodyTruncated:
            return Answer(400, b"unexpected EOF\n", "failed", "truncated-body")
        except TimeoutError:
            return Answer(408, b"the body did not arrive in time\n", "failed", "slow-body")
        content_type = headers.get("content-type") or ""
        # The server has decoded the path once, and the review decodes it (again).
        path = path.replace("%", "%25") if "%" in path else path
        return answer(body, settings, path=path, content_type=content_type, limits=self._limits)


def record(result: Answer, settings: Settings, path: str, *, seconds: float) -> None:
    """Count an answer and write its log line."""
    metrics.count(result, settings.release, seconds)
    logs.event(
        "review",
        level=logging.WARNING if result.outcome == "failed" else logging.INFO,
        outcome=result.outcome,
        reason=result.reason,
        namespace=result.namespace,
        owner=result.owner,
        uid=result.uid,
        revision=settings.revision or "default",
        path=path,
        status=result.status,
        seconds=round(seconds, 6),
        detail=result.detail or None,
    )


def route(path: str, settings: Mapping[str, Settings]) -> tuple[Settings, str] | None:
    """The settings for a path, and the path without the revision; None for an unknown path.

    `/inject…` is the default revision, `/revision/<name>/inject…` another one of this process.
    """
    revision = ""
    if path.startswith("/revision/"):
        revision, _, rest = path.removeprefix("/revision/").partition("/")
        path = "/" + rest
        if not revision:
            return None
    if revision not in settings or not (path == "/inject" or path.startswith("/inject/")):
        return None
    return settings[revision], path
