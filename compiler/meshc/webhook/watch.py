"""Notices changes of mounted files: swapped symlinks, rewritten and new files."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from meshc.webhook import logs


def fingerprint(files: Iterable[Path]) -> str:
    """Digest of the content of files and of everything in directories; a missing file counts as missing.

    Content, not modification times: a Kubernetes volume swaps a symlink and keeps the times of the old mount.
    """
    digest = hashlib.sha256()
    for file in sorted({p for named in files for p in _members(named)}):
        digest.update(str(file).encode("utf-8", "surrogateescape") + b"\0")
        try:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        except OSError:
            digest.update(b"absent")
    return digest.hexdigest()


class Watcher(threading.Thread):
    """Calls `changed` in its own thread each time the files' content has changed and stayed so for a moment.

    What counts as changed is measured from when the watcher was made: make it before the files are read.  `changed` may
    name further files by what `files` then returns.
    """

    def __init__(
        self, files: Callable[[], Iterable[Path]], changed: Callable[[], None], *, interval: float, settle: float = 0.1
    ) -> None:
        super().__init__(name="meshc-watch", daemon=True)
        self._files = files
        self._changed = changed
        self._interval = interval
        self._settle = min(settle, interval)
        self._stopped = threading.Event()
        self._named = tuple(files())
        self._last = fingerprint(self._named)

    def run(self) -> None:
        """Look again every interval until stopped."""
        while not self._stopped.wait(self._interval):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001
                # This thread must not end: without it no later change would be noticed.
                name = type(error).__name__
                logs.event("a changed file could not be read", level=logging.ERROR, error=name)

    def look(self) -> bool:
        """Look once; waits until the files stop changing, so that half of an update is not read."""
        named = tuple(self._files())
        now = fingerprint(named)
        if now == self._last and named == self._named:
            return False
        while not self._stopped.wait(self._settle):
            quiet = fingerprint(named)
            if quiet == now:
                break
            now = quiet
        known = self._last == now
        self._named, self._last = named, now
        if known:
            return False
        self._changed()
        return True

    def stop(self) -> None:
        """End the thread at its next look."""
        self._stopped.set()


def _members(named: Path) -> list[Path]:
    if named.is_dir():
        return [p for p in named.rglob("*") if p.is_file()]
    return [named]
