"""Kubernetes-flavoured YAML and JSON in and out.

    load(text, file=, strict=) → value            load_all(text, file=, strict=) → list[Document]
    split(text) → list[str] (docs/istio/injection.md § 11.2)   Document(value, file, text, first_line)
    load_file(text, file=) → File, its text and its documents or what is wrong with them
    dump(value) → str (docs/istio/injection.md § 11.6)                    dump_all(values) → str
    arranged(value) → value as read back from its YAML
    load_json(data) → value                       dump_json(value) → str, compact

Values are plain dict, list, str, int, float, bool and None (alias `Json`); keys are always strings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from meshc.errors import InputError
from meshc.gotext import jsontext
from meshc.late import late
from meshc.trees import Json
from meshc.yamlio.jsonio import dump_json, load_json, quick_json
from meshc.yamlio.keys import ordered
from meshc.yamlio.stream import Document, File, has_content, pieces, split

if TYPE_CHECKING:
    from meshc.yamlio import reader, syntax, writer
else:
    # libyaml is loaded when the first YAML is read: the webhook's reviews are JSON
    reader, syntax, writer = (late(f"meshc.yamlio.{name}") for name in ("reader", "syntax", "writer"))

__all__ = [
    "Document",
    "File",
    "Json",
    "arranged",
    "dump",
    "dump_all",
    "dump_json",
    "load",
    "load_all",
    "load_file",
    "load_json",
    "split",
]


def load(text: str | bytes, *, file: str | None = None, strict: bool = False) -> Json:
    """Read one YAML or JSON document as Kubernetes does (docs/istio/injection.md § 2.5); an empty string gives None.

    In strict mode a duplicate key is an error, else the last one wins.
    Raises InputError with file, line, column and a hint for bad syntax, a second document, infinity and NaN, keys that
    are null or collections, nesting beyond 200 levels, and aliases that repeat too much.
    """
    text = _decoded(text, file)
    if not strict and (found := quick_json(text)) is not None:
        return found
    return reader.read(text, file=file, strict=strict)


def load_all(text: str | bytes, *, file: str | None = None, strict: bool = False) -> list[Document]:
    """Read every document of a stream cut at its `---` lines; documents without content are left out.

    Raises InputError like `load`, for the first document that has an error.
    """
    found = load_file(text, file=file, strict=strict)
    for error in found.errors:
        raise error
    return found.documents


def load_file(text: str | bytes, *, file: str | None = None, strict: bool = False) -> File:
    """Read every document of a file and keep its text; a document that cannot be read is represented by its error.

    Raises InputError for bytes that are not UTF-8.
    """
    text = _decoded(text, file)
    parts: list[Document | InputError] = []
    try:
        for piece, line in pieces(text, file=file):
            parts.append(_part(piece, line, file, strict=strict))
    except InputError as error:  # a wrong separator: what comes after it cannot be cut
        parts.append(error)
    return File(file, text, tuple(parts))


def dump(value: Json) -> str:
    """Write one value as block YAML exactly as Kubernetes' writer does: sorted keys, indented by two spaces, folded at 80 columns.

    Raises InputError for control characters, infinity and NaN, which YAML from Kubernetes cannot carry.
    """
    return writer.write(value)


def arranged(value: Json) -> Json:
    """The value that reading its YAML back gives: keys in the writer's order, whole floats as integers."""
    if isinstance(value, dict):
        return {key: arranged(value[key]) for key in ordered(value)}
    if isinstance(value, list):
        return [arranged(item) for item in value]
    return jsontext.number(value) if isinstance(value, float) and -(1 << 63) <= value < 1 << 64 else value


def dump_all(values: Iterable[Json]) -> str:
    """Write several documents, separated by lines of `---`."""
    return "---\n".join(dump(value) for value in values)


def _part(text: str, line: int, file: str | None, *, strict: bool) -> Document | InputError:
    if not has_content(text):
        return Document(None, file, text, line)
    value = None if strict else quick_json(text)
    try:
        if value is None:
            value = reader.read(text, file=file, strict=strict, first_line=line)
    except InputError as error:
        return error
    return Document(value, file, text, line)


def _decoded(text: str | bytes, file: str | None) -> str:
    return syntax.decoded(text, file=file)
