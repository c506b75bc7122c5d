"""Reads manifests: files, directories walked in sorted order, standard input."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from meshc import yamlio
from meshc.errors import InputError, MeshcError, UsageError, raise_all
from meshc.load.kinds import is_kubernetes, opened
from meshc.yamlio import Document, File

SUFFIXES = (".yaml", ".yml", ".json")
PROJECT = "meshc.yaml"
STDIN = "-"
MOST = 256 * 1024 * 1024
"""Bytes that one file may hold."""
LARGEST = 32 * 1024 * 1024
"""Bytes that one document may hold, ten times what an API server takes."""


def documents(
    paths: Iterable[str | Path],
    *,
    stdin: Callable[[], bytes] | None = None,
    strict: bool = False,
    foreign: bool = False,
) -> list[Document]:
    """Read every document of files and directories; `-` is what `stdin` gives.

    Of a directory, files without a Kubernetes document are skipped; a file that is named must hold one unless
    `foreign` is set.  Raises UsageError and InputError, all of a run in one ErrorGroup.
    """
    found: list[Document] = []
    errors: list[MeshcError] = []
    seen_stdin = False
    for path in paths:
        try:
            if str(path) == STDIN:
                found += yamlio.load_all(_stdin_bytes(stdin, again=seen_stdin), file="<stdin>", strict=strict)
                seen_stdin = True
            elif os.path.isdir(path):
                found += [d for held in _held(Path(path), errors, strict=strict) for d in held.documents]
            else:
                found += _named(path, strict, foreign)
        except MeshcError as error:
            errors.append(error)
    raise_all(errors)
    return found


def file(path: str | Path, *, strict: bool = False) -> list[Document]:
    """Read every document of one file; raises UsageError where there is none to read, InputError for bad YAML."""
    return yamlio.load_all(read(path), file=str(path), strict=strict)


def files(paths: Iterable[str | Path], *, stdin: Callable[[], bytes] | None = None) -> list[File]:
    """Read files with their text, directories walked, for verbs that copy what they do not handle.

    Of a directory, files without a Kubernetes document are skipped.  Raises UsageError and InputError, all of a run in
    one ErrorGroup; documents of a named file that cannot be read are among its parts, for the verb to report.
    """
    found: list[File] = []
    errors: list[MeshcError] = []
    seen_stdin = False
    for path in paths:
        try:
            if str(path) == STDIN:
                found.append(yamlio.load_file(_stdin_bytes(stdin, again=seen_stdin), file="<stdin>"))
                seen_stdin = True
            elif os.path.isdir(path):
                found += _held(Path(path), errors, strict=False)
            else:
                found.append(yamlio.load_file(read(path), file=str(path)))
        except MeshcError as error:
            errors.append(error)
    raise_all(errors)
    return found


def read(path: str | Path) -> bytes:
    """The bytes of a file; raises UsageError where it cannot be read or is too large."""
    name = str(path)
    try:
        with open(path, "rb") as stream:
            data = stream.read(MOST + 1)
    except FileNotFoundError:
        hint = "check the path; it is relative to the working directory"
        raise UsageError("no such file", file=name, hint=hint) from None
    except IsADirectoryError:
        raise UsageError("is a directory, not a file", file=name, hint="name a file in it") from None
    except ValueError:
        raise UsageError("not a file name", file=repr(name), hint="a name holds no NUL character") from None
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise UsageError(f"cannot be read: {reason}", file=name, hint="check its permissions") from None
    if len(data) > MOST:
        raise UsageError(f"larger than {MOST >> 20} MiB", file=name, hint="split it")
    _refuse_large(data, name)
    return data


def _named(path: str | Path, strict: bool, foreign: bool) -> list[Document]:
    found = file(path, strict=strict)
    if not foreign and not _has_object(found):
        raise UsageError(
            "holds no Kubernetes document", file=str(path), hint="a document has apiVersion and kind; name another file"
        )
    return found


def _held(folder: Path, errors: list[MeshcError], *, strict: bool) -> list[File]:
    """The files of a directory that hold a Kubernetes object; errors of the others gather."""
    found: list[File] = []
    before = len(errors)
    for path in _walk(folder, errors):
        try:
            read_file = yamlio.load_file(read(path), file=str(path), strict=strict)
        except MeshcError as error:
            errors.append(error)
            continue
        if read_file.errors:
            errors.append(read_file.errors[0])
        elif _has_object(read_file.documents):
            found.append(read_file)
    if not found and len(errors) == before:
        raise UsageError(
            "no manifest in this directory",
            file=str(folder),
            hint="meshc takes *.yaml, *.yml and *.json with Kubernetes objects",
        )
    return found


def _walk(folder: Path, errors: list[MeshcError]) -> Iterator[Path]:
    def failed(problem: OSError) -> None:
        errors.append(UsageError(f"cannot be read: {problem.strerror}", file=str(problem.filename)))

    for place, folders, names in os.walk(folder, onerror=failed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(SUFFIXES) and not name.startswith(".") and name != PROJECT:
                yield Path(place, name)


def _stdin_bytes(stdin: Callable[[], bytes] | None, *, again: bool) -> bytes:
    if stdin is None or again:
        message = "standard input can be read once" if again else "standard input is not read here"
        raise UsageError(message, value=STDIN, hint="name a file")
    data = stdin()
    if not data.strip():
        raise UsageError("standard input is empty", file=STDIN, hint="pipe a manifest into it, or name a file")
    _refuse_large(data, "<stdin>")
    return data


def _refuse_large(data: bytes, name: str) -> None:
    start = 0
    while len(data) - start > LARGEST:
        end = data.find(b"\n---", start)
        if end - start > LARGEST or end < 0:
            line = data.count(b"\n", 0, start + 1) + 1
            hint = f"a document may have {LARGEST} bytes; an API server takes no object over 3 MiB"
            raise InputError(
                "document too large", file=name, line=line, value=(end if end >= 0 else len(data)) - start, hint=hint
            )
        start = end + 1


def _has_object(found: Iterable[Document]) -> bool:
    return any(is_kubernetes(item) for document in found for item in opened(document.value))
