"""Keeps the last good version of the settings files, apart from what is mounted.

The main process copies the files, tries the copy, and only then points `current` at it; workers read nothing else.  So a
broken new version changes nothing, and a worker that starts later starts with the good one.
"""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from meshc.errors import InputError, MeshcError
from meshc.settings import Settings
from meshc.webhook.config import FILE_KEYWORDS, Source, listed


class Snapshots:
    """A private folder of versions; `current` is a symlink to the one in force."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)
        self._folder = Path(tempfile.mkdtemp(prefix="meshc-settings-"))
        self._count = 0
        self.current = self._folder / "current"

    def take(self) -> None:
        """Copy the files as they are now and put them in force; raises MeshcError, changing nothing, when they are no good."""
        self._count += 1
        version = self._folder / f"v{self._count}"
        version.mkdir()
        try:
            copies = [self._copy(source, version / str(n)) for n, source in enumerate(self._sources)]
            for source in copies:
                source.load()
            (version / "sources").write_bytes(pickle.dumps(copies))
        except MeshcError as error:
            shutil.rmtree(version)
            raise _of_originals(error, version, self._sources) from error
        self._point(version)

    def close(self) -> None:
        """Remove all versions."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _point(self, version: Path) -> None:
        old = self.current.resolve() if self.current.exists() else None
        link = self._folder / "next"
        link.symlink_to(version.name)
        os.replace(link, self.current)
        if old:
            shutil.rmtree(old, ignore_errors=True)

    def _copy(self, source: Source, folder: Path) -> Source:
        keywords: dict[str, Any] = dict(source.keywords)
        for keyword in FILE_KEYWORDS:
            value = keywords.get(keyword)
            copied = [_copy_file(Path(p), folder / keyword / str(n)) for n, p in enumerate(listed(value))]
            if copied:
                keywords[keyword] = copied if isinstance(value, list | tuple) else copied[0]
        return replace(source, keywords=keywords)


def load(current: Path) -> dict[str, Settings]:
    """The settings in force by revision; raises MeshcError or OSError while a swap is under way (look again)."""
    sources: list[Source] = pickle.loads((current / "sources").read_bytes())
    return {source.revision: source.load() for source in sources}


def _copy_file(file: Path, folder: Path) -> Path:
    target = folder / file.name
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", file=str(file), hint="mount it, or drop the option"
        ) from error
    folder.mkdir(parents=True)
    target.write_bytes(data)
    return target


def _of_originals(error: MeshcError, version: Path, sources: Sequence[Source]) -> MeshcError:
    """The same error, naming the user's file instead of our copy of it."""
    if error.file and error.file.startswith(str(version)):
        number, keyword, nth, *_ = Path(error.file).relative_to(version).parts
        error.file = str(listed(sources[int(number)].keywords[keyword])[int(nth)])
    return error
