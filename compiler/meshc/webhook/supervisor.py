"""granian's main process with generations: new workers first, new connections to them, then the old ones drain."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from socket import socket
from typing import Any

from granian.net import SocketHolder
from granian.server.mp import MPServer, WorkerProcess

from meshc.webhook import logs
from meshc.webhook.limits import Limits
from meshc.webhook.listeners import Listeners
from meshc.webhook.worker import started_file

# Seconds a new worker may take to load its settings, and an outgoing one lingers when another replacement waits.
_START_SECONDS = 60.0
_HURRIED_SECONDS = 1.0
_PAUSE = 0.02
_MOMENT = 0.5


class _Waking(threading.Event):
    """An event whose endless wait looks up twice a second.

    Python runs a signal's handler when the main thread next runs; a signal that comes just as the thread goes to sleep
    in a wait without end would be handled with the next one, if ever.
    """

    def wait(self, timeout: float | None = None) -> bool:
        """As Event.wait."""
        if timeout is not None:
            return super().wait(timeout)
        while not super().wait(0.5):
            pass
        return True


class Supervisor(MPServer):  # type: ignore[misc]
    """Serves on the sockets of `listeners`; `reload` replaces all workers without losing a request.

    `target_loader` is called in a worker with its name and makes the application, which touches `started_file`; `replaced`
    is called after each try to replace the workers, with whether they were.
    """

    def __init__(
        self,
        listeners: Listeners,
        folder: Path,
        limits: Limits,
        *,
        replaced: Callable[[bool], None],
        **options: Any,
    ) -> None:
        super().__init__("meshc.webhook", **options)
        self.main_loop_interrupt = _Waking()
        self.wrks: list[WorkerProcess] = []
        self._listeners = listeners
        self._folder = folder
        self._limits = limits
        self._named: dict[str, WorkerProcess] = {}
        self._retiring: threading.Thread | None = None
        self._hurry = threading.Event()
        self.stopping = False
        self._replaced = replaced

    def reload(self) -> None:
        """Ask for new workers; does not wait for them."""
        self.signal_handler_reload()

    def _init_shared_socket(self) -> None:
        self._accept_from(self._listeners.current)

    def _accept_from(self, listener: socket) -> None:
        """Workers spawned from now on accept from this socket."""
        listener.set_inheritable(True)
        self._ssp, self._sso = None, listener
        self._shd = SocketHolder(listener.fileno(), False, self.backlog)

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> WorkerProcess:
        name = next(n for n in (f"w{i}" for i in range(10_000)) if not self._alive(n))
        started_file(self._folder, name).unlink(missing_ok=True)
        worker = super()._spawn_worker(idx, target, functools.partial(callback_loader, name))
        self._named[name] = worker
        return worker

    def _alive(self, name: str) -> bool:
        return name in self._named and self._named[name].is_alive()

    def _reload(self, spawn_target: Any, target_loader: Any) -> None:
        self.reload_signal = False
        self.main_loop_interrupt.clear()
        self._hurried()
        old = list(self.wrks)
        old_listener = self._sso
        listener = self._listeners.prepare()
        self._accept_from(listener)
        fresh = [self._begin(idx, spawn_target, target_loader) for idx in range(self.workers)]
        if not self._all_started(fresh):
            for worker in fresh:
                worker.kill()
            self._accept_from(old_listener)
            self._listeners.retire(listener)
            self._replaced(False)
            return
        for worker in old:
            worker.interrupt_by_parent = True
        for worker in fresh:
            worker.interrupt_by_parent = False
        self.wrks = fresh
        self._listeners.promote(listener)
        self._replaced(True)
        self._retiring = threading.Thread(target=self._retire, args=(old, old_listener), name="meshc-retire")
        self._retiring.start()

    def _begin(self, idx: int, spawn_target: Any, target_loader: Any) -> WorkerProcess:
        worker = self._spawn_worker(idx, spawn_target, target_loader)
        # Until it serves, its end is no reason to replace the one that does.
        worker.interrupt_by_parent = True
        worker.start()
        return worker

    def _all_started(self, workers: Sequence[WorkerProcess]) -> bool:
        wanted = [started_file(self._folder, name) for name, w in self._named.items() if w in workers]
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and not self.interrupt_signal and all(w.is_alive() for w in workers):
            if all(file.exists() for file in wanted):
                return True
            time.sleep(_PAUSE)
        return False

    def _retire(self, workers: Sequence[WorkerProcess], listener: socket) -> None:
        """Let workers answer what comes on the connections they have, then end them."""
        _announce(workers)
        started = time.monotonic()
        self._hurry.wait(self._limits.linger)
        time.sleep(max(0.0, _HURRIED_SECONDS - (time.monotonic() - started)))
        self._end(workers)
        self._listeners.retire(listener)

    def _end(self, workers: Sequence[WorkerProcess]) -> None:
        for worker in workers:
            worker.terminate()
        end = time.monotonic() + self._limits.drain_timeout
        for worker in workers:
            worker.join(max(0.1, end - time.monotonic()))
            if not _gone(worker):
                logs.event("a worker did not finish in time and was killed", level=logging.WARNING)
                worker.kill()
                worker.join()

    def _hurried(self) -> None:
        """Wait until the generation before the last is gone."""
        if self._retiring:
            self._hurry.set()
            self._retiring.join()
            self._hurry.clear()
            self._retiring = None

    def _stop_workers(self) -> None:
        self.stopping = True
        workers = list(self.wrks)
        self._hurried()
        started = time.monotonic()
        # A connection that is accepted but has not yet asked anything would be closed without an answer.
        self._listeners.park()
        _announce(workers)
        time.sleep(max(0.0, _HURRIED_SECONDS - (time.monotonic() - started)))
        self._end(workers)
        self.wrks.clear()

    def _drop_shared_socket(self) -> None:
        """The server would close the sockets before the workers end; `listeners` are closed by who made them."""


def _gone(worker: WorkerProcess) -> bool:
    """Whether a worker has ended; who else waits for it may learn of its end a moment before us."""
    end = time.monotonic() + _MOMENT
    while worker.is_alive() and time.monotonic() < end:
        time.sleep(_PAUSE / 10)
    return not worker.is_alive()


def _announce(workers: Sequence[WorkerProcess]) -> None:
    """Have workers tell their clients to come back on another connection."""
    for worker in workers:
        if worker.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker._id(), signal.SIGUSR1)
