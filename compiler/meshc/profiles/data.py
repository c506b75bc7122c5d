"""Install profiles, overlays and chart defaults of a release, read out of `schemas/profiles/`.

A tree is kept as its history: a list of changes, each with `since`/`until` as in the release catalogue, the keys it drops
and the values it sets.  Folding the changes that hold in a release gives the tree of that release.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

from meshc import resources
from meshc.catalog import Release, holds
from meshc.trees import discard, merge
from meshc.yamlio import Json


def chart(release: Release, name: str) -> Json:
    """Default values of a chart (`istiod`, `istiod-remote`), a fresh tree; hub and tag are not among them."""
    return _fold(_file("charts")[name], release) or {}


def installs(release: Release) -> tuple[str, ...]:
    """Names of the profiles istioctl knows in a release."""
    return tuple(name for name, history in _file("installs").items() if _exists(history, release))


def install(release: Release, name: str) -> Json | None:
    """The IstioOperator `spec` of a profile, or None where the release has no such profile."""
    return _fold(_file("installs")[name], release) if name in _file("installs") else None


def overlays(release: Release, kind: str) -> tuple[str, ...]:
    """Names of the overlays of one kind: `profile`, `platform` or `compatibility`."""
    return tuple(name for name, history in _file("overlays")[kind].items() if _exists(history, release))


def overlay(release: Release, kind: str, name: str) -> Json | None:
    """What a profile, platform or compatibility version lays over the chart's defaults; None where there is none."""
    return _fold(_file("overlays")[kind][name], release) if name in _file("overlays")[kind] else None


def _exists(history: list[dict[str, Any]], release: Release) -> bool:
    return any(holds(change, release.dated("profiles.defaults")) for change in history)


def _fold(history: list[dict[str, Any]], release: Release) -> Json | None:
    tree: Json | None = None
    for change in history:
        if holds(change, release.dated("profiles.defaults")):
            tree = {} if tree is None else tree
            for path in change.get("drop", ()):
                discard(tree, path)
            tree = merge(tree, change.get("set", {}))
    return tree


@cache
def _file(name: str) -> dict[str, Any]:
    data: dict[str, Any] = orjson.loads(resources.path("schemas", "profiles", f"{name}.json").read_bytes())
    return data
