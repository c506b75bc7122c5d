"""Keeps the last valid version of the settings, read from mounted files.

The main process reads the files, injects a plain pod with them, and only then writes what it read into one file, the only one
that workers read.  So an invalid new version changes nothing, and a worker that starts later starts with the valid one.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from meshc import load
from meshc.errors import MeshcError, SettingsError, raise_all
from meshc.settings import Settings
from meshc.webhook.respond import answer
from meshc.webhook.server_config import SEVERAL, SINGLE, Source, listed
from meshc.yamlio import Document

Keywords = Mapping[str, Any]
WRAPPER = "failed to process webhook config: "
_POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"generateName": "trial-", "labels": {"app": "trial"}},
    "spec": {"containers": [{"name": "app", "image": "app", "ports": [{"containerPort": 8080}]}]},
}
_REVIEW = orjson.dumps(
    {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {"uid": "trial", "namespace": "default", "operation": "CREATE", "object": _POD},
    }
)


class Snapshots:
    """The settings in force, in `file`; a newer version may come from any of `files`."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)
        self._folder = Path(tempfile.mkdtemp(prefix="meshc-settings-"))
        self.file = self._folder / "settings"
        self._files: dict[str, tuple[Path, ...]] = {}

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that settings come from now: the ones named on the command line, and those a meshc.yaml names."""
        for source in self._sources:
            # An invalid meshc.yaml names nothing; it, or a file it named before, may still be corrected.
            with contextlib.suppress(MeshcError):
                self._files[source.revision] = source.files()
            self._files.setdefault(source.revision, (source.project,) if source.project else ())
        return tuple(file for files in self._files.values() for file in files)

    def take(self) -> dict[str, Settings]:
        """Read the files as they are now and put them in force; raises MeshcError, changing nothing, for invalid ones."""
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
        # Renamed into place: a worker reads the old version or the new one, never half of one.
        fresh = self.file.with_suffix(".new")
        fresh.write_bytes(data)
        os.replace(fresh, self.file)


def settings_in_force(file: Path) -> dict[str, Settings]:
    """The settings of a snapshot by revision; templates are compiled and caches warm, as the first pod must not wait."""
    settings = _settings(pickle.loads(file.read_bytes()))
    for one in settings.values():
        try_out(one)
    return settings


def load_settings(**keywords: Any) -> Settings:
    """`Settings.load` for a server (docs/istio/injection.md § 2.1); an error's message begins with Istio's wrapper."""
    try:
        return Settings.load(**keywords)
    except MeshcError as error:
        error.message = WRAPPER + error.message
        raise


_RUN_OF_A_TEMPLATE = re.compile(r"template: inject:\d+:\d+: executing ")


def try_out(settings: Settings) -> None:
    """Inject a plain pod; raises SettingsError with the reason when that fails."""
    found = answer(_REVIEW, settings, path="/inject", content_type="application/json")
    if found.outcome == "failed":
        message = orjson.loads(found.body)["response"]["status"]["message"]
        if settings.injection_config.go_templates and _RUN_OF_A_TEMPLATE.search(message):
            return  # a template may refuse this pod, e.g. for want of a label: so it does in istiod
        raise SettingsError(
            f"no pod can be injected with these settings: {message}",
            path="revision",
            value=settings.revision or "default",
            hint="`meshc explain` with the same settings and a pod shows where a value comes from",
        )


def _settings(read: Mapping[str, Keywords]) -> dict[str, Settings]:
    settings = {revision: load_settings(**keywords) for revision, keywords in read.items()}
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
