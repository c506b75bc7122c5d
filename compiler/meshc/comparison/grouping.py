"""Turns differences of many documents into changes: the same difference in many documents is one change with a count."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from meshc import yamlio
from meshc.comparison.differences import Difference
from meshc.comparison.documents import Compared
from meshc.reports.changes import Change

Key = tuple[str, str, str, str]


@dataclass
class Group:
    """Differences that read the same: the first of them, and the subjects they were found in."""

    part: str
    difference: Difference
    subjects: list[str] = field(default_factory=list)
    file: str | None = None
    note: str = ""

    def change(self) -> Change:
        """The group as reports show it."""
        d = self.difference
        return Change(self.part, d.where, d.kind, d.old, d.new, tuple(self.subjects), note=self.note, file=self.file)


def grouped(compared: Iterable[Compared], *, noise: bool = False) -> list[Group]:
    """The differences (or the noise) of all pairs by what they say, in order of appearance."""
    groups: dict[tuple[Key, str], Group] = {}
    for pair in compared:
        generalise = generaliser(pair.subject)
        found = [(n.difference, n.reason) for n in pair.noise] if noise else [(d, "") for d in pair.differences]
        for difference, note in found:
            key = (key_of(pair.part, difference, generalise), note)
            group = groups.get(key)
            if group is None:
                side = pair.new or pair.old
                group = groups[key] = Group(
                    pair.part, difference, file=(side.file or None) if side else None, note=note
                )
            if pair.subject not in group.subjects:
                group.subjects.append(pair.subject)
    return together(groups.values())


def changes(compared: Iterable[Compared], *, noise: bool = False) -> tuple[Change, ...]:
    """The differences (or the noise) of all pairs as changes."""
    return tuple(group.change() for group in grouped(compared, noise=noise))


def together(groups: Iterable[Group]) -> list[Group]:
    """Groups of the same subjects beside each other, those of most subjects first."""
    listed = list(groups)
    first: dict[tuple[str, ...], int] = {}
    for number, group in enumerate(listed):
        first.setdefault(tuple(group.subjects), number)
    return sorted(listed, key=lambda g: (-len(g.subjects), first[tuple(g.subjects)]))


def key_of(part: str, difference: Difference, generalise: Callable[[str], str]) -> Key:
    """What makes two differences the same: place, kind and values, names of the own workload aside."""
    values = yamlio.dump_json([difference.old, difference.new])
    return (
        part,
        generalise(difference.where),
        difference.kind,
        generalise(values) if len(values) < 200_000 else values,
    )


def generaliser(subject: str) -> Callable[[str], str]:
    """Replaces the names in `namespace/kind.name` where they stand as words."""
    namespace, _, rest = subject.partition("/")
    name = rest.partition(".")[2]
    if not name:
        return str
    words = {name: "<name>", namespace: "<namespace>"}
    pattern = re.compile(rf"(?<![\w.-])(?:{'|'.join(re.escape(w) for w in words if w)})(?![\w-])")

    def generalise(text: str) -> str:
        return pattern.sub(lambda m: words[m[0]], text) if name in text or namespace in text else text

    return generalise
