"""How the installer of 1.17 … 1.23 merges IstioOperator documents (docs/istio/profiles.md § 5.3)."""

from __future__ import annotations

import copy
from typing import Any

from meshc import trees
from meshc.errors import SettingsError
from meshc.trees import Json, Policy

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
_WHOLE = ("meshConfig", "defaultConfig", "tracing")


def merge(base: Json, over: Json, path: tuple[str, ...] = ()) -> Json:
    """Lay one IstioOperator spec over another: maps merge, null deletes, lists replace or merge by key.

    Raises SettingsError for an item without the key of its list.
    """
    return trees.merge(base, over, _INSTALLER, path)


def merge_keyed(old: list[Any], new: list[Any], *, key: str, path: tuple[str, ...] = ()) -> list[Any]:
    """Merge lists of maps by a key, in the order of a strategic merge."""
    places = {item.get(key): n for n, item in enumerate(old) if isinstance(item, dict)}
    named = {item.get(key) for item in new if isinstance(item, dict)}
    fresh = [(places.get(item.get(key)), [merge(_find(old, key, item), item, path)]) for item in new]
    kept = [(n, copy.deepcopy(item)) for n, item in enumerate(old) if item.get(key) not in named]
    return trees.interleave(fresh, kept)


def _lists(base: list[Any], over: list[Any], parts: tuple[str, ...]) -> list[Any]:
    path = ".".join(parts)
    key = _key(path)
    if key and all(isinstance(item, dict) for item in (*base, *over)):
        _require(over, key, path)
        return merge_keyed(base, over, key=key, path=parts)
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


_INSTALLER = Policy(null_deletes=True, lists=_lists, whole=lambda path: path == _WHOLE)
