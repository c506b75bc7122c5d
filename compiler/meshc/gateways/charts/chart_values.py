"""Effective values of a chart: defaults, stamped hub and tag, overlays, the user's values (docs/istio/profiles.md § 4)."""

from __future__ import annotations

from functools import reduce

from meshc.catalog import Release
from meshc.errors import SettingsError
from meshc.gateways.charts.chart_defaults import SIDES, defaults
from meshc.profiles import released
from meshc.profiles.overlays import chosen
from meshc.trees import HELM, get, merge
from meshc.yamlio import Json

_PRIVATE = "_internal_defaults_do_not_set"


def effective(chart: str, values: Json, *, release: Release) -> Json:
    """Values as the chart's templates see them.

    Until 1.20 the user's values lie over the chart's and a null takes a default away; since 1.21 the profile,
    compatibility version and (since 1.24) platform lie between, and a null is a value.
    Raises SettingsError for unknown profiles, versions and platforms.
    """
    own = defaults(chart, release)
    if chart in SIDES:
        own = merge(own, {"global": released(release)})
    # Plain Helm until 1.20: a null removes a default. Later charts merge in a template, where a null is kept.
    if not release.has("profiles.wrapped_defaults"):
        return merge(own, values, HELM)
    if release.has("profiles.descoped_charts") and "defaults" in values:
        raise SettingsError(
            "the key defaults is the chart's own",
            path=("defaults",),
            value=values["defaults"],
            hint="write its members at the top level",
        )
    user = merge(values.get(_PRIVATE) or {}, values)
    overlays = [overlay.tree for overlay in chosen(release, user)]
    result = reduce(merge, overlays, own)
    if chart == "gateway" and release.has("gateways.global_flattened"):
        result = reduce(merge, [get(tree, "global") or {} for tree in (*overlays, user)], result)
    return merge(result, user)
