"""How the installer of 1.17 … 1.23 merges IstioOperator documents (docs/istio/profiles.md § 5.3)."""

from __future__ import annotations

import copy
from typing import Any

from meshc.errors import SettingsError
from meshc.profiles.trees import without_nulls
from meshc.yamlio import Json

_BY_KEY = {
    "components.ingressGateways": "name",
    "components.egressGateways": "name",
    "meshConfig.extensionProviders": "name",
    "meshConfig.configSources": "address",
    "meshConfig.certificates": "secretName",
    "values.meshConfig.extensionProviders": "name",
}
_GATEWAY_LISTS = ("ports", "secretVolumes")
_SETS = {
    f"{top}.{name}"
    for top in ("meshConfig",)
    for name in (
        "trustDomainAliases",
        "defaultServiceExportTo",
        "defaultVirtualServiceExportTo",
        "defaultDestinationRuleExportTo",
    )
}
_WHOLE = {"meshConfig.defaultConfig.tracing"}


def merge(base: Json, over: Json, path: str = "") -> Json:
    """Lay one IstioOperator spec over another: maps merge, null deletes, lists replace or merge by key."""
    if isinstance(base, dict) and isinstance(over, dict) and path not in _WHOLE:
        result = dict(base)
        for key, value in over.items():
            if value is None:
                result.pop(key, None)
            else:
                result[key] = merge(base.get(key), value, f"{path}.{key}" if path else key)
        return result
    if isinstance(base, list) and isinstance(over, list):
        return _lists(base, over, path)
    return without_nulls(over)


def merge_keyed(old: list[Any], new: list[Any], *, key: str, path: str = "") -> list[Any]:
    """Merge lists of maps by a key: an old item goes first only if it stood before the next new one in the old list."""
    places = {item.get(key): n for n, item in enumerate(old) if isinstance(item, dict)}
    named = {item.get(key) for item in new if isinstance(item, dict)}
    fresh = [merge(_find(old, key, item), item, path) for item in new]
    kept = [(n, copy.deepcopy(item)) for n, item in enumerate(old) if item.get(key) not in named]
    result = []
    for item in fresh:
        place = places.get(item.get(key))
        while place is not None and kept and kept[0][0] < place:
            result.append(kept.pop(0)[1])
        result.append(item)
    return result + [item for _, item in kept]


def _lists(base: list[Any], over: list[Any], path: str) -> list[Any]:
    key = _key(path)
    if key and all(isinstance(item, dict) for item in (*base, *over)):
        _require(over, key, path)
        return merge_keyed(base, over, key=key, path=path)
    if path in _SETS:
        return base + [item for item in over if item not in base]
    return copy.deepcopy(over)


def _require(items: list[Any], key: str, path: str) -> None:
    for index, item in enumerate(items):
        if key not in item:
            raise SettingsError(
                f"an item of this list is found by its {key}",
                path=f"{path}[{index}]",
                value=item,
                hint=f"give the item a {key}, or address it as [{key}:…]",
            )


def _key(path: str) -> str | None:
    parts = path.split(".")
    if parts[:2] == ["values", "gateways"] and parts[-1] in _GATEWAY_LISTS:
        return "name"
    return _BY_KEY.get(path)


def _find(items: list[Any], key: str, wanted: Any) -> Any:
    name = wanted.get(key)
    return next((item for item in items if name is not None and item.get(key) == name), None)
