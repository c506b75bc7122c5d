"""Looks names and values up among Istio's annotations and labels: which are unknown, which the injector refuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal, NamedTuple

from meshc.catalog import Release
from meshc.errors import nearest
from meshc.models import annotation_checks
from meshc.models.annotation_entry import Entry
from meshc.models.annotation_names import ANNOTATIONS
from meshc.models.label_names import LABELS

Where = Literal["annotations", "labels"]

_DOMAIN = "istio.io"
_PREFIX_ONLY = ("proxyless.istio.io/",)


class Unknown(NamedTuple):
    """A name in Istio's domains that a release does not know, and what was probably meant."""

    name: str
    hint: str


def table(where: Where = "annotations") -> Mapping[str, Entry]:
    """Every name of every release, in the order of the data."""
    return _TABLES[where]


def unknown(names: Iterable[str], release: Release, where: Where = "annotations") -> list[Unknown]:
    """Names below `istio.io` that the release does not know, with what to write instead."""
    found = []
    for name in names:
        entry = _TABLES[where].get(name)
        if entry is None and _is_istio(name):
            found.append(Unknown(name, _meant(name, where)))
        elif entry is not None and not entry.known_in(release):
            span = f"since {entry.since}" if entry.since else "always"
            span += f" until {entry.until}" if entry.until else ""
            found.append(Unknown(name, f"Istio {release} does not know it ({span})"))
    return found


def validate(annotations: Mapping[str, str], release: Release) -> list[str]:
    """What the injector refuses in a pod's annotations (docs/istio/injection.md § 6), one message an annotation.

    Each is `invalid value '<value>' for annotation '<name>': <reason>`; an empty list means all is well.
    """
    problems = []
    for name, check in _checks(release).items():
        if name in annotations:
            value = annotations[name]
            if reason := annotation_checks.problem(check, value, release):
                problems.append(f"invalid value '{value}' for annotation '{name}': {reason}")
    return problems


def error_text(problems: list[str]) -> str:
    """All problems as the one message the injector answers with."""
    head = "1 error occurred" if len(problems) == 1 else f"{len(problems)} errors occurred"
    return f"{head}:\n\t* " + "\n\t* ".join(problems) + "\n\n"


def _is_istio(name: str) -> bool:
    domain = name.partition("/")[0]
    return "/" in name and (domain == _DOMAIN or domain.endswith(f".{_DOMAIN}")) and not name.startswith(_PREFIX_ONLY)


def _meant(name: str, where: Where) -> str:
    other: Where = "labels" if where == "annotations" else "annotations"
    if name in _TABLES[other]:
        return f"Istio reads it from {other}"
    folded = {known.lower(): known for known in _TABLES[where]}
    near = folded.get(name.lower()) or nearest(name, (n for n in _TABLES[where] if _is_similar(n, name)))
    return f"did you mean {near}?" if near else "Istio does not know it"


def _is_similar(known: str, name: str) -> bool:
    """Whether two names share the part before or after the slash: other likenesses are chance."""
    return bool({*known.split("/")} & {*name.split("/")})


@cache
def _checks(release: Release) -> Mapping[str, str]:
    return {e.name: e.check for e in ANNOTATIONS.values() if e.check and e.checked_in(release)}


_TABLES: Mapping[Where, Mapping[str, Entry]] = {"annotations": ANNOTATIONS, "labels": LABELS}
