"""Releases, switches and dated facts: everything that differs between Istio releases, as data.

`schemas/releases/releases.yaml` lists the minors; `switches/<area>.yaml` holds named booleans with the
releases in which they hold, `facts/<area>.yaml|json` named values with the releases they start at.
Nothing outside this module compares release numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple

import orjson

from meshc import resources, yamlio
from meshc.errors import SettingsError, nearest


class Version(NamedTuple):
    """A full Istio version."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True, order=True)
class Release:
    """One Istio release: ask it for switches (`has`) and dated facts (`fact`) by `area.name`.

    `elsewhere` makes a release that never was: what it names is answered as in another version (`imagined`).
    """

    version: Version
    requested: str = field(default="", compare=False)
    warning: str | None = field(default=None, compare=False)
    elsewhere: tuple[tuple[str, Version], ...] = ()

    def __str__(self) -> str:
        return str(self.version)

    @property
    def minor(self) -> str:
        """The minor release as users name it, e.g. `1.27`."""
        return f"{self.version.major}.{self.version.minor}"

    def imagined(self, answers: Mapping[str, Version]) -> Release:
        """This release with some switches, facts and tables answered as in other versions, to see what they cause."""
        return Release(self.version, elsewhere=tuple(sorted({"": self.version, **answers}.items())))

    @property
    def is_imagined(self) -> bool:
        """Whether this release was made by `imagined`."""
        return bool(self.elsewhere)

    def dated(self, name: str) -> Version:
        """The version in which a switch, fact or table is looked up: this one's, except in imagined releases."""
        return dict(self.elsewhere).get(name, self.version) if self.elsewhere else self.version

    @cached_property
    def _memo(self) -> dict[str, Any]:
        return {}

    @cached_property
    def _known_facts(self) -> dict[str, Any]:
        return {}

    def has(self, switch: str) -> bool:
        """Whether the switch `area.name` holds in this release; raises KeyError for an unknown one."""
        known = self._memo.get(switch)
        if known is None:
            known = self._memo[switch] = holds(switches(_area(switch))[switch.partition(".")[2]], self.dated(switch))
        return bool(known)

    def fact(self, name: str) -> Any:
        """The value of the fact `area.name` in this release (shared: do not change it); KeyError if it has none."""
        if name in self._known_facts:
            return self._known_facts[name]
        area, _, key = name.partition(".")
        value = None
        found = False
        version = self.dated(name)
        for entry in facts(area)[key]["values"]:
            if holds(entry, version):
                value, found = _stepped(value, entry), True
        if not found:
            raise KeyError(f"{name} has no value in {self}")
        self._known_facts[name] = value
        return value


def releases() -> tuple[Release, ...]:
    """The newest known patch of every minor, oldest first."""
    return tuple(Release(_version(text)) for text in _table()["releases"].values())


def newest() -> Release:
    """The newest supported release: what is meant when none is named."""
    return releases()[-1]


def release(text: str) -> Release:
    """Find a release by `1.27`, `1.27.3` or `v1.27.3`.

    A minor means its newest known patch; a patch newer than the catalogue is taken as that one, with `warning` set.
    Raises SettingsError for an unknown minor or a string that is not a release.
    """
    known = {r.minor: r for r in releases()}
    parts = text.strip().removeprefix("v").split("-", 1)[0].split(".")
    if len(parts) not in (2, 3) or not all(p.isascii() and p.isdigit() for p in parts):
        raise SettingsError(
            "not an Istio release",
            path="release",
            value=text,
            hint="write a minor or a full release, e.g. 1.27 or 1.27.3",
        )
    found = known.get(".".join(str(int(p)) for p in parts[:2]))
    if found is None:
        raise SettingsError(
            "unknown Istio release",
            path="release",
            value=text,
            hint=_ways_out(parts),
        )
    if len(parts) == 2:
        return Release(found.version, requested=text)
    asked = Version(int(parts[0]), int(parts[1]), int(parts[2]))
    if asked > found.version:
        return Release(found.version, requested=text, warning=_newer_patch(asked, found))
    return Release(asked, requested=text)


def _ways_out(parts: list[str]) -> str:
    """What to write instead of a minor that the catalogue does not have."""
    if [int(part) for part in parts[:2]] > [*newest().version[:2]]:
        return (
            f"it is newer than the catalogue; write --release {newest().minor}, the nearest known, best with the settings of a "
            "cluster that runs it: --cluster-config FILE, its ConfigMaps istio and istio-sidecar-injector"
        )
    return f"write one of {releases()[0].minor} … {newest().minor}; `meshc releases` lists them"


