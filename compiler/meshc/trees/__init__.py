"""Trees of plain data (maps, lists, scalars): read, write, compare and merge.

    get(tree, path, default=)    put(tree, path, value)    discard(tree, path)    section(tree, path) → map
    walk(tree) → every (path, leaf)    changes(old, new) → every leaf that differs
    merge(base, over, policy)    interleave(named, others): the list order of a strategic merge
    trees.aligning.align(old, new): which items of a list stayed, moved, came and went

A path is dotted (`global.proxy.image`) or a sequence of keys and indices.  ABSENT stands for a value that is not there
where null is a value of its own.
"""

from __future__ import annotations

from meshc.trees.merging import HELM, REPLACE, Policy, interleave, merge, without_nulls
from meshc.trees.values import (
    ABSENT,
    ITEM_KEYS,
    Absent,
    Array,
    Json,
    Object,
    Path,
    PathPart,
    changes,
    discard,
    get,
    put,
    section,
    walk,
)

__all__ = [
    "ABSENT", "HELM", "ITEM_KEYS", "REPLACE", "Absent", "Array", "Json", "Object", "Path", "PathPart", "Policy", "changes",
    "discard", "get", "interleave", "merge", "put", "section", "walk", "without_nulls",
]  # fmt: skip
