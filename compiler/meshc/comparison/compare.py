"""Compares two documents by meaning: keyed lists by key, numbers as quantities and durations, JSON inside strings.

A walker of our own rather than deepdiff's: matching list items by key is the heart of it, equal parts cost one `==`,
and it is 30 to 100 times faster on pods (benchmarks/comparison.py); tests hold it to deepdiff's verdict.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal

from meshc import yamlio
from meshc.comparison.differences import Difference, Item, Step
from meshc.comparison.meaning import embedded_json, rules, same_scalar
from meshc.kubernetes.schema import merge_keys
from meshc.late import late
from meshc.trees import get
from meshc.yamlio import Json

if TYPE_CHECKING:
    import difflib
else:
    difflib = late("difflib")

Domain = Literal["manifest", "bootstrap"]
Path = tuple[Step, ...]


def compare(old: Json, new: Json, *, domain: Domain = "manifest", path: Path = ()) -> list[Difference]:
    """All differences between two documents, in the order of the old one, additions last at each level."""
    return [] if _print(old) == _print(new) else list(_walk(old, new, domain, path))


def steps_into(value: Json, *, domain: Domain, path: Path) -> list[tuple[Step, Json]]:
    """The parts of a map or list at `path`, each with the step that leads to it."""
    if isinstance(value, dict):
        return list(value.items())
    fields = _key_fields(value, (), domain, path)
    return list(_keyed(value, fields).items()) if fields else list(enumerate(value))


def _walk(old: Json, new: Json, domain: Domain, path: Path) -> Iterator[Difference]:
    if old is new or _alike(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _maps(old, new, domain, path)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(old, new, domain, path)
    elif not same_scalar(old, new, path):
        inner = embedded_json(old, new, path)
        if inner:
            yield from _walk(*inner, domain, path)
        else:
            yield Difference(path, "changed", old, new)


def _maps(old: Mapping[str, Json], new: Mapping[str, Json], domain: Domain, path: Path) -> Iterator[Difference]:
    if domain == "manifest" and "containers" in old and "containers" in new:
        moved, old = _moves(old, new, path)
        yield from moved
    for key, value in old.items():
        if key in new:
            yield from _walk(value, new[key], domain, (*path, key))
        elif not _nothing(value):
            yield Difference((*path, key), "removed", value)
    for key, value in new.items():
        if key not in old and not _nothing(value):
            yield Difference((*path, key), "added", None, value)


def _moves(old: Mapping[str, Json], new: Mapping[str, Json], path: Path) -> tuple[list[Difference], Mapping[str, Json]]:
    """Containers that became init containers or the other way round, as native sidecars do; and the old pod after it."""
    found: list[Difference] = []
    for source, target in (("containers", "initContainers"), ("initContainers", "containers")):
        for name in sorted((_names(old, source) & _names(new, target)) - _names(new, source) - _names(old, target)):
            at = [c.get("name") for c in new[target]].index(name)
            found.append(Difference((*path, target, Item(("name",), (name,))), "moved", source, target, at))
            item = next(c for c in old[source] if c.get("name") == name)
            there = [*(old.get(target) or [])]
            there.insert(at, item)
            old = {**old, source: [c for c in old[source] if c is not item], target: there}
    return found, old


def _names(pod: Mapping[str, Json], field: str) -> set[str]:
    items = pod.get(field) or []
    good = isinstance(items, list) and all(isinstance(c, dict) and isinstance(c.get("name"), str) for c in items)
    return {c["name"] for c in items} if good else set()


def _lists(old: Sequence[Json], new: Sequence[Json], domain: Domain, path: Path) -> Iterator[Difference]:
    fields = _key_fields(old, new, domain, path)
    if fields is None:
        yield from _by_position(old, new, domain, path)
        return
    before, after = _keyed(old, fields), _keyed(new, fields)
    for item, value in before.items():
        if item in after:
            yield from _walk(value, after[item], domain, (*path, item))
        else:
            yield Difference((*path, item), "removed", value)
    for at, (item, value) in enumerate(after.items()):
        if item not in before:
            yield Difference((*path, item), "added", None, value, at)
    yield from _order([i for i in before if i in after], [i for i in after if i in before], path)


def _order(before: Sequence[Item], after: Sequence[Item], path: Path) -> Iterator[Difference]:
    if list(before) != list(after):
        yield Difference(path, "order", [str(i) for i in before], [str(i) for i in after])


def _by_position(old: Sequence[Json], new: Sequence[Json], domain: Domain, path: Path) -> Iterator[Difference]:
    # Without a key, items pair by position around those that are equal, so that one insertion is one difference.
    matcher = difflib.SequenceMatcher(None, [_print(v) for v in old], [_print(v) for v in new], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        paired = min(i2 - i1, j2 - j1)
        for n in range(paired):
            yield from _walk(old[i1 + n], new[j1 + n], domain, (*path, j1 + n))
        for n in range(i1 + paired, i2):
            yield Difference((*path, n), "removed", old[n])
        for n in range(j1 + paired, j2):
            yield Difference((*path, n), "added", None, new[n], n)


def _key_fields(old: Sequence[Json], new: Sequence[Json], domain: Domain, path: Path) -> tuple[str, ...] | None:
    field = next((step for step in reversed(path) if isinstance(step, str)), "")
    # A key counts only when every item on both sides has it: half a key would pair the wrong items.
    items = [*old, *new]
    for fields in _keys(domain, field):
        if all(isinstance(i, dict) and all(get(i, f) is not None for f in fields) for i in items):
            return tuple(fields)
    return None


def _keyed(items: Sequence[Json], fields: tuple[str, ...]) -> dict[Item, Json]:
    found: dict[Item, Json] = {}
    seen: dict[tuple[str, ...], int] = {}
    for item in items:
        values = tuple(str(get(item, f)) for f in fields)
        nth = seen.get(values, 0)
        seen[values] = nth + 1
        found[Item(fields, values, nth)] = item
    return found


def _alike(old: Json, new: Json) -> bool:
    """Whether two values are the same, cheaply; `True == 1` makes the second look at containers necessary."""
    return bool(old == new) and (isinstance(old, str) or (isinstance(old, dict | list) and _print(old) == _print(new)))


def _nothing(value: Json) -> bool:
    return value is None or value == {} or value == []


def _print(value: Json) -> str:
    return yamlio.dump_json(value)


@cache
def _keys(domain: Domain, field: str) -> Sequence[Sequence[str]]:
    """The alternatives that name an item of a list: those of `keys.yaml`, in manifests else Kubernetes' own merge keys."""
    if field in (known := rules()[domain]):
        found: Sequence[Sequence[str]] = known[field]
        return found
    return [[key] for key in merge_keys().get(field, ())] if domain == "manifest" else ()
