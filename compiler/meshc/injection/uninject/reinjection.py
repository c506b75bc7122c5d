"""Settles what records leave open: injects the candidate again with the settings and looks what comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from meshc.errors import MeshcError
from meshc.injection.document_injection import Request, inject_document
from meshc.injection.edits import Map, origins, plain
from meshc.injection.result import Result
from meshc.injection.uninject.doubts import LAYER, Doubts, Question
from meshc.injection.uninject.restored_metadata import EXCLUDED_PORTS
from meshc.injection.workloads import Place
from meshc.models.annotation_names import INJECT_TEMPLATES
from meshc.trees import get
from meshc.yamlio import Document, Json

_FILLED_IN = {"defaultMode", "apiVersion", "divisor", "expirationSeconds"}
"""Fields of volumes that an API server fills in; a volume without any source becomes an `emptyDir`."""
_CUSTOM = ("metadata", "annotations", INJECT_TEMPLATES)


def settle(
    edited: Map, where: Place, questions: Sequence[Question], *, request: Request | None, doubts: Doubts
) -> None:
    """Decide each question; what stays open becomes a doubt.  `edited` is the candidate workload.

    Without a request (settings) every question stays open.
    """
    base = edited.base
    if request is None or _injected(edited, request) is None:
        for question in questions:
            doubts.doubt(question.path, question.reason)
        return
    if _has_directives(edited, where, request):
        doubts.doubt(_CUSTOM, "a template with directives such as `$patch` may have taken away what it liked")
    _drop_repeated(edited, where, request)
    returned = _manifest(edited, request)
    _doubt_elements(returned, base, where, doubts=doubts)
    open_ones = [q for q in questions if get(returned, _placed(q.path, where)) != q.value]
    for question in open_ones:
        _put_back(edited, _placed(question.path, where), question.value)
    same = _manifest(edited, request) == base
    for question in open_ones:
        if not same or question.path[-1] == EXCLUDED_PORTS:
            doubts.doubt(question.path, f"{question.reason}; the settings given do not give this pod", question.value)
    if same and not _has_directives(edited, where, request):
        doubts.open[:] = [doubt for doubt in doubts.open if doubt.path != _CUSTOM]


def _doubt_elements(returned: Json, base: Json, where: Place, *, doubts: Doubts) -> None:
    """A recorded volume or secret that comes back other than it is was the user's too: the two were merged."""
    for field in ("volumes", "imagePullSecrets"):
        path = (*where.spec, field)
        fresh = {item.get("name"): item for item in get(returned, path) or ()}
        for index, item in enumerate(get(base, path) or ()):
            if _holds_more(item, fresh.get(item.get("name"), item)):
                reason = (
                    f"{item.get('name')} is not as the mesh alone would bring it: the user's own was merged into it"
                )
                doubts.doubt(("spec", field, index), reason)


def _holds_more(value: Json, than: Json) -> bool:
    """Whether a value says more than another, or something else; what an API server fills in aside."""
    if isinstance(value, dict) and isinstance(than, dict):
        filled = _FILLED_IN if len(than) > 1 or "name" not in than else _FILLED_IN | {"emptyDir"}
        return any(_holds_more(value[key], than[key]) if key in than else key not in filled for key in value)
    if isinstance(value, list) and isinstance(than, list):
        return len(value) != len(than) or any(map(_holds_more, value, than))
    return bool(value != than)


def _drop_repeated(edited: Map, where: Place, request: Request) -> None:
    """Remove the fields that a template would set again to the value they have; keep them where it would not."""
    result = _injected(edited, request)
    removed: dict[tuple[str, ...], Json] = {}
    for path in _repeated(result, edited, where) if result else ():
        value = get(edited, path)
        if value == get(edited.base or {}, path):
            removed[path] = value
            edited.open(*path[:-1]).discard(path[-1], layer=LAYER)
    returned = _manifest(edited, request) if removed else None
    for path, value in removed.items():
        if get(returned, path) != value:
            _put_back(edited, path, value)
    for path in removed:
        if get(edited, path[:-1]) == {}:
            edited.open(*path[:-2]).discard(path[-2], layer=LAYER)


def _repeated(result: Result, edited: Map, where: Place) -> Iterator[tuple[str, ...]]:
    """Fields in maps of the pod that a template or the injector's configuration wrote over, leaving them as they were."""
    for path, edits in origins(result.edited).items():
        names = tuple(part for part in path if isinstance(part, str))
        inside = any(names[: len(place)] == place and len(names) > len(place) for place in where)
        layer = edits[-1].layer
        if (
            len(names) == len(path)
            and inside
            and layer.startswith(("template ", "injectedAnnotations"))
            and get(edited, names) is not None
        ):
            yield names


def _has_directives(edited: Map, where: Place, request: Request) -> bool:
    """Whether one of the templates this pod is injected with can remove the user's own fields."""
    annotations = get(edited, (*where.metadata, "annotations")) or {}
    names = request.injector.template_names(annotations.get(INJECT_TEMPLATES))
    return not request.injector.with_directives.isdisjoint(names)


def _injected(edited: Map, request: Request) -> Result | None:
    """The candidate injected again; None when these settings refuse or skip it."""
    try:
        result = inject_document(Document(plain(edited)), request)
    except MeshcError:
        return None
    return result if result.decision.inject else None


def _manifest(edited: Map, request: Request) -> Json:
    result = _injected(edited, request)
    return result.manifest if result else None


def _put_back(edited: Map, path: tuple[str, ...], value: Json) -> None:
    edited.open(*path[:-1]).put(path[-1], value, layer=LAYER)


def _placed(path: tuple[str, ...], where: Place) -> tuple[str, ...]:
    return (*(where.metadata if path[0] == "metadata" else where.spec), *path[1:])
