"""Finds why something changes between two releases, by undoing one switch, fact or setting at a time and compiling again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from meshc import yamlio
from meshc.catalog import Release
from meshc.comparison.apply import apply
from meshc.comparison.compare import compare
from meshc.comparison.differences import Difference, Item, show_path
from meshc.comparison.differences import Step as StepInto
from meshc.comparison.grouping import generaliser, key_of
from meshc.comparison.steps import Step, steps
from meshc.comparison.trials import Comparer, Compiled, Found, Workload, compiled
from meshc.errors import MeshcError
from meshc.models.values import Values
from meshc.reports.changes import Cause
from meshc.settings import Settings

# An imagined release may not hold together: what goes wrong in it says nothing about any cause.
_INCOHERENT = (MeshcError, LookupError, TypeError, AttributeError, ValueError)


class Causes:
    """Attributes differences between two releases to the switches, facts and settings that make them; keeps what it found."""

    def __init__(
        self, old: Release, new: Release, settings_at: Callable[[Release], Settings], places: Mapping[str, str]
    ) -> None:
        self.steps = steps(old, new)
        self._whole = Step(old, new)
        self._settings_at = settings_at
        self._places = places
        self._comparer = Comparer()
        self._settings: dict[Release, Settings] = {}
        self._compiled: dict[tuple[str, Release], Compiled] = {}
        self._found: dict[tuple[str, Step], list[Found]] = {}
        self._known: dict[tuple[Step, tuple[str, ...]], tuple[Cause, ...]] = {}

    def of(self, workload: Workload, found: Found) -> tuple[Cause, ...]:
        """The causes of one difference of a workload, oldest step first."""
        causes: dict[Cause, None] = {}
        for step in self.steps:
            there = _concerned(found, self._between(workload, step))
            causes.update(dict.fromkeys(c for inner in there for c in self._causes(workload, step, inner)))
        # Where the parts of a list are called otherwise on the way, no single step shows the difference.
        return tuple(causes) or self._causes(workload, self._whole, found)

    def _causes(self, workload: Workload, step: Step, found: Found) -> tuple[Cause, ...]:
        key = (step, key_of(found.part, found.difference, generaliser(found.subject)))
        if key not in self._known:
            for other, causes in self._attributed(workload, step).items():
                self._known.setdefault((step, other), causes)
        return self._known.get(key, ())

    def _attributed(self, workload: Workload, step: Step) -> dict[tuple[str, ...], tuple[Cause, ...]]:
        """The causes of everything that changes for a workload in one step, by the differences' keys."""
        found = self._between(workload, step)
        hit: dict[tuple[Any, ...], list[str]] = {_exact(f): [] for f in found}
        for names in step.areas.values():
            touched = self._touched(workload, step, names) if len(names) > 1 else None
            if touched == set():
                continue
            for name in names:
                for key in self._touched(workload, step, (name,)) or ():
                    hit[key].append(name)
        self._complete(workload, step, hit)
        keys = {_exact(f): key_of(f.part, f.difference, generaliser(f.subject)) for f in found}
        refined = self._refined(workload, step, hit)
        return {
            keys[key]: tuple(refined.get(key, ())) + tuple(step.cause(n) for n in names) for key, names in hit.items()
        }

    def _touched(self, workload: Workload, step: Step, names: tuple[str, ...]) -> set[tuple[Any, ...]] | None:
        """The differences that vanish or change when the names stay as they were; None where that is unknown."""
        try:
            settings = self._at(step.without(names))
            there = self._comparer.differences(
                workload.folder,
                self._of(workload, step.old),
                compiled(workload.under(settings), settings, self._places),
            )
        except _INCOHERENT:
            return None
        return {_exact(f) for f in self._between(workload, step)} - {_exact(f) for f in there}

    def _complete(self, workload: Workload, step: Step, hit: dict[tuple[Any, ...], list[str]]) -> None:
        """Where any one of several would do: the first name with which the difference comes, taken one after the other."""
        for key in [k for k, names in hit.items() if not names]:
            low, high = 0, len(step.names)
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if self._comes(workload, step, middle, key) else (middle, high)
            hit[key].append(step.names[high - 1])

    def _comes(self, workload: Workload, step: Step, number: int, key: tuple[Any, ...]) -> bool:
        try:
            settings = self._at(step.having(step.names[:number]))
            there = self._comparer.differences(
                workload.folder,
                self._of(workload, step.old),
                compiled(workload.under(settings), settings, self._places),
            )
        except _INCOHERENT:
            return False
        return key in {_exact(f) for f in there}

    def _refined(
        self, workload: Workload, step: Step, hit: dict[tuple[Any, ...], list[str]]
    ) -> dict[tuple[Any, ...], list[Cause]]:
        """Defaults of profiles and charts, one by one by path; those found take the table's place in `hit`."""
        wanted = {key for key, names in hit.items() if "profiles.defaults" in names}
        found: dict[tuple[Any, ...], list[Cause]] = {}
        for path, settings in self._unset(step) if wanted else ():
            for key in wanted & self._changed_by(workload, step, settings):
                found.setdefault(key, []).append(step.setting(path))
        for key in found:
            hit[key].remove("profiles.defaults")
        return found

    def _changed_by(self, workload: Workload, step: Step, settings: Settings) -> set[tuple[Any, ...]]:
        try:
            there = self._comparer.differences(
                workload.folder,
                self._of(workload, step.old),
                compiled(workload.under(settings), settings, self._places),
            )
        except _INCOHERENT:
            return set()
        return {_exact(f) for f in self._between(workload, step)} - {_exact(f) for f in there}

    def _unset(self, step: Step) -> Iterable[tuple[str, Settings]]:
        """The newer settings with one changed path at a time as it was."""
        old, new = (self._at(r.imagined({})) for r in (step.old, step.new))
        for back in compare(new.values.document, old.values.document):
            values = Values(apply(new.values.document, [back]))
            yield f"values.{back.where}", replace(new, values=values)
        for back in compare(new.mesh_document, old.mesh_document):
            yield f"meshConfig.{back.where}", replace(new, mesh_document=apply(new.mesh_document, [back]))

    def _between(self, workload: Workload, step: Step) -> list[Found]:
        key = (workload.folder, step)
        if key not in self._found:
            old, new = self._of(workload, step.old), self._of(workload, step.new)
            self._found[key] = self._comparer.differences(workload.folder, old, new)
        return self._found[key]

    def _of(self, workload: Workload, release: Release) -> Compiled:
        key = (workload.folder, release)
        if key not in self._compiled:
            settings = self._at(release.imagined({}))
            self._compiled[key] = compiled(workload.under(settings), settings, self._places)
        return self._compiled[key]

    def _at(self, release: Release) -> Settings:
        if release not in self._settings:
            self._settings[release] = self._settings_at(release)
        return self._settings[release]


