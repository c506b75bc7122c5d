"""Istio's annotations and labels: the closed table of names, and the injector's check of their values.

The table is `schemas/annotations.yaml`; which values are checked in which release are switches of area `annotations`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from meshc import resources, yamlio
from meshc.catalog import Release, holds
from meshc.errors import nearest
from meshc.gotext import parsing
from meshc.models import annotation_values
from meshc.yamlio import Json

Where = Literal["annotations", "labels"]

go_bool = parsing.parse_bool

_DOMAIN = "istio.io"
_PREFIX_ONLY = ("proxyless.istio.io/",)


@dataclass(frozen=True, slots=True)
class Entry:
    """One annotation or label: what it is for, what it holds, how the injector checks it."""

    name: str
    kinds: tuple[str, ...]
    value: str | tuple[str, ...]
    doc: str
    check: str | None = None
    when: str | None = None
    since: str | None = None
    until: str | None = None
    deprecated: bool = False
    written: bool = False

    def known_in(self, release: Release) -> bool:
        """Whether a release knows the name."""
        return holds({"since": self.since, "until": self.until}, release.dated("annotations.known"))

    def checked_in(self, release: Release) -> bool:
        """Whether the injector of a release checks the value."""
        return self.check is not None and (self.when is None or release.has(f"annotations.{self.when}"))


class Unknown(NamedTuple):
    """A name in Istio's domains that a release does not know, and what was probably meant."""

    name: str
    hint: str


def table(where: Where = "annotations") -> Mapping[str, Entry]:
    """Every name of every release, in the order of the data."""
    return _table(where)


def known(release: Release, where: Where = "annotations") -> Mapping[str, Entry]:
    """The names a release knows."""
    return {name: entry for name, entry in _table(where).items() if entry.known_in(release)}


def unknown(names: Iterable[str], release: Release, where: Where = "annotations") -> list[Unknown]:
    """Names below `istio.io` that the release does not know, with what to write instead."""
    found = []
    for name in names:
        entry = _table(where).get(name)
        if entry is None and _is_istio(name):
            found.append(Unknown(name, _meant(name, where)))
        elif entry is not None and not entry.known_in(release):
            span = f"since {entry.since}" if entry.since else "always"
            span += f" until {entry.until}" if entry.until else ""
            found.append(Unknown(name, f"Istio {release} does not know it ({span})"))
    return found


def validate(annotations: Mapping[str, str], release: Release) -> list[str]:
    """What the injector refuses in a pod's annotations (docs/istio/injection.md § 6), one text an annotation.

    Each is `invalid value '<value>' for annotation '<name>': <reason>`; an empty list means all is well.
    """
    problems = []
    for name, check in _checks(release).items():
        if name in annotations:
            value = annotations[name]
            if reason := annotation_values.problem(check, value, release):
                problems.append(f"invalid value '{value}' for annotation '{name}': {reason}")
    return problems


def error_text(problems: list[str]) -> str:
    """All problems as the one text the injector answers with."""
    head = "1 error occurred" if len(problems) == 1 else f"{len(problems)} errors occurred"
    return f"{head}:\n\t* " + "\n\t* ".join(problems) + "\n\n"


def _is_istio(name: str) -> bool:
    domain = name.partition("/")[0]
    return "/" in name and (domain == _DOMAIN or domain.endswith(f".{_DOMAIN}")) and not name.startswith(_PREFIX_ONLY)


def _meant(name: str, where: Where) -> str:
    other: Where = "labels" if where == "annotations" else "annotations"
    if name in _table(other):
        return f"Istio reads it from {other}"
    folded = {known.lower(): known for known in _table(where)}
    near = folded.get(name.lower()) or nearest(name, (n for n in _table(where) if _is_similar(n, name)))
    return f"did you mean {near}?" if near else "Istio does not know it"


def _is_similar(known: str, name: str) -> bool:
    """Whether two names share the part before or after the slash: other likenesses are chance."""
    return bool({*known.split("/")} & {*name.split("/")})


@cache
def _checks(release: Release) -> Mapping[str, str]:
    return {e.name: e.check for e in _table("annotations").values() if e.check and e.checked_in(release)}


@cache
def _table(where: Where) -> Mapping[str, Entry]:
    return {name: _entry(name, fields) for name, fields in _data()[where].items()}


def _entry(name: str, fields: Mapping[str, Json]) -> Entry:
    kinds = tuple(fields["kinds"])
    value = fields["value"]
    return Entry(name=name, **{**fields, "kinds": kinds, "value": tuple(value) if isinstance(value, list) else value})


@cache
def _data() -> Mapping[str, Mapping[str, Json]]:
    data: Mapping[str, Mapping[str, Json]] = yamlio.load(resources.text("schemas", "annotations.yaml"))
    return data
