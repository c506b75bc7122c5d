"""A whole stream of documents in, the same stream with injected workloads out (docs/istio/injection.md § 11)."""

from __future__ import annotations

from typing import Any, NamedTuple

from meshc import yamlio
from meshc.errors import MeshcError, raise_all
from meshc.injection.document_injection import Request, inject_document, place
from meshc.injection.result import Result
from meshc.injection.workloads import LIST
from meshc.kubernetes import typed
from meshc.yamlio import Document
from meshc.yamlio.reader import read
from meshc.yamlio.stream import pieces


class Stream(NamedTuple):
    """The text as Istio writes it, one result per workload in order, and all warnings, each once."""

    text: str
    results: tuple[Result, ...]
    warnings: tuple[str, ...]


def inject_text(text: str, request: Request, *, file: str | None = None) -> Stream:
    """Inject every workload of a stream; foreign documents are copied byte for byte.

    Raises the error of the one document that has one, or an ErrorGroup of all.
    """
    written: list[str] = []
    results: list[Result] = []
    errors: list[MeshcError] = []
    for index, (piece, line) in enumerate(pieces(text, file=file)):
        try:
            document = Document(read(piece, file=file, first_line=line), file, index, piece, line)
            out, found = _document(document, request)
        except MeshcError as error:
            errors.append(error.at(file, line))
            continue
        written.append(out)
        results += found
    raise_all(errors)
    warnings = tuple(dict.fromkeys(warning for result in results for warning in result.warnings))
    return Stream("".join(f"{piece}---\n" for piece in written), tuple(results), warnings)


def _document(document: Document, request: Request) -> tuple[str, list[Result]]:
    _check_type(document)
    if typed.kind_name(document.value) == LIST:
        return _list(document, request)
    if place(document.value, request) is None:
        return document.text, []
    result = inject_document(document, request)
    return yamlio.dump(result.manifest), [result]


def _list(document: Document, request: Request) -> tuple[str, list[Result]]:
    edited: dict[str, Any] = dict(typed.normalize(document, LIST, release=request.injector.release, courtesy=True))
    results = []
    for index, item in enumerate(edited.get("items") or ()):
        _check_type(Document(item, document.file, document.index))
        if place(item, request) is not None:
            results.append(inject_document(Document(item, document.file, document.index), request))
            edited["items"][index] = results[-1].manifest
    return yamlio.dump(edited), results


def _check_type(document: Document) -> None:
    """Refuse what cannot be asked for its kind: Istio reads kind and version of foreign documents too."""
    value = document.value
    if value is not None and not isinstance(value, dict):
        raise document.error(f"cannot unmarshal {typed.kind_of(value)} into a Kubernetes object", value=value)
    for key in ("kind", "apiVersion"):
        found = value.get(key) if value is not None else None
        if isinstance(found, dict | list):
            raise document.error(f"cannot unmarshal {typed.kind_of(found)} into a string", path=(key,), value=found)
