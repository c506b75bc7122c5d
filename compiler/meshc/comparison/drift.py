"""Judges running pods: removes what injection added, injects the rest again as wanted, and compares both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from meshc import catalog, profiles
from meshc.catalog import Release
from meshc.comparison import sources
from meshc.comparison.documents import Side, compared
from meshc.comparison.drift_bootstrap import bootstrap_of
from meshc.comparison.drift_causes import StaleCauses
from meshc.comparison.grouping import Group
from meshc.comparison.noise import Noise
from meshc.comparison.running import Running
from meshc.comparison.trials import Found
from meshc.errors import InjectionError, InputError, MeshcError, SettingsError
from meshc.injection.api import inject
from meshc.injection.uninject.injection_records import is_injected
from meshc.models.annotation_names import SIDECAR_STATUS
from meshc.reports.changes import Change, Verdict
from meshc.settings import Settings
from meshc.yamlio import Json, load_json


@dataclass(frozen=True)
class Wish:
    """Settings a pod may have been made with; `label` says which in words."""

    settings: Settings
    label: str


@dataclass(frozen=True)
class Wishes:
    """The settings that are wanted, and those that may explain a pod.

    `at(release, revision, profile)` resolves them, None standing for what the user said; `asked` is the release the user
    named, if any.
    """

    at: Callable[[Release | None, str | None, str | None], Settings]
    asked: Release | None = None
    whys: dict[str, StaleCauses] = field(default_factory=dict, compare=False)

    @property
    def causes(self) -> StaleCauses:
        """Finds the causes of what is stale; shared by all pods."""
        return self.whys.setdefault("", StaleCauses(self.at))


@dataclass(frozen=True)
class Seen:
    """A pod held against one wish: whether it should be injected and why, what differs, what is noise."""

    wish: Wish
    wanted: bool
    reason: str
    found: tuple[Found, ...] = ()
    noise: tuple[Noise, ...] = ()


@dataclass(frozen=True)
class Judged:
    """The verdict on one running pod, what differs from the wanted one, and noise."""

    verdict: Verdict
    changes: tuple[Change, ...] = ()
    noise: tuple[Change, ...] = ()


def judge(running: Running, wishes: Wishes, declared: Sequence[Json] = ()) -> Judged:
    """Hold one running pod against what is wanted; raises MeshcError for settings that do not resolve."""
    try:
        return _judged(running, wishes, declared)
    except InjectionError as error:
        # Its records do not fit the pod any more, or no injector would take it: somebody changed it by hand.
        return Judged(Verdict(running.subject, "foreign", error.message))


def _judged(running: Running, wishes: Wishes, declared: Sequence[Json]) -> Judged:
    wanted = [s for w in _wanted(running, wishes) if (s := _seen(running, w, declared)) is not None]
    if not wanted:
        reason = "nothing among the settings and files makes a pod with a proxy of this name"
        return Judged(Verdict(running.subject, "unexpected", reason))
    best = min(wanted, key=lambda s: len(s.found))
    noise = tuple(_noise(running, best))
    if best.wanted != running.has_proxy:
        status = "not-injected" if best.wanted else "unexpected"
        said = "should be injected" if best.wanted else "should have no proxy"
        return Judged(Verdict(running.subject, status, f"{said}: {best.reason}"), noise=noise)
    if not best.found:
        return Judged(Verdict(running.subject, "current", _label(running, best)), noise=noise)
    return replace(_explained(running, wishes, best, declared), noise=noise)


def _explained(running: Running, wishes: Wishes, best: Seen, declared: Sequence[Json]) -> Judged:
    nearest = best
    for wish in _alternatives(running, wishes, best.wish.settings):
        try:
            seen = _seen(running, wish, declared)
        except MeshcError:
            continue  # settings under which this pod could not have been injected
        if seen is None or not seen.wanted:
            continue
        if not seen.found:
            reason = f"{wish.label} explains it; wanted is {best.wish.label}"
            return Judged(Verdict(running.subject, "stale", reason), _stale(running, wishes, best, wish, declared))
        nearest = min(nearest, seen, key=lambda s: len(s.found))
    foreign = _changes(running, nearest.found, "no release or setting explains it" if nearest is not best else "")
    keys = {(c.part, c.path) for c in foreign}
    stale = _changes(running, best.found, f"as {nearest.wish.label}") if nearest is not best else ()
    others = tuple(c for c in stale if (c.part, c.path) not in keys)
    beside = f"{nearest.wish.label} explains the rest" if others else f"wanted is {best.wish.label}"
    return Judged(Verdict(running.subject, "foreign", beside), (*foreign, *others))


def _stale(running: Running, wishes: Wishes, best: Seen, wish: Wish, declared: Sequence[Json]) -> tuple[Change, ...]:
    """What is stale, with causes where another release alone explains it."""
    changes = _changes(running, best.found, "")
    wanted, old = best.wish.settings, wish.settings
    alike = (wanted.mode, wanted.profile) == (old.mode, old.profile) and wanted.release != old.release
    if not alike or sources.source(running, wanted, declared) is None:
        return changes

    def made(settings: Settings) -> Json:
        return sources.source(running, settings, declared)

    way = (wanted.release, old.release, _revision(running))
    return tuple(wishes.causes.explained(running, made, way, list(zip(best.found, changes, strict=True))))


def _seen(running: Running, wish: Wish, declared: Sequence[Json]) -> Seen | None:
    """A running proxy held against one wish; None where nothing of it is wanted."""
    settings = wish.settings
    made = sources.source(running, settings, declared)
    if made is None and running.pod is not None:
        return None
    wanted, injected, reason = None, True, "its own facts"
    if made is not None:
        try:
            result = inject(made, settings, namespace=running.namespace, mode=settings.mode)
        except InputError as error:
            raise InjectionError(error.message, path=error.path) from error
        wanted, reason = result.manifest, result.decision.reason
        injected = result.decision.inject or replace(running, pod=wanted).has_proxy
    found: list[Found] = []
    noise: list[Noise] = []
    if running.pod is not None and wanted is not None:
        pair = compared(Side(wanted), Side(running.pod))
        found += (Found(running.subject, "", d) for d in pair.differences)
        noise += pair.noise
    if running.bootstrap is not None and injected:
        try:
            differences, more = bootstrap_of(running, wanted, settings)
        except InputError as error:
            raise InjectionError(f"{running.part} {error.path or ''}: {error.message}", path=error.path) from error
        found += (Found(running.subject, running.part, d) for d in differences)
        noise += more
    return Seen(wish, injected, reason, tuple(found), tuple(noise))


def _wanted(running: Running, wishes: Wishes) -> Iterator[Wish]:
    """The wanted settings: of the release asked for, else of each release the pod's images name."""
    revision = _revision(running)
    releases: list[Release | None] = [wishes.asked] if wishes.asked else [*_releases(running)] or [None]
    for release in releases:
        settings = wishes.at(release, revision, None)
        yield Wish(settings, _named(settings))


