"""The RSGI application of one worker: paths, limits, metrics and log lines around the pure `answer`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from meshc.settings import Settings
from meshc.webhook import logs, metrics
from meshc.webhook.limits import Limits
from meshc.webhook.respond import Answer, answer
from meshc.webhook.snapshot import load
from meshc.webhook.watch import Watcher

_PLAIN = [("content-type", "text/plain; charset=utf-8")]
_JSON = [("content-type", "application/json")]


class BodyTooLarge(Exception):
    """The request's body is over the limit; its rest was not read."""


class App:
    """Serves `/inject…`, `/revision/<name>/inject…`, `/ready` and `/healthz`."""

    def __init__(self, settings: Mapping[str, Settings], limits: Limits) -> None:
        self.settings = settings
        self._limits = limits

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        path: str = scope.path
        if path == "/healthz":
            protocol.response_str(200, _PLAIN, "ok")
        elif path == "/ready":
            protocol.response_str(200 if self.settings else 503, _PLAIN, "ready" if self.settings else "no settings")
        else:
            found = route(path, self.settings)
            if found is None:
                protocol.response_str(404, _PLAIN, "no such path; pods are reviewed at /inject")
            else:
                await self._review(scope, protocol, *found)

    async def _review(self, scope: Any, protocol: Any, settings: Settings, path: str) -> None:
        started = time.perf_counter()
        metrics.requests.inc()
        try:
            body = await asyncio.wait_for(_read(protocol, self._limits.body), self._limits.body_timeout)
        except BodyTooLarge:
            text = f"Request entity too large: limit is {self._limits.body}"
            self._finish(protocol, Answer(400, text.encode(), "failed", "body-too-large"), settings, path, started)
            return
        except TimeoutError:
            self._finish(
                protocol,
                Answer(408, b"the body did not arrive in time", "failed", "slow-body"),
                settings,
                path,
                started,
            )
            return
        result = answer(body, settings, path=path, content_type=scope.headers.get("content-type", ""))
        self._finish(protocol, result, settings, path, started)

    def _finish(self, protocol: Any, result: Answer, settings: Settings, path: str, started: float) -> None:
        protocol.response_bytes(result.status, _JSON if result.status == 200 else _PLAIN, result.body)
        taken = time.perf_counter() - started
        metrics.seconds.observe(taken)
        metrics.latency.observe(taken)
        count(result, settings)
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
            seconds=round(taken, 6),
        )


def count(result: Answer, settings: Settings) -> None:
    """Count an answer as the settings' release does (spec injection § 12.5)."""
    if result.outcome == "failed" and (result.counted or settings.release.has("injection.body_failures_counted")):
        metrics.failures.inc()
    if result.outcome == "skipped":
        metrics.skips.inc()
    written = settings.release.has("injection.success_per_response") and result.status == 200
    if written or result.outcome == "injected":
        metrics.successes.inc()


def route(path: str, settings: Mapping[str, Settings]) -> tuple[Settings, str] | None:
    """The settings a path asks for and the path without the revision; None when there is no such place.

    `/inject…` is the default revision, `/revision/<name>/inject…` another one of this process.
    """
    revision = ""
    if path.startswith("/revision/"):
        revision, _, rest = path.removeprefix("/revision/").partition("/")
        path = "/" + rest
    if revision not in settings or not (path == "/inject" or path.startswith("/inject/")):
        return None
    return settings[revision], path


def make_app(current: Path, limits: Limits, log_format: str, log_level: str) -> App:
    """A worker's application: settings of the snapshot in force, followed when it changes."""
    logs.configure(log_format, log_level)
    app = App(load(current), limits)

    def follow() -> None:
        app.settings = load(current)

    Watcher([current / "sources"], follow, interval=0.2).start()
    return app


async def _read(protocol: Any, limit: int) -> bytes:
    chunks, size = [], 0
    async for chunk in protocol:
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge
        chunks.append(chunk)
    return b"".join(chunks)
