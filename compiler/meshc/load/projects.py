"""The project file `meshc.yaml`: settings by the names of the long options, workloads and goldens."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meshc import yamlio
from meshc.errors import InputError, MeshcError, nearest, raise_all
from meshc.load.manifest_files import PROJECT, read
from meshc.yamlio import Document, Json

TEXT = (
    "release",
    "profile",
    "installer",
    "mode",
    "namespace",
    "revision",
    "kube-version",
    "network",
    "cluster",
    "templates",
)
FILE = ("resolved-values", "resolved-mesh-config", "injector-config")
FILES = ("values", "mesh-config", "iop", "cluster-config", "proxy-config")
PATHS = ("workloads", "goldens")
KEYS = (*TEXT, "set", "feature", "lenient", *FILE, *FILES, *PATHS)


@dataclass(frozen=True)
class Project:
    """A project file: `settings` are keywords of `Settings.load`, paths in it already relative to the working directory."""

    file: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    workloads: tuple[str, ...] = ()
    goldens: tuple[str, ...] = ()

    def under(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """The keywords of a call with the project's beneath: single ones are replaced, lists and mappings added to."""
        mine = dict(self.settings)
        # The command line's profile wins however the file names its own, by key or by flag, and the other way round.
        if "profile" in said:
            mine["set"] = [flag for flag in mine.get("set", ()) if not _names_profile(flag)]
        if any(_names_profile(flag) for flag in said.get("set", ())):
            mine.pop("profile", None)
        for key, value in said.items():
            if isinstance(value, list) and key in mine:
                mine[key] = [*mine[key], *value]
            elif isinstance(value, dict) and key in mine:
                mine[key] = {**mine[key], **value}
            else:
                mine[key] = value
        return {key: value for key, value in mine.items() if value not in (None, [], {})}


def project(path: Path | None = None, *, start: Path | None = None) -> Project | None:
    """Read a project file: the one that is named, else the nearest `meshc.yaml` from the working directory upwards.

    The search ends at the root of the repository.  Raises UsageError for a named file that is not there, InputError
    (or an ErrorGroup) for unknown keys and wrong types.
    """
    found = path or _search((start or Path.cwd()).absolute())
    return None if found is None else _read(found)


def _search(folder: Path) -> Path | None:
    for place in (folder, *folder.parents):
        if (place / PROJECT).is_file():
            return _shortest(place / PROJECT)
        if (place / ".git").exists():
            return None
    return None


def _shortest(path: Path) -> Path:
    """The path relative to the working directory where it lies in it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _read(path: Path) -> Project:
    text = read(path).decode("utf-8", "replace")
    return project_of(Document(yamlio.load(text, file=str(path), strict=True), str(path), text=text), path.parent)


def project_of(document: Document, folder: Path) -> Project:
    """The content of a project file as settings; paths in it are relative to the directory `folder`.  Raises InputError, ErrorGroup."""
    content = {} if document.value is None else document.value
    if not isinstance(content, dict):
        raise document.error("a project file is a map", value=content, hint="write `profile: demo`")
    reader = _Reader(document, folder)
    settings = {key.replace("-", "_"): reader.read(key, value) for key, value in content.items() if value is not None}
    raise_all(reader.errors)
    workloads, goldens = (tuple(settings.pop(key, ())) for key in PATHS)
    return Project(document.file or "", settings, workloads, goldens)


class _Reader:
    """Reads the values of one file; what it finds wrong gathers in `errors`."""

    def __init__(self, document: Document, folder: Path) -> None:
        self.document, self.folder = document, folder
        self.errors: list[MeshcError] = []
        readers: dict[tuple[str, ...], Callable[[str, Json], Any]] = {
            TEXT: self._text,
            FILE: self._source,
            FILES: self._sources,
            PATHS: self._globs,
            ("set",): self._flags,
            ("feature",): self._feature,
            ("lenient",): self._switch,
        }
        self._readers = {key: reader for keys, reader in readers.items() for key in keys}

    def read(self, key: str, value: Json) -> Any:
        reader = self._readers.get(key)
        if reader is None:
            guess = nearest(key, KEYS)
            hint = f"did you mean {guess}?" if guess else f"known are {', '.join(sorted(KEYS))}"
            self.errors.append(self.document.error("unknown setting", path=(key,), value=value, hint=hint))
            return None
        try:
            return reader(key, value)
        except InputError as error:
            self.errors.append(error)
            return None

    def _text(self, key: str, value: Json) -> str:
        if isinstance(value, str):
            return value
        raise self._wrong(key, value, f'{key}: "{self._as_written(key, value)}", with quotes')

    def _as_written(self, key: str, value: Json) -> str:
        """A value as written that YAML reads as a number: `1.20` reads as 1.2, which is another release."""
        found = re.search(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*:\s*([^\s#]+)", self.document.text, re.MULTILINE)
        return found[1] if found and isinstance(value, int | float) else str(value)

    def _switch(self, key: str, value: Json) -> bool:
        if isinstance(value, bool):
            return value
        raise self._wrong(key, value, f"{key}: true")

    def _flags(self, key: str, value: Json) -> list[str]:
        flags = [value] if isinstance(value, str) else value
        if isinstance(flags, list) and all(isinstance(flag, str) for flag in flags):
            return flags
        raise self._wrong(key, value, f"{key}: [meshConfig.accessLogFile=/dev/stdout]")

    def _feature(self, key: str, value: Json) -> dict[str, str]:
        if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
            return value
        if isinstance(value, list) and all(isinstance(item, str) and "=" in item for item in value):
            return dict(item.split("=", 1) for item in value)
        raise self._wrong(key, value, f'{key}: {{ENABLE_NATIVE_SIDECARS: "true"}}')

    def _source(self, key: str, value: Json) -> Any:
        if isinstance(value, dict):
            return Document(value, f"{self.document.file}#{key}")
        if isinstance(value, str) and value:
            return str(self.folder / value)
        raise self._wrong(key, value, f"{key}: file.yaml")

    def _sources(self, key: str, value: Json) -> list[Any]:
        return [self._source(key, item) for item in (value if isinstance(value, list) else [value])]

    def _globs(self, key: str, value: Json) -> list[str]:
        patterns = [value] if isinstance(value, str) else value
        if not isinstance(patterns, list) or not all(isinstance(item, str) and item for item in patterns):
            raise self._wrong(key, value, f"{key}: [workloads/, deploy/*.yaml]")
        return [name for index, pattern in enumerate(patterns) for name in self._expand(key, index, pattern)]

    def _expand(self, key: str, index: int, pattern: str) -> list[str]:
        if not any(mark in pattern for mark in "*?["):
            return [str(self.folder / pattern)]
        if Path(pattern).is_absolute():
            raise self.document.error("a pattern is relative to this file", path=(key, index), value=pattern)
        found = sorted(str(path) for path in self.folder.glob(pattern))
        if not found:
            hint = "a pattern is relative to the directory of this file"
            raise self.document.error("no file matches", path=(key, index), value=pattern, hint=hint)
        return found

    def _wrong(self, key: str, value: Json, hint: str) -> InputError:
        return self.document.error("wrong type", path=(key,), value=value, hint=f"write {hint}")


def _names_profile(flag: str) -> bool:
    return flag.partition("=")[0] in ("profile", "spec.profile")
