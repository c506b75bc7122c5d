"""Upgrade preview: what changes in workloads between two releases, each change with its causes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from meshc.comparison.causes import Causes
from meshc.comparison.grouping import Key, generaliser, key_of
from meshc.comparison.trials import Comparer, Found, Workload, compiled
from meshc.reports.changes import Change, Report
from meshc.settings import Settings


@dataclass(frozen=True)
class Between:
    """Two settings that differ in their release, between which workloads are compared."""

    old: Settings
    new: Settings
    places: Mapping[str, str] = field(default_factory=dict)
    comparer: Comparer = field(default_factory=Comparer)

    def differences(self, workload: Workload) -> list[Found]:
        """What changes for one workload; raises MeshcError naming its document, also where both releases refuse it."""
        before, after = (compiled(workload.under(settings), settings, self.places) for settings in (self.old, self.new))
        if before.refusal and after.refusal:
            raise after.refusal
        return self.comparer.differences(workload.folder, before, after)


@dataclass
class _Group:
    members: list[tuple[Workload, Found]] = field(default_factory=list)

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(found.subject for _, found in self.members))


def preview(
    between: Between,
    found: Iterable[tuple[Workload, Sequence[Found]]],
    causes: Causes,
    *,
    watch: Callable[[Iterable[Change], int], Iterable[Change]] = lambda changes, _: changes,
) -> Report:
    """The report of an upgrade; `watch` sees the changes go by as their causes are found, and how many there are."""
    counted = list(found)
    groups = _grouped(counted)
    changes = watch(_explained(groups, causes), len(groups))
    profile = f", profile {between.new.profile}" if between.new.profile else ""
    title = f"Istio {between.old.release} → {between.new.release}{profile}"
    return Report(title, len(counted), tuple(_ordered(changes)), noun="workload")


def _grouped(found: Iterable[tuple[Workload, Sequence[Found]]]) -> list[_Group]:
    groups: dict[tuple[str, Key], _Group] = {}
    for workload, differences in found:
        for one in differences:
            # A workload and the other objects of its chart read alike: their kinds keep them apart.
            kind = one.subject.rpartition("/")[2].partition(".")[0] if not one.difference.path else ""
            key = (kind, key_of(one.part, one.difference, generaliser(one.subject)))
            groups.setdefault(key, _Group()).members.append((workload, one))
    return list(groups.values())


def _explained(groups: Iterable[_Group], causes: Causes) -> Iterable[Change]:
    """Changes with causes, looked for in as few different workloads as will do."""
    used: set[str] = set()
    for group in groups:
        workload, found = next((m for m in group.members if m[0].folder in used), group.members[0])
        used.add(workload.folder)
        d = found.difference
        why = causes.of(workload, found)
        yield Change(found.part, d.where, d.kind, d.old, d.new, group.subjects, why)


def _ordered(changes: Iterable[Change]) -> list[Change]:
    """Changes of the same subjects together, those of most subjects first; within them by cause."""
    listed = list(changes)
    first = {change.subjects: number for number, change in reversed(list(enumerate(listed)))}
    return sorted(listed, key=lambda c: (-len(c.subjects), first[c.subjects]))
