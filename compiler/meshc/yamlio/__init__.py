"""Kubernetes-flavoured YAML and JSON in and out.

    load(text, file=, strict=) → value            load_all(text, file=, strict=) → list[Document]
    split(text) → list[str] (docs/istio/injection.md § 11.2)   Document(value, file, index, text, first_line)
    dump(value) → str (§ 11.6)                    dump_all(values) → str
    load_json(data) → value                       dump_json(value) → str, compact

Values are plain dict, list, str, int, float, bool and None (alias `Json`); keys are always strings.
"""

from __future__ import annotations

from collections.abc import Iterable

from meshc.trees import Json
from meshc.yamlio.jsonio import dump_json, load_json, quick_json
from meshc.yamlio.stream import Document, has_content, pieces, split

__all__ = ["Document", "Json", "dump", "dump_all", "dump_json", "load", "load_all", "load_json", "split"]


def load(text: str | bytes, *, file: str | None = None, strict: bool = False) -> Json:
    """Read one YAML or JSON document as Kubernetes does (docs/istio/injection.md § 2.5); an empty text gives None.

    In strict mode a duplicate key is an error, else the last one wins.
    Raises InputError with file, line, column and a hint for bad syntax, a second document, infinity and NaN, keys that
    are null or collections, nesting beyond 200 levels, and aliases that repeat too much.
    """
    text = _decoded(text, file)
    if not strict and (found := quick_json(text)) is not None:
        return found
    from meshc.yamlio.reader import read

    return read(text, file=file, strict=strict)


def load_all(text: str | bytes, *, file: str | None = None, strict: bool = False) -> list[Document]:
    """Read every document of a stream cut at its `---` lines; documents without content are left out.

    Raises InputError like `load`.
    """
    from meshc.yamlio.reader import read

    documents: list[Document] = []
    for piece, line in pieces(_decoded(text, file), file=file):
        if has_content(piece):
            value = None if strict else quick_json(piece)
            if value is None:
                value = read(piece, file=file, strict=strict, first_line=line)
            documents.append(Document(value, file, len(documents), piece, line))
    return documents


def dump(value: Json) -> str:
    """Write one value as block YAML exactly as Kubernetes' writer does: sorted keys, two blanks, folded at 80 columns.

    Raises InputError for control characters, infinity and NaN, which YAML from Kubernetes cannot carry.
    """
    from meshc.yamlio.writer import write

    return write(value)


def dump_all(values: Iterable[Json]) -> str:
    """Write several documents, separated by lines `---`."""
    return "---\n".join(dump(value) for value in values)


def _decoded(text: str | bytes, file: str | None) -> str:
    from meshc.yamlio.syntax import decoded

    return decoded(text, file=file)
