"""Merging, reading and writing of nested maps; no function changes its arguments unless it says so."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

from meshc.merge import overlay
from meshc.yamlio import Json

ABSENT: Any = object()


def merged(base: Json, over: Json) -> Json:
    """Lay one tree over another: maps merge, everything else, null too, replaces; nothing of `over` is shared."""
    return overlay(base, copy.deepcopy(over))


def merged_dropping(base: Json, over: Json) -> Json:
    """Lay one tree over another as Helm lays a user's values over a chart's: like `merged`, but null takes a key away."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return without_nulls(over)
    result = dict(base)
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged_dropping(base.get(key), value)
    return result


def without_nulls(tree: Json) -> Json:
    """A copy of a tree without its null members; lists stay as they are."""
    if isinstance(tree, dict):
        return {key: without_nulls(value) for key, value in tree.items() if value is not None}
    return copy.deepcopy(tree)


def get(tree: Json, path: str | Sequence[str], default: Json = None) -> Json:
    """The value at a path (`a.b.c` or its keys), or the default where a key is missing on the way."""
    for key in path.split(".") if isinstance(path, str) else path:
        if not isinstance(tree, dict) or key not in tree:
            return default
        tree = tree[key]
    return tree


def put(tree: Json, path: str | Sequence[str], value: Json) -> None:
    """Write a value into a tree in place; what is no map on the way becomes one."""
    keys = path.split(".") if isinstance(path, str) else list(path)
    for key in keys[:-1]:
        if not isinstance(tree.get(key), dict):
            tree[key] = {}
        tree = tree[key]
    tree[keys[-1]] = value


def section(tree: Json, path: str) -> dict[str, Any]:
    """The map at a path, or an empty one where there is none."""
    found = get(tree, path)
    return found if isinstance(found, dict) else {}


def all_true(tree: Json, paths: Iterable[str]) -> bool:
    """Whether every path holds something that Helm takes for true."""
    return all(get(tree, path) for path in paths)
