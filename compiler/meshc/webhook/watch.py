"""Notices that mounted files changed: symlink swaps, rewrites, appearances."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from pathlib import Path


def fingerprint(files: Iterable[Path]) -> str:
    """Digest over the content of files (folders: of everything in them); absent ones count as absent.

    Content, not modification times: a Kubernetes volume swaps a symlink and keeps the times of the old mount.
    """
    digest = hashlib.sha256()
    for file in sorted({p for named in files for p in _members(named)}):
        digest.update(str(file).encode() + b"\0")
        try:
            digest.update(file.read_bytes())
        except OSError:
            digest.update(b"absent")
        digest.update(b"\0")
    return digest.hexdigest()


class Watcher(threading.Thread):
    """Calls `changed` in its own thread each time the files' content has changed and stayed so for one interval."""

    def __init__(self, files: Iterable[Path], changed: Callable[[], None], *, interval: float) -> None:
        super().__init__(name="meshc-watch", daemon=True)
        self._files = tuple(files)
        self._changed = changed
        self._interval = interval
        self._stopped = threading.Event()
        self._last = fingerprint(self._files)

    def run(self) -> None:
        """Look again every interval until stopped."""
        while not self._stopped.wait(self._interval):
            self.look()

    def look(self) -> bool:
        """Look once; waits until the files are quiet, so that a half-done update is never read."""
        now = fingerprint(self._files)
        if now == self._last:
            return False
        while not self._stopped.wait(min(self._interval, 0.1)):
            quiet = fingerprint(self._files)
            if quiet == now:
                break
            now = quiet
        self._last = now
        self._changed()
        return True

    def stop(self) -> None:
        """End the thread at its next look."""
        self._stopped.set()


def _members(named: Path) -> list[Path]:
    if named.is_dir():
        return [p for p in named.rglob("*") if p.is_file()]
    return [named]
