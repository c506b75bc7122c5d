"""Merges: one tree laid over another by a policy, and the order of merged lists."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from meshc.trees.values import Array, Json

_Item = TypeVar("_Item")


def _replace(_old: Array, new: Array, _path: tuple[str, ...]) -> Array:
    return copy.deepcopy(new)


def _never(_path: tuple[str, ...]) -> bool:
    return False


class Policy(NamedTuple):
    """How trees merge where they disagree.  Maps always merge key by key and scalars replace.

    `null_deletes`: a null in the upper tree removes the key instead of becoming its value.  `lists(old, new, path)` merges
    two lists (by default the new one replaces).  `whole(path)`: the map at the path replaces instead of merging.
    """

    null_deletes: bool
    lists: Callable[[Array, Array, tuple[str, ...]], Array] = _replace
    whole: Callable[[tuple[str, ...]], bool] = _never


REPLACE = Policy(null_deletes=False)
"""Everything but maps replaces, null too."""

HELM = Policy(null_deletes=True)
"""As Helm lays a user's values over a chart's: null removes a key, lists replace."""


def merge(base: Json, over: Json, policy: Policy = REPLACE, path: tuple[str, ...] = ()) -> Json:
    """Lay `over` on `base`.

    The result may share parts with `base` but never with `over`; neither is changed.
    """
    if isinstance(base, dict) and isinstance(over, dict) and not policy.whole(path):
        result = dict(base)
        for key, value in over.items():
            # The key may be missing below: removing it is no error to Helm either.
            if value is None and policy.null_deletes:
                result.pop(key, None)
            else:
                result[key] = merge(base.get(key), value, policy, (*path, key))
        return result
    if isinstance(base, list) and isinstance(over, list):
        return policy.lists(base, over, path)
    return without_nulls(over) if policy.null_deletes else copy.deepcopy(over)


def without_nulls(tree: Json) -> Json:
    """A copy of a tree without the null members of its maps; lists stay as they are."""
    if isinstance(tree, dict):
        return {key: without_nulls(value) for key, value in tree.items() if value is not None}
    return copy.deepcopy(tree)


def interleave(named: Iterable[tuple[int | None, Sequence[_Item]]], others: Sequence[tuple[int, _Item]]) -> list[_Item]:
    """The order of a list after a strategic merge (docs/istio/injection.md § 8.3).

    `named` are the items that the patch names, in its order, each with the place it had in the original list (None for
    a new one); `others` the items that it does not name, with their places, in the original order.  One of the others
    stays before a named item that it stood before.
    """
    result: Array = []
    at = 0
    for place, items in named:
        while place is not None and at < len(others) and others[at][0] < place:
            result.append(others[at][1])
            at += 1
        result += items
    return result + [item for _, item in others[at:]]
