"""The webhook's main process: checks settings and certificates before workers use them; workers answer requests."""

from __future__ import annotations

import functools
import logging
import multiprocessing as processes
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from meshc.errors import MeshcError, ToolError
from meshc.late import late
from meshc.webhook import logs
from meshc.webhook.listeners import Listeners
from meshc.webhook.server_config import ServerConfig
from meshc.webhook.settings_in_force import Snapshots
from meshc.webhook.watch import Watcher
from meshc.webhook.worker import WorkerConfig, load_app

# The extra `meshc[webhook]` may not be installed, and metrics must not be imported before their directory is chosen.
if TYPE_CHECKING:
    from granian import constants
    from granian import http as protocols

    from meshc.webhook import certificates, metrics, monitoring, multiprocess, supervisor
else:
    constants, protocols = late("granian.constants"), late("granian.http")
    certificates, metrics = late("meshc.webhook.certificates"), late("meshc.webhook.metrics")
    monitoring, supervisor = late("meshc.webhook.monitoring"), late("meshc.webhook.supervisor")
    multiprocess = late("meshc.webhook.multiprocess")

_INTERNAL = 3


def serve(config: ServerConfig) -> int:
    """Serve until SIGTERM or SIGINT, then drain; returns the exit code.

    Raises MeshcError before it listens for invalid settings or certificates, UsageError for a port in use, ToolError
    when the extra `meshc[webhook]` is not installed.
    """
    logs.configure(config.log_format, config.log_level)
    # Until the server takes over the signals; what is on the stack is cleaned up.
    signal.signal(signal.SIGTERM, _leave)
    # Forking a process that has threads may copy a held lock.
    processes.set_start_method("spawn", force=True)
    with ExitStack() as stack:
        return _Webhook(config, stack).run()


class _Webhook:
    def __init__(self, config: ServerConfig, stack: ExitStack) -> None:
        try:
            self._exposition = multiprocess.Exposition()
            stack.callback(self._exposition.close)
            self._store = certificates.Store()
            stack.callback(self._store.close)
            self._rsgi = constants.Interfaces.RSGI
        except ImportError as error:
            raise ToolError(f"the webhook needs {error.name}", hint="pip install 'meshc[webhook]'") from error
        self._config = config
        self._stack = stack
        self._folder = Path(tempfile.mkdtemp(prefix="meshc-workers-"))
        self._snapshots = Snapshots(config.sources)
        stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        stack.callback(self._snapshots.close)

    def run(self) -> int:
        config = self._config
        # Watchers are made first: what changes while the rest starts is then seen.
        pair = Watcher(lambda: [config.certificate, config.key], self._rotate, interval=config.poll_seconds)
        self._load_certificate()
        settings = Watcher(lambda: self._snapshots.files, self._reload, interval=config.poll_seconds)
        self._take_settings()
        listeners = Listeners(config.host, config.port)
        self._stack.callback(listeners.close)
        self._server = self._supervisor(listeners)
        health = self._monitoring(listeners.port)
        health.start()
        self._stack.callback(health.stop)
        for watcher in (pair, settings):
            watcher.start()
            self._stack.callback(watcher.stop)
        logs.event("serving", host=config.host, port=listeners.port, monitoring=health.port, workers=config.workers)
        return self._serve()

    def _serve(self) -> int:
        config = self._config
        worker = WorkerConfig(self._snapshots.file, self._folder, config.limits, config.log_format, config.log_level)
        try:
            self._server.serve(target_loader=functools.partial(load_app, worker), wrap_loader=False)
        except SystemExit:
            logs.event("workers end as soon as they start", level=logging.ERROR)
            return _INTERNAL
        logs.event("stopped")
        return 0

    def _supervisor(self, listeners: Listeners) -> supervisor.Supervisor:
        config, limits = self._config, self._config.limits
        versions = constants.SSLProtocols
        return supervisor.Supervisor(
            listeners,
            self._folder,
            limits,
            replaced=self._replaced,
            interface=self._rsgi,
            workers=config.workers,
            http=constants.HTTPModes.auto,
            websockets=False,
            backpressure=limits.connections,
            http1_settings=protocols.HTTP1Settings(header_read_timeout=int(limits.header_timeout * 1000)),
            http2_settings=protocols.HTTP2Settings(keep_alive_interval=30_000, max_headers_size=64 * 1024),
            ssl_cert=self._store.certificate,
            ssl_key=self._store.key,
            ssl_protocol_min=versions.tls13 if config.tls_minimum == "1.3" else versions.tls12,
            respawn_failed_workers=True,
            log_enabled=False,
        )

    def _monitoring(self, port: int) -> monitoring.Monitoring:
        # The port's own answer, over TLS: a worker that hangs, or a certificate that no client can use, is not ready.
        probe = monitoring.Probe(self._config.host, port)

        def ready() -> str | None:
            return "stopping" if self._server.stopping else probe()

        return monitoring.Monitoring((self._config.host, self._config.monitoring_port), self._exposition.text, ready)

    def _rotate(self) -> None:
        good = self._guarded(self._load_certificate, metrics.certificate_loads, "certificate")
        metrics.certificate_good.set(1 if good else 0)
        if good:
            self._server.reload()

    def _replaced(self, done: bool) -> None:
        metrics.certificate_good.set(1 if done else 0)
        if done:
            logs.event("new workers serve with the new certificate")
        else:
            logs.event("new workers did not start; the old ones stay, with the old certificate", level=logging.ERROR)

    def _reload(self) -> None:
        good = self._guarded(self._take_settings, metrics.reloads, "settings")
        metrics.settings_good.set(1 if good else 0)

    def _guarded(self, action: Callable[[], None], counter: Any, what: str) -> bool:
        started = time.perf_counter()
        try:
            action()
        except MeshcError as error:
            counter.labels("failure").inc()
            logs.event(f"new {what} refused; the old one stays in force", level=logging.ERROR, error=str(error))
            return False
        counter.labels("success").inc()
        logs.event(f"new {what} taken over", seconds=round(time.perf_counter() - started, 3))
        return True

    def _take_settings(self) -> None:
        for revision, settings in self._snapshots.take().items():
            for text in dict.fromkeys(settings.warnings):
                logs.event("settings", level=logging.WARNING, revision=revision or "default", warning=text)
        metrics.settings_good.set(1)

    def _load_certificate(self) -> None:
        pair = certificates.read_pair(self._config.certificate, self._config.key)
        self._store.put(pair)
        metrics.certificate_end.set(pair.not_after.timestamp())
        metrics.certificate_good.set(1)


def _leave(_signum: int, _frame: FrameType | None) -> None:
    sys.exit(0)
