"""The changes that the catalogue dates, and releases in which one of them never happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from meshc import catalog
from meshc.catalog import Release, Version


@dataclass(frozen=True)
class Change:
    """One switch, or one dated entry of a fact (`entry` is its index).

    Undone, a switch answers everywhere as in the oldest release; a fact's entry gives way to the entry before it.
    """

    name: str
    entry: int | None = None

    def __str__(self) -> str:
        return self.name if self.entry is None else f"{self.name}#{self.entry}"

    def instead(self, release: Release) -> Version | None:
        """The version whose answer this release gives with the change undone; None where nothing would differ."""
        if self.entry is None:
            first = versions()[0]
            return first if _switch(self.name, first) != _switch(self.name, release.version) else None
        if _in_force(self.name, release.version) != self.entry:
            return None
        return next((v for v in reversed(versions()) if _in_force(self.name, v) == self.entry - 1), None)


def changes() -> Iterator[Change]:
    """Every switch that differs between two releases, and every fact's entries but its first."""
    for area in catalog.areas():
        for name in catalog.switches(area):
            yield Change(f"{area}.{name}")
    for area in catalog.fact_areas():
        for name, fact in catalog.facts(area).items():
            yield from (Change(f"{area}.{name}", index) for index in range(1, len(fact["values"])))


@cache
def versions() -> tuple[Version, ...]:
    """Every patch of every known minor, oldest first."""
    newest = [r.version for r in catalog.releases()]
    return tuple(Version(v.major, v.minor, patch) for v in newest for patch in range(v.patch + 1))


def _switch(name: str, version: Version) -> bool:
    area, _, key = name.partition(".")
    return catalog.holds(catalog.switches(area)[key], version)


def _in_force(name: str, version: Version) -> int | None:
    """Index of the entry that gives the fact its value in a version."""
    area, _, key = name.partition(".")
    entries = catalog.facts(area)[key]["values"]
    return max((i for i, entry in enumerate(entries) if catalog.holds(entry, version)), default=None)
