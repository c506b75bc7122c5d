"""The webhook's main process: it guards settings and certificates; granian's workers answer."""

from __future__ import annotations

import functools
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from meshc.errors import MeshcError, ToolError, UsageError
from meshc.webhook import logs
from meshc.webhook.config import ServerConfig
from meshc.webhook.limits import Limits
from meshc.webhook.snapshot import Snapshots
from meshc.webhook.watch import Watcher


def serve(config: ServerConfig) -> int:
    """Serve until SIGTERM or SIGINT, then drain; returns the exit code.

    Raises MeshcError before it listens when settings or certificate are no good, ToolError when a port is taken or the
    extra `meshc[webhook]` is not installed.
    """
    logs.configure(config.log_format, config.log_level)
    # prometheus_client reads the variable when it is first imported.
    folder = Path(tempfile.mkdtemp(prefix="meshc-metrics-"))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    try:
        return _Webhook(config, folder).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Webhook:
    def __init__(self, config: ServerConfig, metrics_folder: Path) -> None:
        try:
            from meshc.webhook import metrics
            from meshc.webhook.certificates import Store
        except ImportError as error:
            raise ToolError(f"the webhook needs {error.name}", hint="pip install 'meshc[webhook]'") from error
        self._config = config
        self._metrics = metrics
        self._metrics_folder = metrics_folder
        self._store = Store()
        self._snapshots = Snapshots(config.sources)

    def run(self) -> int:
        from meshc.webhook.monitoring import Monitoring, Probe

        config = self._config
        try:
            self._snapshots.take()
            self._metrics.settings_good.set(1)
            self._load_certificate()
            server = self._server()
            probe = Probe(config.host, config.port)
            monitoring = self._bound(
                lambda: Monitoring((config.host, config.monitoring_port), self._exposition, probe),
                config.monitoring_port,
            )
            monitoring.start()
            watchers = self._watchers(server)
            logs.event("serving", port=config.port, monitoring=config.monitoring_port, workers=config.workers)
            server.serve(target_loader=self._loader(), wrap_loader=False)
            for watcher in watchers:
                watcher.stop()
            monitoring.stop()
            logs.event("stopped")
            return 0
        finally:
            self._snapshots.close()
            self._store.close()

    def _server(self) -> Any:
        from granian import Granian
        from granian.constants import HTTPModes, Interfaces
        from granian.http import HTTP1Settings
        from granian.server.common import SSLProtocols

        config, limits = self._config, self._config.limits
        self._bound(lambda: _try_port(config.host, config.port), config.port)
        return Granian(
            "meshc.webhook.app",
            address=config.host,
            port=config.port,
            interface=Interfaces.RSGI,
            workers=config.workers,
            http=HTTPModes.auto,
            websockets=False,
            backpressure=limits.concurrent,
            http1_settings=HTTP1Settings(header_read_timeout=int(limits.header_timeout * 1000)),
            ssl_cert=self._store.certificate,
            ssl_key=self._store.key,
            ssl_protocol_min=SSLProtocols.tls12,
            respawn_failed_workers=True,
            respawn_interval=_SPAWN_SECONDS,
            workers_kill_timeout=int(limits.drain_timeout),
            log_enabled=False,
        )

    def _loader(self) -> Callable[[], Any]:
        config = self._config
        return functools.partial(_load_app, self._snapshots.current, config.limits, config.log_format, config.log_level)

    def _watchers(self, server: Any) -> list[Watcher]:
        config = self._config

        def rotate() -> None:
            if self._guarded(self._load_certificate, self._metrics.certificate_loads, "certificate"):
                server.signal_handler_reload()

        def reload() -> None:
            good = self._guarded(self._snapshots.take, self._metrics.reloads, "settings")
            self._metrics.settings_good.set(1 if good else 0)

        files = {file for source in config.sources for file in source.files}
        watchers = [Watcher([config.certificate, config.key], rotate, interval=config.poll_seconds)]
        watchers += [Watcher(files, reload, interval=config.poll_seconds)] if files else []
        for watcher in watchers:
            watcher.start()
        return watchers

    def _guarded(self, action: Callable[[], None], counter: Any, what: str) -> bool:
        started = time.perf_counter()
        try:
            action()
        except MeshcError as error:
            counter.labels("failure").inc()
            logs.event(f"new {what} refused; the old one stays in force", level=logging.ERROR, error=str(error))
            return False
        counter.labels("success").inc()
        logs.event(f"new {what} in force", seconds=round(time.perf_counter() - started, 3))
        return True

    def _load_certificate(self) -> None:
        from meshc.webhook.certificates import read_pair

        pair = read_pair(self._config.certificate, self._config.key)
        self._store.put(pair)
        self._metrics.certificate_end.set(pair.not_after.timestamp())

    def _exposition(self) -> bytes:
        return self._metrics.exposition(self._metrics_folder)

    def _bound(self, make: Callable[[], Any], port: int) -> Any:
        try:
            return make()
        except OSError as error:
            hint = "another process has it: choose another with --port or --monitoring-port"
            raise UsageError(f"cannot listen: {error.strerror}", path="port", value=port, hint=hint) from error


# A fresh worker is given this long to come up before the one it replaces stops taking connections.
_SPAWN_SECONDS = 1.5


def _load_app(current: Path, limits: Limits, log_format: str, log_level: str) -> Any:
    from meshc.webhook.app import make_app

    return make_app(current, limits, log_format, log_level)


def _try_port(host: str, port: int) -> None:
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
