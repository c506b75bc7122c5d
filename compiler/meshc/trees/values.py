"""Reading, writing and walking trees of plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

Json = Any
"""A node: dict with string keys, list, str, int, float, bool or None."""

Object = dict[str, Json]
Array = list[Json]

PathPart = str | int
Path = tuple[PathPart, ...]


ITEM_KEYS = ("name", "mountPath", "containerPort", "devicePath", "topologyKey", "ip", "uid")
"""What names an item of a list where the list's own merge key is not known: the first of these that it has."""


class Absent:
    """The type of ABSENT; there is one instance, in every process and after every copy."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "absent"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        # a name: copies and other processes look it up and get the same object
        return "ABSENT"


ABSENT: Final = Absent()
"""Stands for a value that is not there."""


def get(tree: Json, path: str | Sequence[PathPart], default: Json = None) -> Json:
    """The value at a path (`a.b.c`, or keys and indices), or the default where a step is missing on the way."""
    for part in path.split(".") if isinstance(path, str) else path:
        if isinstance(tree, dict):
            if part not in tree:
                return default
        elif not isinstance(tree, list) or not isinstance(part, int) or not 0 <= part < len(tree):
            return default
        tree = tree[part]
    return tree


def section(tree: Json, path: str | Sequence[PathPart]) -> dict[str, Any]:
    """The map at a path, or an empty one where there is no map."""
    found = get(tree, path)
    return found if isinstance(found, dict) else {}


def put(tree: Json, path: str | Sequence[str], value: Json) -> None:
    """Write a value into a tree in place; whatever is no map on the way becomes one."""
    keys = path.split(".") if isinstance(path, str) else list(path)
    for key in keys[:-1]:
        if not isinstance(tree.get(key), dict):
            tree[key] = {}
        tree = tree[key]
    tree[keys[-1]] = value


def discard(tree: Json, path: str | Sequence[str]) -> None:
    """Remove the key at a path in place, if it is there."""
    *above, last = path.split(".") if isinstance(path, str) else path
    section(tree, above).pop(last, None)


def walk(tree: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every leaf with its path, in the order of the tree; an empty map or list is a leaf."""
    if tree and isinstance(tree, dict | list):
        for part, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from walk(value, (*path, part))
    else:
        yield path, tree


def changes(old: Json, new: Json, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Json, Json]]:
    """Every leaf that differs between two trees: path, value before, value after (ABSENT where there is none).

    Keys come in sorted order; lists are leaves.
    """
    if isinstance(old, dict) and isinstance(new, dict) and (old or not path) and (new or not path):
        for key in sorted({*old, *new}):
            yield from changes(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key))
    elif old is ABSENT or new is ABSENT or old != new:
        yield path, old, new
