"""Default values of the gateway charts, release by release, and what may be set in them (`schemas/charts/`)."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from meshc import catalog, resources, yamlio
from meshc.catalog import Release
from meshc.trees import merge
from meshc.yamlio import Json

SIDES = {"istio-ingress": "ingress", "istio-egress": "egress"}
"""The classic charts and the side of the mesh each stands on."""

CHARTS = ("gateway", *SIDES)


@cache
def defaults(chart: str, release: Release) -> Json:
    """The chart's own values in a release, without hub and tag (shared: copy before changing)."""
    data = table(chart)
    if chart == "gateway":
        return _changed(deepcopy(data["values"]), data["changes"], release=release, key="set")
    side = SIDES[chart]
    own = data["sides"][side]
    values = merge(deepcopy(data["values"]), own["values"])
    gateway = merge(deepcopy(data["gateway"]), own["gateway"])
    values["gateways"] = {section(chart): _changed(gateway, data["changes"], release=release, key="gateway")}
    return _changed(values, data["changes"], release=release, key="set")


def section(chart: str) -> str:
    """The key below `gateways` that a classic chart reads, e.g. `istio-ingressgateway`."""
    return f"istio-{SIDES[chart]}gateway"


@cache
def table(chart: str) -> Mapping[str, Any]:
    """The chart's data file."""
    name = "gateway" if chart == "gateway" else "classic"
    data: Mapping[str, Any] = yamlio.load(
        resources.text("schemas", "charts", f"{name}.yaml"), file=f"charts/{name}.yaml"
    )
    return data


def _changed(values: Json, changes: list[Mapping[str, Any]], *, release: Release, key: str) -> Json:
    for change in changes:
        if not catalog.holds(change, release.dated("charts.defaults")):
            continue
        values = merge(values, change.get(key, {}))
        for path in change.get("unset", ()) if key == "set" else ():
            _remove(values, path.split("."))
    return values


def _remove(values: Json, path: list[str]) -> None:
    *parents, last = path
    for part in parents:
        values = values.get(part, {})
    values.pop(last, None)
