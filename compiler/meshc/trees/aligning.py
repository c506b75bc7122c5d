"""Pairs the items of two versions of a list: which stayed, which went, which came."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from typing import NamedTuple

from meshc.trees.values import ITEM_KEYS, Array, Json


class Alignment(NamedTuple):
    """`kept`: new index → old index of items that stay in order; `moved`: new index → old index of those that do not."""

    kept: dict[int, int]
    moved: dict[int, int]


def align(old: Array, new: Array) -> Alignment:
    """Pair items by their Kubernetes merge key, objects by kind and name, others by equality."""
    before, after = _identities(old), _identities(new)
    # Without autojunk: it would ignore identities that are frequent in long lists.
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    kept = {b + n: a + n for a, b, size in matcher.get_matching_blocks() for n in range(size)}
    staying = set(kept.values())
    places = {identity: index for index, identity in enumerate(before) if index not in staying}
    moved = {i: places[name] for i, name in enumerate(after) if i not in kept and name in places}
    return Alignment(kept, moved)


def _identities(items: Array) -> list[tuple[str, int]]:
    seen: Counter[str] = Counter()
    found = []
    for item in items:
        name = _name(item)
        found.append((name, seen[name]))
        seen[name] += 1
    return found


def _name(item: Json) -> str:
    if isinstance(item, dict):
        if "kind" in item and isinstance(item.get("metadata"), dict):
            own = item["metadata"]
            return f"{item['kind']} {own.get('namespace')} {own.get('name') or own.get('generateName')}"
        for key in ITEM_KEYS:
            if isinstance(item.get(key), str | int):
                return f"{key} {item[key]}"
    # Any text that is equal for equal items will do.
    return repr(item)