def _exact(found: Found) -> tuple[Any, ...]:
    d = found.difference
    return (found.subject, found.part, show_path(_settled(d.path)), d.kind, yamlio.dump_json([d.old, d.new]))


def _concerned(found: Found, there: Sequence[Found]) -> list[Found]:
    """The differences of a step that have to do with one between the ends: those that brought or took the place first."""
    near = [f for f in there if f.place == found.place and _overlap(f.difference, found.difference)]
    kind = found.difference.kind
    if kind in ("added", "removed", "moved"):
        return [f for f in near if _brings(f.difference, found.difference)]
    return near


def _overlap(one: Difference, other: Difference) -> bool:
    length = min(len(one.path), len(other.path))
    return _settled(one.path[:length]) == _settled(other.path[:length])


def _settled(path: Sequence[StepInto]) -> tuple[StepInto, ...]:
    """A path in which a container has one place, whether it is an init container or not: that it moves is its own finding."""
    after = (*path[1:], None)
    return tuple(
        "containers" if step == "initContainers" and isinstance(then, Item) else step
        for step, then in zip(path, after, strict=False)
    )


def _brings(step: Difference, whole: Difference) -> bool:
    """Whether a step's difference makes the place come, go or move, or (for what comes) changes what it brings."""
    if len(step.path) <= len(whole.path):
        return step.kind != "changed" or whole.kind == "added"
    return whole.kind == "added"
