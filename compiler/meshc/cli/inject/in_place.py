"""Edits the users' own files: only what injection changes, the files replaced together or not at all."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshc import load
from meshc.cli.output import replace_files
from meshc.errors import ErrorGroup, InputError, MeshcError, raise_all
from meshc.injection.api import Result
from meshc.injection.patch import Operation
from meshc.injection.workloads import LIST, place_of
from meshc.late import late
from meshc.yamlio import Document, File, Json
from meshc.yamlio.splicing import splice

if TYPE_CHECKING:
    import jsonpatch

    from meshc.cli.inject.inject_verb import Injection
else:
    jsonpatch = late("jsonpatch")

_BOM = b"\xef\xbb\xbf"
Change = Callable[[Document], "list[Operation] | None"]
"""What to do to a workload: operations, or None where the document is not one."""


def rewrite(injections: Sequence[Injection], places: Mapping[str, str]) -> None:
    """Inject the files themselves.  Raises MeshcError for files that cannot be edited; then none is changed."""
    replace((i.file, _patches(i.stream.results, places)) for i in injections)


def replace(changes: Iterable[tuple[File, Change]]) -> list[str]:
    """Change the documents of files, each file by its own rule; returns the names of the files that changed."""
    files: dict[Path, bytes] = {}
    errors: list[MeshcError] = []
    for file, change in changes:
        name = str(file.name)
        try:
            new = edited(file, change)
            if new != file.text:
                files[Path(name)] = _encoded(new, file.text, name)
        except MeshcError as error:
            errors += error.errors if isinstance(error, ErrorGroup) else [error]
    raise_all(errors)
    replace_files(files)
    return [str(path) for path in files]


def edited(file: File, change: Change) -> str:
    """A file's text with its workloads changed; every other byte as it was."""
    text = file.text
    windows = "\r\n" in text
    plain = text.replace("\r\n", "\n") if windows else text
    if windows and plain.replace("\n", "\r\n") != text:
        hint = "use one kind of line end, or leave out --in-place"
        raise InputError("a file with both LF and CRLF line ends cannot be edited in place", file=file.name, hint=hint)
    result: list[str] = []
    errors: list[MeshcError] = []
    at = 0
    starts = [0, *(i + 1 for i, char in enumerate(plain) if char == "\n")]
    for part in file.parts:
        if isinstance(part, MeshcError):
            errors.append(part)
            continue
        start = starts[part.first_line - 1]
        try:
            result += [plain[at:start], _changed(part, change)]
        except MeshcError as error:
            errors += error.errors if isinstance(error, ErrorGroup) else [error]
        at = start + len(part.text)
    raise_all(errors)
    new = "".join([*result, plain[at:]])
    if not plain.endswith("\n"):
        new = new.removesuffix("\n")
    return new.replace("\n", "\r\n") if windows else new


def patched(value: Json, operations: list[Operation]) -> Json:
    """A document after a JSON patch; the document itself is not changed."""
    return jsonpatch.apply_patch(copy.deepcopy(value), operations)


def _changed(document: Document, change: Change) -> str:
    value = document.value
    if isinstance(value, dict) and value.get("kind") == LIST and isinstance(value.get("items"), list):
        new: Any = {**value, "items": [_new(document, item, change) for item in value["items"]]}
    else:
        new = _new(document, value, change)
    if new == value:
        return document.text
    return splice(document.text, value, new, file=document.file, line=document.first_line)


def _new(document: Document, value: Json, change: Change) -> Json:
    whole = value is document.value
    one = document if whole else Document(value, document.file)
    operations = change(one) if isinstance(value, dict) else None
    return patched(value, operations) if operations else value


def _patches(results: Sequence[Result], places: Mapping[str, str]) -> Change:
    """The patch of each workload, in the order of the stream."""
    left: Iterator[Result] = iter(results)

    def change(document: Document) -> list[Operation] | None:
        if place_of(str(document.value.get("kind")), "kube-inject", elsewhere=places) is None:
            return None
        return next(left).patch

    return change


def _encoded(new: str, old: str, file: str) -> bytes:
    """The new bytes of a file, its byte order mark kept; raises InputError when someone changed it meanwhile."""
    data = load.read(file)
    mark = _BOM if data.startswith(_BOM) else b""
    if data != mark + old.encode():
        raise InputError("the file changed while it was being injected", file=file, hint="run the command again")
    return mark + new.encode()
