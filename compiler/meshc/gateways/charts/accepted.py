"""Strict reading of chart values: unknown keys and wrong types are errors that say what to write."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from meshc.errors import MeshcError, SettingsError, UsageError, nearest, raise_all
from meshc.gateways.charts.chart_defaults import CHARTS, SIDES, section, table
from meshc.yamlio import Json

_WANTED = {
    "text": "a string",
    "number": "a number",
    "flag": "true or false",
    "list": "a list",
    "map": "a map",
}
_HINTS = {
    "number": "write the number without quotes",
    "flag": "write true or false without quotes",
    "list": "write a list: one `- item` per line, or []",
    "map": "write a map of keys and values, or {}",
}
_NEEDED = {
    "ports": ("port",),
    "ingressPorts": ("port",),
    "egressPorts": ("port",),
    "secretVolumes": ("name", "secretName", "mountPath"),
    "configVolumes": ("name", "configMapName"),
    "podAntiAffinityLabelSelector": ("key", "topologyKey"),
    "podAntiAffinityTermLabelSelector": ("key", "topologyKey"),
}
"""Lists of a classic gateway whose items are maps, and what each item must say."""


def check(chart: str, values: object) -> None:
    """Raise SettingsError (several as ErrorGroup) for values the chart does not know or cannot read; UsageError for an unknown chart.

    Values of an installation's other charts are accepted: one values file serves them all.
    """
    if chart not in CHARTS:
        guess = nearest(chart, CHARTS) or "gateway"
        raise UsageError(f"unknown chart; known are {', '.join(CHARTS)}", path="chart", value=chart, hint=guess)
    errors: list[MeshcError] = []
    if not isinstance(values, dict):
        raise SettingsError("chart values must be a map", value=values, hint="write key: value, or {}")
    _walk(values, accepted(chart), path=(), errors=errors)
    if chart in SIDES:
        _check_items(values, chart, errors)
    raise_all(errors)


def accepted(chart: str) -> Mapping[str, Json]:
    """Every value the chart takes: a tree of kinds (text, number, flag, list, map, any)."""
    accepts = table(chart)["accepts"]
    if chart not in SIDES:
        return dict(accepts)
    elsewhere = accepts["elsewhere"]
    tree = dict(accepts["values"]) | dict.fromkeys(elsewhere["values"], "any")
    tree["global"] = dict(tree["global"]) | dict.fromkeys(elsewhere["global"], "any")
    tree["gateways"] = {section(chart): accepts["gateway"], "*": "any"}
    return tree


def _walk(
    values: Mapping[str, Json], known: Mapping[str, Json], *, path: tuple[str, ...], errors: list[MeshcError]
) -> None:
    for key, value in values.items():
        here = (*path, key)
        kind = known.get(key, known.get("*"))
        if kind is None:
            errors.append(_unknown(here, known))
        elif value is None or kind == "any":
            continue
        elif isinstance(kind, dict):
            if isinstance(value, dict):
                _walk(value, kind, path=here, errors=errors)
            else:
                errors.append(_wrong(here, value, "map"))
        elif not _fits(value, kind):
            errors.append(_wrong(here, value, kind))


def _fits(value: object, kind: str) -> bool:
    match kind:
        case "list":
            return isinstance(value, list)
        case "map":
            return isinstance(value, dict)
        case "flag":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case _:
            return not isinstance(value, list | dict)


def _check_items(values: Mapping[str, Json], chart: str, errors: list[MeshcError]) -> None:
    base = ("gateways", section(chart))
    sections = values.get("gateways")
    gateway = sections.get(base[1]) if isinstance(sections, dict) else None
    if not isinstance(gateway, dict):
        return
    for name, needed in _NEEDED.items():
        items = gateway.get(name)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            path = (*base, name, index)
            if not isinstance(item, dict):
                errors.append(SettingsError("must be a map", path=path, value=item, hint="write - name: …"))
                continue
            missing = [k for k in needed if item.get(k) is None]
            errors += [SettingsError(f"needs {k}", path=path, value=item, hint=f"write {k}: …") for k in missing]


def _unknown(path: tuple[str, ...], known: Collection[str]) -> SettingsError:
    guess = nearest(path[-1], known)
    hint = f"did you mean {guess}?" if guess else f"known here: {', '.join(sorted(known)[:12])} …"
    return SettingsError("unknown value", path=path, value=path[-1], hint=hint)


def _wrong(path: tuple[str, ...], value: object, kind: str) -> SettingsError:
    return SettingsError(f"must be {_WANTED[kind]}", path=path, value=value, hint=_HINTS.get(kind, "write a string"))
