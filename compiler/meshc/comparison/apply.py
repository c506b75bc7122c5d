"""Applies differences to the document they were found on, which gives the other document, by meaning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy

from meshc import yamlio
from meshc.comparison.differences import Difference, Item, Step
from meshc.errors import InputError, MeshcError
from meshc.trees import get
from meshc.yamlio import Json

_RANK = {"moved": 0, "removed": 1, "order": 2, "added": 3, "changed": 4}


def apply(document: Json, differences: Iterable[Difference]) -> Json:
    """The document with every difference carried out; raises InputError for one whose place is not there."""
    result = deepcopy(document)
    for difference in _ordered(differences):
        result = _at(result, difference.path, difference)
    return result


def _ordered(differences: Iterable[Difference]) -> list[Difference]:
    """Moves first; then removals from the back, order, additions from the front, changes: so indices stay right."""

    def rank(d: Difference) -> tuple[int, int]:
        last = d.path[-1] if d.path else 0
        back = -last if d.kind == "removed" and isinstance(last, int) else 0
        nth = -last.nth if d.kind == "removed" and isinstance(last, Item) else 0
        return (_RANK[d.kind], back or nth or (d.at or 0))

    return sorted(differences, key=rank)


def _at(node: Json, path: Sequence[Step], difference: Difference) -> Json:
    """`node` with the difference carried out below it."""
    if not path:
        return _reordered(node, difference) if difference.kind == "order" else deepcopy(difference.new)
    if isinstance(node, str):
        return _inside_text(node, path, difference)
    # A move names both lists of one pod, so it is carried out in the pod itself.
    if difference.kind == "moved" and len(path) == 2:
        return _moved(node, path, difference)
    step, rest = path[0], path[1:]
    if not rest and difference.kind in ("added", "removed"):
        return _edited(node, step, difference)
    if isinstance(node, dict) and isinstance(step, str):
        node[step] = _at(node.get(step), rest, difference)
    elif isinstance(node, list) and not isinstance(step, str):
        place = _index(node, step, difference)
        node[place] = _at(node[place], rest, difference)
    else:
        raise _missing(difference)
    return node


def _edited(node: Json, step: Step, difference: Difference) -> Json:
    if difference.kind == "removed":
        if isinstance(node, dict):
            node.pop(step, None)
        else:
            del node[_index(node, step, difference)]
        return node
    if isinstance(step, str):
        return {**(node or {}), step: deepcopy(difference.new)}
    node = list(node or [])
    node.insert(len(node) if difference.at is None else difference.at, deepcopy(difference.new))
    return node


def _moved(pod: Json, path: Sequence[Step], difference: Difference) -> Json:
    source, target = str(difference.old), str(difference.new)
    item = pod[source].pop(_index(pod[source], path[1], difference))
    pod.setdefault(target, []).insert(difference.at or 0, item)
    return pod


def _reordered(items: Json, difference: Difference) -> Json:
    """Common items in their new order; they keep the places they hold among the others."""
    wanted: list[str] = difference.new
    named = _named(items, difference)
    by_name = {name: item for name, item in named if name in wanted}
    following = iter(wanted)
    return [by_name[next(following)] if name in by_name else item for name, item in named]


def _named(items: Json, difference: Difference) -> list[tuple[str, Json]]:
    fields = str(difference.new[0])[1:-1].partition("#")[0]
    names = [part.partition("=")[0] for part in fields.split(",")]
    seen: dict[tuple[str, ...], int] = {}
    found = []
    for item in items:
        values = tuple(str(get(item, name)) for name in names)
        nth = seen.get(values, 0)
        seen[values] = nth + 1
        found.append((str(Item(tuple(names), values, nth)), item))
    return found


def _inside_text(text: str, path: Sequence[Step], difference: Difference) -> str:
    try:
        inner = yamlio.load_json(text)
    except MeshcError:
        raise _missing(difference) from None
    return yamlio.dump_json(_at(inner, path, difference))


def _index(items: Json, step: Step, difference: Difference) -> int:
    if isinstance(step, int) and step < len(items):
        return step
    if isinstance(step, Item):
        hits = [n for n, i in enumerate(items) if tuple(str(get(i, f)) for f in step.fields) == step.values]
        if step.nth < len(hits):
            return hits[step.nth]
    raise _missing(difference)


def _missing(difference: Difference) -> InputError:
    return InputError("a difference does not fit the document", path=difference.where, hint="compare them again")