def _alternatives(running: Running, wishes: Wishes, wanted: Settings) -> Iterator[Wish]:
    """Other settings a pod may come from: its own release, the other front end, the installation's other profiles."""
    revision = _revision(running)
    releases = list(dict.fromkeys([*_releases(running), wanted.release]))
    for release in releases:
        if release != wanted.release:
            settings = wishes.at(release, revision, None)
            yield Wish(settings, _named(settings))
    for release in releases:
        settings = wishes.at(release, revision, None)
        other = "kube-inject" if settings.mode == "webhook" else "webhook"
        yield Wish(settings.for_mode(other), f"{_named(settings)} in mode {other}")
        yield from _profiles(release, revision, wishes)


def _profiles(release: Release, revision: str | None, wishes: Wishes) -> Iterator[Wish]:
    for name in profiles.names(release):
        try:
            other = wishes.at(release, revision, name)
        except (SettingsError, InputError):
            continue  # a profile without an injector, or one for another platform
        yield Wish(other, f"{_named(other)} without further settings")


def _releases(running: Running) -> list[Release]:
    found = []
    for text in running.releases():
        try:
            found.append(catalog.release(text))
        except SettingsError:
            continue  # a tag of no release the catalogue knows
    return list(dict.fromkeys(found))


def _revision(running: Running) -> str | None:
    """The revision that injected a pod, by its record; None where it tells none or the default one."""
    text = (running.metadata.get("annotations") or {}).get(SIDECAR_STATUS)
    if not is_injected(running.metadata) or not isinstance(text, str):
        return None
    try:
        record = load_json(text)
    except InputError:
        return None
    revision = record.get("revision") if isinstance(record, dict) else None
    return revision if isinstance(revision, str) and revision not in ("", "default") else None


def _named(settings: Settings) -> str:
    profile = f", profile {settings.profile}" if settings.profile else ""
    revision = f", revision {settings.revision}" if settings.revision not in ("", "default") else ""
    return f"Istio {settings.release}{profile}{revision}"


def _label(running: Running, seen: Seen) -> str:
    if not seen.wanted:
        return f"not injected, as wanted: {seen.reason}"
    alone = ", by its bootstrap" if running.pod is None else ""
    return f"{seen.wish.label}{alone}"


def _changes(running: Running, found: Sequence[Found], note: str) -> tuple[Change, ...]:
    return tuple(Group(f.part, f.difference, [running.subject], _file(running, f.part), note).change() for f in found)


def _noise(running: Running, seen: Seen) -> Iterator[Change]:
    for noise in seen.noise:
        part = running.part if noise.difference.path[:1] == ("node",) else ""
        yield Group(part, noise.difference, [running.subject], _file(running, part), noise.reason).change()


def _file(running: Running, part: str) -> str | None:
    return (running.bootstrap_file if part else running.file) or None
