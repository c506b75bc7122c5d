"""Keeps the last good version of the settings, read from what is mounted.

The main process reads the files, tries what they say on a plain pod, and only then writes what it read into one file, which
is all that workers look at.  So a broken new version changes nothing, and a worker that starts later starts with the good one.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from meshc import load
from meshc.errors import MeshcError, raise_all
from meshc.settings import Settings
from meshc.webhook.config import SEVERAL, SINGLE, Source, listed
from meshc.webhook.configured import configured
from meshc.webhook.trial import try_out
from meshc.yamlio import Document

Keywords = Mapping[str, Any]


class Snapshots:
    """`file` holds the version in force; `files` is what a newer one may come from."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)
        self._folder = Path(tempfile.mkdtemp(prefix="meshc-settings-"))
        self.file = self._folder / "settings"
        self._files: dict[str, tuple[Path, ...]] = {}

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that settings come from now: the ones named on the command line, and those a meshc.yaml names."""
        for source in self._sources:
            # A broken meshc.yaml names nothing; what it named before, and it itself, may still be mended.
            with contextlib.suppress(MeshcError):
                self._files[source.revision] = source.files()
            self._files.setdefault(source.revision, (source.project,) if source.project else ())
        return tuple(file for files in self._files.values() for file in files)

    def take(self) -> dict[str, Settings]:
        """Read the files as they are now and put them in force; raises MeshcError, changing nothing, when they are no good."""
        read: dict[str, Keywords] = {}
        errors: list[MeshcError] = []
        for source in self._sources:
            try:
                read[source.revision] = _read(source)
            except MeshcError as error:
                errors.append(error)
        _raise(errors)
        settings = _settings(read)
        for one in settings.values():
            try_out(one)
        self._put(pickle.dumps(read))
        return settings

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _put(self, data: bytes) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_bytes(data)
        os.replace(fresh, self.file)


def settings_in_force(file: Path) -> dict[str, Settings]:
    """The settings of a snapshot by revision, ready to answer: templates are built, caches warm."""
    settings = _settings(pickle.loads(file.read_bytes()))
    for one in settings.values():
        try_out(one)
    return settings


def _settings(read: Mapping[str, Keywords]) -> dict[str, Settings]:
    settings = {revision: configured(**keywords) for revision, keywords in read.items()}
    for one in settings.values():
        one.require_injector()
    return settings


def _read(source: Source) -> Keywords:
    """The source's keywords with documents in place of files."""
    keywords, context = source.merged()
    strict = not keywords.get("lenient")
    for keyword in SEVERAL:
        if keyword in keywords:
            own = strict and keyword in ("values", "mesh_config", "iop")
            keywords[keyword] = [d for name in listed(keywords[keyword]) for d in _documents(name, strict=own)]
    for keyword in SINGLE:
        if keyword in keywords:
            keywords[keyword] = _single(keyword, keywords[keyword])
    if context:
        keywords["resources"] = load.context(load.documents(context))
    if source.revision:
        keywords.setdefault("revision", source.revision)
    return {**keywords, "mode": "webhook"}


def _documents(named: Any, *, strict: bool) -> list[Document]:
    return load.file(named, strict=strict) if isinstance(named, str | Path) else [named]


def _single(keyword: str, named: Any) -> Document:
    found = _documents(named, strict=False)
    if len(found) > 1:
        option = keyword.replace("_", "-")
        raise found[1].error(f"--{option} takes a file with one document, this is a second one", hint="split the file")
    return found[0] if found else Document({}, str(named))


def _raise(errors: Sequence[MeshcError]) -> None:
    raise_all(errors)
