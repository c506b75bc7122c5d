"""Finds what a value depends on: changes each setting, release switch and field of the workload alone, and watches the value."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from meshc import catalog
from meshc.catalog import Release, Version
from meshc.errors import MeshcError, format_path
from meshc.models.mesh_config import MeshConfig
from meshc.models.values import Values
from meshc.settings import Settings
from meshc.settings.trail import Origin
from meshc.trees import ABSENT
from meshc.yamlio import Json

# A trial may use an invalid setting or an imagined release, so it may fail in any way; a failed trial shows no dependency.
_BROKEN = (MeshcError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
_DIGITS = re.compile(r"\d+")

Watch = Callable[[Settings, Json], Json]
"""The value of the field for given settings and a given workload; ABSENT without the field."""


@dataclass(frozen=True)
class Cause:
    """One thing the value depends on: a `setting`, `feature`, `switch`, `fact` or field of the `workload`.

    `value` is its present value, `origins` the layers that set it (lowest first), `doc` the meaning of a switch,
    `otherwise` the value of the explained field after the trial changed it (ABSENT: the field was gone).
    """

    kind: str
    name: str
    value: Json
    otherwise: Json
    origins: tuple[Origin, ...] = ()
    doc: str | None = None


def causes(settings: Settings, workload: Json, watch: Watch) -> list[Cause]:
    """Every setting, switch, fact and field that changes the watched value when it is changed alone."""
    now = watch(settings, workload)

    def differs(other: Settings, document: Json = workload) -> Json | None:
        try:
            found = watch(other, document)
        except _BROKEN:
            return None
        return (found,) if found is not now and found != now else None

    trial = _Trial(settings, workload, differs)
    return [*trial.values(), *trial.features(), *trial.switches(), *trial.facts(), *trial.parts()]


class _Trial:
    """Trials of one field; `differs` returns the field's new value in a 1-tuple, None where it stays the same."""

    def __init__(self, settings: Settings, workload: Json, differs: Callable[..., Any]) -> None:
        self.settings = settings
        self.workload = workload
        self.differs = differs

    def values(self) -> Iterator[Cause]:
        trees = (
            ("values", self.settings.values.document, self._with_values, self.settings.origins.values),
            ("meshConfig", self.settings.mesh.document, self._with_mesh, self.settings.origins.mesh),
        )
        for head, tree, changed, origins in trees:
            for path, value in leaves(tree):
                found = self._first(changed(_with(tree, path, other)) for other in _others(value))
                if found:
                    name = format_path((head, *path))
                    yield Cause("setting", name, value, found[0], tuple(origins([str(part) for part in path])))

    def _with_values(self, document: Json) -> Settings:
        return replace(self.settings, values=Values(document))

    def _with_mesh(self, document: Json) -> Settings:
        return replace(self.settings, mesh=MeshConfig(document))

    def features(self) -> Iterator[Cause]:
        features = self.settings.features
        for name, value in features.items():
            others: Iterator[Mapping[str, str]] = iter([{**features, name: str(other)} for other in _others(value)])
            found = self._first(replace(self.settings, features=other) for other in others)
            if found:
                yield Cause("feature", name, value, found[0])

    def switches(self) -> Iterator[Cause]:
        for area in catalog.areas():
            for name, entry in catalog.switches(area).items():
                full = f"{area}.{name}"
                now = self.settings.release.has(full)
                other = next((v for v in _versions() if catalog.holds(entry, v) != now), None)
                found = self._in(full, other)
                if found:
                    yield Cause("switch", full, now, found[0], doc=str(entry.get("doc") or ""))

    def facts(self) -> Iterator[Cause]:
        for area in catalog.fact_areas():
            for name, entry in catalog.facts(area).items():
                full = f"{area}.{name}"
                other = next((v for v in _versions() if _fact(full, v) != _fact(full, self._version)), None)
                found = self._in(full, other)
                if found:
                    yield Cause("fact", full, ABSENT, found[0], doc=str(entry.get("doc") or ""))

    def parts(self) -> Iterator[Cause]:
        for path, value in leaves(self.workload):
            for other in _others(value):
                found = self.differs(self.settings, _with(self.workload, path, other))
                if found:
                    yield Cause("workload", format_path(path), value, found[0])
                    break

    @property
    def _version(self) -> Version:
        return self.settings.release.version

    def _in(self, name: str, version: Version | None) -> Any:
        if version is None:
            return None
        return self.differs(replace(self.settings, release=self.settings.release.imagined({name: version})))

    def _first(self, others: Iterator[Settings]) -> Any:
        return next((found for other in others if (found := self.differs(other))), None)


def _versions() -> tuple[Version, ...]:
    return tuple(release.version for release in reversed(catalog.releases()))


def _fact(name: str, version: Version) -> Json:
    try:
        return Release(version).fact(name)
    except KeyError:
        return ABSENT


def leaves(tree: Json, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """Every scalar and empty collection of a tree with its path."""
    if isinstance(tree, dict) and tree:
        for key, value in tree.items():
            yield from leaves(value, (*at, key))
    elif isinstance(tree, list) and tree:
        for index, value in enumerate(tree):
            yield from leaves(value, (*at, index))
    elif at:
        yield at, tree


def _with(tree: Json, path: tuple[str | int, ...], value: Json) -> Json:
    """A copy with one leaf changed; what is not on the way is shared."""
    if not path:
        return value
    changed = copy.copy(tree)
    changed[path[0]] = _with(tree[path[0]], path[1:], value)
    return changed


def _others(value: Json) -> list[Json]:
    """Other values of the same kind that may well be valid."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1]
    if isinstance(value, str):
        number = _DIGITS.search(value)
        bumped = [f"{value[: number.start()]}{int(number[0]) + 1}{value[number.end() :]}"] if number else []
        switched = {"true": ["false"], "false": ["true"]}.get(value, [])
        return [*switched, *bumped, f"{value}x", ""] if value else ["x", "1"]
    return ["x"] if value is None else []
