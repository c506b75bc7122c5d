"""A whole stream of documents in, the same stream with injected workloads out (docs/istio/injection.md § 11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from meshc import yamlio
from meshc.errors import MeshcError, raise_all
from meshc.injection.document_injection import Request, inject_document, place
from meshc.injection.result import Result
from meshc.injection.workloads import LIST
from meshc.kubernetes import typed
from meshc.yamlio import Document, File, Json
from meshc.yamlio.stream import has_content


class Stream(NamedTuple):
    """The text as Istio writes it, one result per workload in order, and all warnings, each once.

    `documents` are its parts, those without content left out.
    """

    text: str
    results: tuple[Result, ...]
    warnings: tuple[str, ...]
    documents: tuple[Written, ...]


class Written(NamedTuple):
    """One document after injection: as text, as a value, the results of its workloads, whether it is a copy."""

    text: str
    value: Json
    results: Sequence[Result] = ()
    copied: bool = False


def inject_file(file: File, request: Request) -> Stream:
    """Inject every workload of a file; foreign documents are copied byte for byte.

    Raises the error of the one document that has one, or an ErrorGroup of all.
    """
    written: list[Written] = []
    errors: list[MeshcError] = []
    for part in file.parts:
        if isinstance(part, MeshcError):
            errors.append(part)
            continue
        try:
            written.append(_document(part, request))
        except MeshcError as error:
            errors.append(error.at(file.name, part.first_line))
    raise_all(errors)
    results = tuple(result for one in written for result in one.results)
    return Stream(
        "".join(f"{one.text}---\n" for one in written),
        results,
        tuple(dict.fromkeys(warning for result in results for warning in result.warnings)),
        tuple(one for one in written if not one.copied or has_content(one.text)),
    )


def _document(document: Document, request: Request) -> Written:
    _check_type(document)
    if typed.kind_name(document.value) == LIST:
        return _list(document, request)
    if place(document.value, request) is None:
        return Written(document.text, document.value, copied=True)
    result = inject_document(document, request)
    return Written(yamlio.dump(result.manifest), result.manifest, [result])


def _list(document: Document, request: Request) -> Written:
    edited: dict[str, Any] = dict(typed.normalize(document, LIST, release=request.injector.release, courtesy=True))
    results = []
    for index, item in enumerate(edited.get("items") or ()):
        _check_type(Document(item, document.file))
        if place(item, request) is not None:
            results.append(inject_document(Document(item, document.file), request))
            edited["items"][index] = results[-1].manifest
    return Written(yamlio.dump(edited), edited, results)


def _check_type(document: Document) -> None:
    """Refuse what cannot be asked for its kind: Istio reads kind and version of foreign documents too."""
    value = document.value
    if value is not None and not isinstance(value, dict):
        raise document.error(f"cannot unmarshal {typed.kind_of(value)} into a Kubernetes object", value=value)
    for key in ("kind", "apiVersion"):
        found = value.get(key) if value is not None else None
        if isinstance(found, dict | list):
            raise document.error(f"cannot unmarshal {typed.kind_of(found)} into a string", path=(key,), value=found)
