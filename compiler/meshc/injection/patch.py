"""RFC 6902 operations from the recorded edits: only what was touched is looked at."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from meshc.injection.edits import List, Map, plain
from meshc.yamlio import Json

Operation = dict[str, Any]


def operations(edited: Map, document: Json) -> list[Operation]:
    """The patch that turns `document` (as the user or the API server holds it) into the edited object.

    `document` may carry less than the typed form the edits started from (`resources: {}`, `creationTimestamp: null`)
    and unknown fields: an object it lacks is added whole, a field it lacks is never removed.
    Linear in the edits and the lists they touch (docs/istio/injection.md § 12.6: any patch with the same result will do).
    """
    found: list[Operation] = []
    _object(edited, document, path="", found=found)
    return found


def patch_of(edited: Map, document: Json) -> list[Operation]:
    """The same patch with plain values, ready to be given away."""
    return [
        {**operation, "value": plain(operation["value"])} if "value" in operation else operation
        for operation in operations(edited, document)
    ]


def pointer(part: str) -> str:
    """One key as a JSON pointer part."""
    return "/" + part.replace("~", "~0").replace("/", "~1")


def _object(edited: Map, document: Json, *, path: str, found: list[Operation]) -> None:
    base = edited.base or {}
    for key in edited.edits:
        where = path + pointer(key)
        if key not in edited:
            if key in document:
                found.append({"op": "remove", "path": where})
            continue
        value = edited[key]
        if _descend(value, base.get(key), document.get(key), path=where, found=found):
            continue
        if key not in base or value != base[key]:
            found.append({"op": "replace" if key in document else "add", "path": where, "value": value})


def _descend(value: Json, base: Json, document: Json, *, path: str, found: list[Operation]) -> bool:
    """Write the operations inside a value that was opened, not replaced; False when it has to be written whole."""
    if isinstance(value, Map) and value.base is not None and value.base is base and isinstance(document, dict):
        _object(value, document, path=path, found=found)
        return True
    if isinstance(value, List) and value.base is not None and value.base is base and isinstance(document, list):
        if len(document) != len(value.base):
            return False
        _list(value, document, path=path, found=found)
        return True
    return False


def _list(edited: List, document: list[Any], *, path: str, found: list[Operation]) -> None:
    index_of = {id(item): index for index, item in enumerate(edited.base or ())}
    sources = [_source(item, index_of) for item in edited]
    kept = _rising(sources)
    staying = {sources[position] for position in kept}
    for index in range(len(document) - 1, -1, -1):
        if index not in staying:
            found.append({"op": "remove", "path": f"{path}/{index}"})
    for position, item in enumerate(edited):
        if position not in kept:
            found.append({"op": "add", "path": f"{path}/{position}", "value": item})
    for position in sorted(kept):
        item, source = edited[position], sources[position]
        if isinstance(item, Map) and source is not None:
            if isinstance(document[source], dict):
                _object(item, document[source], path=f"{path}/{position}", found=found)
            else:
                found.append({"op": "replace", "path": f"{path}/{position}", "value": item})


def _source(item: Json, index_of: dict[int, int]) -> int | None:
    """The place an element had before, None for a new one."""
    source = index_of.get(id(item))
    if source is None and isinstance(item, Map) and item.base is not None:
        source = index_of.get(id(item.base))
    return source


def _rising(sources: list[int | None]) -> set[int]:
    """Positions of a longest run of elements that kept their order: these stay, the others move."""
    tails: list[int] = []  # last source of the best run of each length
    ends: list[int] = []  # its position
    before: dict[int, int] = {}
    for position, source in enumerate(sources):
        if source is None:
            continue
        length = bisect_left(tails, source)
        if length:
            before[position] = ends[length - 1]
        tails[length : length + 1] = [source]
        ends[length : length + 1] = [position]
    kept: set[int] = set()
    here = ends[-1] if ends else None
    while here is not None:
        kept.add(here)
        here = before.get(here)
    return kept