def _newer_patch(asked: Version, found: Release) -> str:
    return (
        f"release {asked} is newer than the catalogue: taken as {found}, the newest known {found.minor}, in versions and "
        f"image tags too; this assumes that no later patch changes what meshc compiles"
    )


def areas() -> tuple[str, ...]:
    """Names of the areas that have switches."""
    return tuple(n.removesuffix(".yaml") for n in resources.names("schemas", "releases", "switches", suffix=".yaml"))


@cache
def switches(area: str) -> Mapping[str, Any]:
    """All switches of one area: name → entry (`doc`, `since`, `until` or `windows`)."""
    return _read("switches", area)


@cache
def facts(area: str) -> Mapping[str, Any]:
    """All dated facts of one area: name → entry (`doc`, `values`: list of `{since, until, value}`).

    An entry of a map may have `set` and `unset` instead of `value`: what changes against the entries before it.
    """
    return _read("facts", area)


def holds(entry: Mapping[str, Any], version: Version) -> bool:
    """Whether an entry's `since`/`until` (or any of its `windows`) include a version.

    `since: "1.27"` means from 1.27.0; a list names one patch per branch the change was brought back to, later
    minors follow the last.  `until` is inclusive: `"1.24"` means every 1.24, `"1.24.3"` that patch.
    """
    if "windows" in entry:
        return any(holds(w, version) for w in entry["windows"])
    return _since(entry.get("since"), version) and _until(entry.get("until"), version)


def changes(old: Release, new: Release) -> list[tuple[str, Mapping[str, Any], bool]]:
    """Every switch that differs between two releases: (`area.name`, entry, whether it holds in the new one)."""
    found = []
    for area in areas():
        for name, entry in switches(area).items():
            before, after = holds(entry, old.version), holds(entry, new.version)
            if before != after:
                found.append((f"{area}.{name}", entry, after))
    return found


def fact_areas() -> tuple[str, ...]:
    """Names of the areas that have dated facts."""
    folder = ("schemas", "releases", "facts")
    return tuple(sorted(n.rpartition(".")[0] for s in (".yaml", ".json") for n in resources.names(*folder, suffix=s)))


def changed_facts(old: Release, new: Release) -> list[tuple[str, Mapping[str, Any]]]:
    """Every fact with a value in both releases that is not the same: (`area.name`, entry)."""
    found = []
    for area in fact_areas():
        for name, entry in facts(area).items():
            try:
                differs = old.fact(f"{area}.{name}") != new.fact(f"{area}.{name}")
            except KeyError:
                continue
            if differs:
                found.append((f"{area}.{name}", entry))
    return found


def _stepped(value: Any, entry: Mapping[str, Any]) -> Any:
    """A fact's value after one entry: the entry's own, or the map so far with members `set` and `unset`, sorted."""
    if "value" in entry:
        return entry["value"]
    members = {**value, **entry.get("set", {})}
    return {name: members[name] for name in sorted(members) if name not in entry.get("unset", ())}


def _since(since: Any, version: Version) -> bool:
    if since is None:
        return True
    starts = [_version(s) for s in _listed(since)]
    for start in starts:
        if start[:2] == version[:2]:
            return version >= start
    return version > max(starts)


def _until(until: Any, version: Version) -> bool:
    if until is None:
        return True
    ends = [_version(u, patch=1 << 30) for u in _listed(until)]
    for end in ends:
        if end[:2] == version[:2]:
            return version <= end
    return version < min(ends)


def _listed(value: Any) -> Iterable[str]:
    return value if isinstance(value, list) else [value]


def _version(text: str, *, patch: int = 0) -> Version:
    parts = [int(p) for p in text.split(".")]
    return Version(parts[0], parts[1], parts[2] if len(parts) > 2 else patch)


def _area(name: str) -> str:
    area, dot, _ = name.partition(".")
    if not dot:
        raise KeyError(f"a switch is named area.name, not {name!r}; did you mean {nearest(name, areas())}.…?")
    return area


@cache
def _table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = yamlio.load(resources.text("schemas", "releases", "releases.yaml"))
    return table


def _read(kind: str, area: str) -> Mapping[str, Any]:
    json_file = resources.path("schemas", "releases", kind, f"{area}.json")
    data: Mapping[str, Any]
    if json_file.exists():
        data = orjson.loads(json_file.read_bytes())
    else:
        data = (
            yamlio.load(resources.text("schemas", "releases", kind, f"{area}.yaml"), file=f"{kind}/{area}.yaml") or {}
        )
    return data
