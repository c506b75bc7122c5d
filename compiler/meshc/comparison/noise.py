"""Tells differences a cluster makes by itself from those somebody made (`schemas/comparison/noise.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import translate
from functools import cache

from meshc import resources, yamlio
from meshc.comparison.compare import Domain, steps_into
from meshc.comparison.differences import Difference, Item, Step
from meshc.yamlio import Json

_PODS = ((), ("spec", "template"), ("spec", "jobTemplate", "spec", "template"))
_SEGMENT = re.compile(r"\[([^\]]*)\]|([^.\[]+)")
_Pattern = tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class Noise:
    """A difference the cluster made by itself, and why."""

    difference: Difference
    reason: str


@dataclass(frozen=True)
class _Entry:
    pattern: _Pattern
    reason: str
    values: tuple[str, ...] | None
    differs: bool


def sift(differences: Iterable[Difference], *, domain: Domain = "manifest") -> tuple[list[Difference], list[Noise]]:
    """Split differences into those that count and noise; an added or removed part is looked into where it must be."""
    kept: list[Difference] = []
    noise: list[Noise] = []
    entries = _entries(domain)
    for difference in differences:
        for part in _opened(difference, entries, domain):
            entry = _entry(part, entries)
            if entry is None:
                kept.append(part)
            else:
                noise.append(Noise(part, entry.reason))
    return kept, noise


def entries() -> Mapping[str, Sequence[Mapping[str, Json]]]:
    """The reviewed entries as they stand in the data file."""
    data: Mapping[str, Sequence[Mapping[str, Json]]] = yamlio.load(
        resources.text("schemas", "comparison", "noise.yaml")
    )
    return data


def _opened(difference: Difference, entries: Sequence[_Entry], domain: Domain) -> Iterator[Difference]:
    """A difference, or what it is made of where an entry names something inside it."""
    value = difference.new if difference.kind == "added" else difference.old
    inside = difference.kind in ("added", "removed") and isinstance(value, dict | list)
    if not inside or not any(_reaches_into(e.pattern, difference.path) for e in entries):
        yield difference
        return
    parts = _parts(difference, value, domain)
    # A default filled in beside what somebody wrote does not break the part up; what others add as a whole does.
    noisy = [_entry(part, entries) for part in parts]
    breaks = all(noisy) or any(entry and entry.values is None for entry in noisy)
    if _entry(difference, entries) or not breaks:
        yield difference
        return
    for part in parts:
        yield from _opened(part, entries, domain)


def _parts(difference: Difference, value: Json, domain: Domain) -> list[Difference]:
    side = "new" if difference.kind == "added" else "old"
    found = []
    for at, (step, inner) in enumerate(steps_into(value, domain=domain, path=difference.path)):
        place = at if side == "new" and isinstance(value, list) else None
        found.append(replace(difference, path=(*difference.path, step), at=place, **{side: inner}))
    return found


def _entry(difference: Difference, entries: Sequence[_Entry]) -> _Entry | None:
    names = [_name(step) for step in difference.path]
    for entry in entries:
        if _matches(entry.pattern, names) and _counts(difference, entry, deeper=len(names) > len(entry.pattern)):
            return entry
    return None


def _matches(pattern: _Pattern, names: Sequence[str]) -> bool:
    return len(pattern) <= len(names) and all(p.match(n) for p, n in zip(pattern, names, strict=False))


def _reaches_into(pattern: _Pattern, path: Sequence[Step]) -> bool:
    return len(pattern) > len(path) and all(p.match(_name(s)) for p, s in zip(pattern, path, strict=False))


def _counts(difference: Difference, entry: _Entry, *, deeper: bool) -> bool:
    if difference.kind not in ("added", "removed") or deeper:
        return entry.differs
    value = difference.new if difference.kind == "added" else difference.old
    return entry.values is None or _print(value) in entry.values


def _name(step: Step) -> str:
    return ",".join(step.values) if isinstance(step, Item) else str(step)


@cache
def _entries(domain: Domain) -> tuple[_Entry, ...]:
    data = entries()
    if domain == "bootstrap":
        return tuple(e for entry in data["bootstrap"] for e in _read(entry, ((),)))
    pods = [e for entry in data["pod"] for e in _read(entry, _PODS)]
    return (*pods, *(e for entry in data["object"] for e in _read(entry, ((),))))


def _read(entry: Mapping[str, Json], places: Iterable[tuple[str, ...]]) -> Iterator[_Entry]:
    values = tuple(_print(v) for v in entry["values"]) if "values" in entry else None
    for path in entry["paths"]:
        segments = [bracket or plain for bracket, plain in _SEGMENT.findall(path)]
        for place in places:
            pattern = tuple(re.compile(translate(s)) for s in (*place, *segments))
            yield _Entry(pattern, entry["reason"], values, bool(entry.get("differs")))


def _print(value: Json) -> str:
    return yamlio.dump_json(_sorted(value))


def _sorted(value: Json) -> Json:
    if isinstance(value, dict):
        return {k: _sorted(value[k]) for k in sorted(value)}
    return [_sorted(v) for v in value] if isinstance(value, list) else value
