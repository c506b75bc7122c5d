"""The steps from one release to another, and the switches and facts that change in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from meshc import catalog
from meshc.catalog import Release, Version
from meshc.reports.changes import Cause

TABLES: Mapping[str, str] = {
    "profiles.defaults": "defaults of the installation's charts and profiles",
    "charts.defaults": "defaults of the gateway charts",
    "mesh.messages": "fields of MeshConfig that the release knows",
    "annotations.known": "annotations that the release knows",
}
"""Tables whose entries carry releases of their own, and what they hold."""

RELEASE = "release"
"""The cause of what shows the release's own number: image tags, ISTIO_VERSION, chart versions."""


@dataclass(frozen=True)
class Step:
    """From one release to the next on the way."""

    old: Release
    new: Release

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Switches, facts and tables that may cause something in this step, by area; the release's number last."""
        return (*sorted(self._switches), *sorted(self._facts), *TABLES, RELEASE)

    @cached_property
    def areas(self) -> Mapping[str, tuple[str, ...]]:
        """The names by area."""
        found: dict[str, tuple[str, ...]] = {}
        for name in self.names:
            area = name.partition(".")[0]
            found[area] = (*found.get(area, ()), name)
        return found

    def without(self, names: tuple[str, ...]) -> Release:
        """The newer release as it would be had these not changed."""
        if names == (RELEASE,):
            return self.old.imagined({n: self.new.version for n in self.names if n != RELEASE})
        return self.new.imagined(dict.fromkeys(names, self.old.version))

    def having(self, names: tuple[str, ...]) -> Release:
        """The older release with these alone as in the newer one."""
        if RELEASE in names:
            return self.new.imagined({n: self.old.version for n in self.names if n not in names})
        return self.old.imagined(dict.fromkeys(names, self.new.version))

    def cause(self, name: str) -> Cause:
        """A name in words a user can read; a step back is described by what the step forward brought."""
        if name in self._switches:
            entry, on = self._switches[name]
            since = _since(entry, min(self.old, self.new).version, self._later.version) if on else None
            doc = _plain(entry["doc"])
            return Cause(name, since or self._later.minor, doc if on else f"no longer: {doc}")
        if name in self._facts:
            return Cause(name, self._later.minor, f"changed: {_plain(self._facts[name]['doc'])}")
        if name == RELEASE:
            return Cause(name, "", "the release itself: its number in versions and image tags")
        return Cause(name, self._later.minor, f"changed: {TABLES[name]}")

    def setting(self, path: str) -> Cause:
        """A changed default as the cause."""
        return Cause(path, self._later.minor, f"the installation sets `{path}` otherwise")

    @property
    def _later(self) -> Release:
        return max(self.old, self.new)

    @cached_property
    def _switches(self) -> dict[str, tuple[Mapping[str, Any], bool]]:
        """Each switch that differs, and whether it holds in the later of the two releases."""
        earlier, later = sorted((self.old, self.new))
        return {name: (entry, on) for name, entry, on in catalog.changes(earlier, later)}

    @cached_property
    def _facts(self) -> dict[str, Mapping[str, Any]]:
        return dict(catalog.changed_facts(self.old, self.new))


def steps(old: Release, new: Release) -> list[Step]:
    """One step for every minor on the way, either direction; a single one within a minor."""
    known = [r for r in catalog.releases() if r.minor not in (old.minor, new.minor)]
    between = [r for r in known if min(old, new) < r < max(old, new)]
    way = [old, *(between if old < new else reversed(between)), new]
    return [Step(a, b) for a, b in pairwise(way)] if old != new else []


def _plain(doc: str) -> str:
    """A sentence of the catalogue as it stands inside another: no capital of its own, no full stop."""
    first = doc.split(" ", 1)[0]
    starts = doc[:1].lower() + doc[1:] if first[1:].islower() or len(first) == 1 else doc
    return starts.rstrip().rstrip(".")


def _since(entry: Mapping[str, Any], old: Version, new: Version) -> str | None:
    """The release in which an entry begins to hold, between two versions."""
    windows = entry.get("windows") or [entry]
    for window in windows:
        since = window.get("since")
        for text in since if isinstance(since, list) else [since] if since else []:
            parts = [int(p) for p in str(text).split(".")]
            start = Version(parts[0], parts[1], parts[2] if len(parts) > 2 else 0)
            if old < start <= new:
                return str(text)
    return None
