"""Reads manifests: files, folders walked in sorted order, standard input."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from meshc import yamlio
from meshc.errors import ErrorGroup, MeshcError, UsageError
from meshc.load.kinds import is_kubernetes, opened
from meshc.yamlio import Document
from meshc.yamlio.syntax import decoded

SUFFIXES = (".yaml", ".yml", ".json")
PROJECT = "meshc.yaml"
STDIN = "-"
MOST = 256 * 1024 * 1024
"""Bytes that one file may hold."""


def documents(
    paths: Iterable[str | Path],
    *,
    stdin: Callable[[], bytes] | None = None,
    strict: bool = False,
    foreign: bool = False,
) -> list[Document]:
    """Read every document of files and folders; `-` is what `stdin` gives.

    Of a folder, files without a Kubernetes document are passed over; a file that is named must hold one unless
    `foreign` is set.  Raises UsageError and InputError, all of a run in one ErrorGroup.
    """
    found: list[Document] = []
    errors: list[MeshcError] = []
    seen_stdin = False
    for path in paths:
        try:
            if str(path) == STDIN:
                found += _from_stdin(stdin, again=seen_stdin, strict=strict)
                seen_stdin = True
            elif os.path.isdir(path):
                found += _folder(Path(path), strict, errors)
            else:
                found += _named(path, strict, foreign)
        except MeshcError as error:
            errors.append(error)
    if errors:
        raise errors[0] if len(errors) == 1 else ErrorGroup(errors)
    return found


def file(path: str | Path, *, strict: bool = False) -> list[Document]:
    """Read every document of one file; raises UsageError where there is none to read, InputError for bad YAML."""
    return yamlio.load_all(read(path), file=str(path), strict=strict)


def texts(paths: Iterable[str | Path], *, stdin: Callable[[], bytes] | None = None) -> Iterator[tuple[str, str]]:
    """The text of every file by name, folders walked, for verbs that copy what they do not handle.

    Of a folder, files without a Kubernetes document are passed over.  Raises UsageError and InputError.
    """
    for path in paths:
        if str(path) == STDIN:
            data = stdin() if stdin else b""
            if not data.strip():
                raise UsageError("standard input is empty", file=STDIN, hint="pipe a manifest into it, or name a file")
            yield "<stdin>", decoded(data, file="<stdin>")
        elif os.path.isdir(path):
            errors: list[MeshcError] = []
            named = [name for name in _walk(Path(path), errors) if _has_object(file(name))]
            if errors:
                raise errors[0] if len(errors) == 1 else ErrorGroup(errors)
            for name in named:
                yield str(name), decoded(read(name), file=str(name))
        else:
            yield str(path), decoded(read(path), file=str(path))


def read(path: str | Path) -> bytes:
    """The bytes of a file; raises UsageError where it cannot be read or is too large."""
    name = str(path)
    try:
        with open(path, "rb") as stream:
            data = stream.read(MOST + 1)
    except FileNotFoundError:
        hint = "check the path; it is relative to the working folder"
        raise UsageError("no such file", file=name, hint=hint) from None
    except IsADirectoryError:
        raise UsageError("is a folder, not a file", file=name, hint="name a file in it") from None
    except ValueError:
        raise UsageError("not a file name", file=repr(name), hint="a name holds no NUL character") from None
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise UsageError(f"cannot be read: {reason}", file=name, hint="check its permissions") from None
    if len(data) > MOST:
        raise UsageError(f"larger than {MOST >> 20} MiB", file=name, hint="split it")
    return data


def _named(path: str | Path, strict: bool, foreign: bool) -> list[Document]:
    found = file(path, strict=strict)
    if not foreign and not _has_object(found):
        raise UsageError(
            "holds no Kubernetes document", file=str(path), hint="a document has apiVersion and kind; name another file"
        )
    return found


def _folder(folder: Path, strict: bool, errors: list[MeshcError]) -> list[Document]:
    found: list[Document] = []
    for path in _walk(folder, errors):
        try:
            held = file(path, strict=strict)
        except MeshcError as error:
            errors.append(error)
            continue
        if _has_object(held):
            found += held
    if not found and not errors:
        raise UsageError(
            "no manifest in this folder",
            file=str(folder),
            hint="meshc takes *.yaml, *.yml and *.json with Kubernetes objects",
        )
    return found


def _walk(folder: Path, errors: list[MeshcError]) -> Iterator[Path]:
    def failed(problem: OSError) -> None:
        errors.append(UsageError(f"cannot be read: {problem.strerror}", file=str(problem.filename)))

    for place, folders, files in os.walk(folder, onerror=failed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.endswith(SUFFIXES) and not name.startswith(".") and name != PROJECT:
                yield Path(place, name)


def _from_stdin(stdin: Callable[[], bytes] | None, *, again: bool, strict: bool) -> list[Document]:
    if stdin is None or again:
        message = "standard input can be read once" if again else "standard input is not read here"
        raise UsageError(message, value=STDIN, hint="name a file")
    data = stdin()
    if not data.strip():
        raise UsageError("standard input is empty", file=STDIN, hint="pipe a manifest into it, or name a file")
    return yamlio.load_all(data, file="<stdin>", strict=strict)


def _has_object(found: Iterable[Document]) -> bool:
    return any(is_kubernetes(item) for document in found for item in opened(document.value))
