"""Reads the two sides of `meshc diff A B`: files, directories, rendered trees, standard input."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from meshc import load, yamlio
from meshc.cli.inputs import read_stdin
from meshc.comparison.documents import Side
from meshc.errors import MeshcError, UsageError, raise_all
from meshc.rendering.tree import INDEX

_SUFFIXES = (".yaml", ".yml", ".json")
_PROJECT = "meshc.yaml"


def sides(path: str) -> list[Side]:
    """Every document of a file, a directory or standard input (`-`); raises MeshcError, all of a directory in one group."""
    if path == "-":
        return list(_opened(yamlio.load_all(read_stdin(), file="<stdin>"), "<stdin>", ""))
    if not os.path.isdir(path):
        return list(_opened(load.file(path), path, Path(path).name))
    found: list[Side] = []
    errors: list[MeshcError] = []
    for file in _walk(Path(path)):
        try:
            found += _opened(load.file(file), str(file), str(file.relative_to(path)))
        except MeshcError as error:
            errors.append(error)
    raise_all(errors)
    if not found:
        hint = "name a directory with *.yaml, *.yml or *.json files"
        raise UsageError("no document in this directory", file=path, hint=hint)
    return found


def _opened(documents: list[yamlio.Document], file: str, place: str) -> Iterator[Side]:
    for document in documents:
        for value in load.opened(document.value):
            if value is not None:
                yield Side(value, file, place)


def _walk(directory: Path) -> Iterator[Path]:
    for file in sorted(directory.rglob("*")):
        inside = file.relative_to(directory).parts
        wanted = file.suffix in _SUFFIXES and file.is_file() and not any(p.startswith(".") for p in inside)
        if wanted and file.name not in (_PROJECT, INDEX):
            yield file
