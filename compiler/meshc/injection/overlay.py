"""Strategic merge of an overlay onto a pod under edit, each change recorded with its layer (spec injection § 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshc.errors import InjectionError, PathPart, format_path
from meshc.injection.edits import List, Map
from meshc.kubernetes import strategic
from meshc.kubernetes.decoding import decoder
from meshc.kubernetes.fields import Fields, fields_of
from meshc.kubernetes.values import Mismatch
from meshc.yamlio import Json


def lay_over(pod: Map, overlay: Json, *, layer: str, level: int) -> None:
    """Merge an overlay onto the pod and record what it changed, in typed form (spec injection § 8.1).

    `level` is the Kubernetes minor of the release.  Raises InjectionError for what the merge refuses and for values
    that do not fit the Pod schema; the pod is then half merged and of no more use.
    """
    merged = strategic.merge(pod, overlay)
    try:
        _Recorder(layer, level).object(pod, merged, overlay, fields=fields_of("Pod", level))
    except Mismatch as mismatch:
        path: list[PathPart] = mismatch.path[::-1]
        raise InjectionError(
            f"unmarshal patched pod: {format_path(path)}: {mismatch.message}",
            path=path,
            value=mismatch.value,
            hint=mismatch.hint,
        ) from None


class _Target(NamedTuple):
    """A list to merge into, its merge key and the struct its elements are."""

    items: List
    merge_key: str
    element: str


class _Recorder:
    """Carries a merge's result into the pod along the paths of the overlay: nothing else can have changed."""

    def __init__(self, layer: str, level: int) -> None:
        self.layer = layer
        self.level = level

    def object(self, node: Map, merged: Mapping[str, Any], overlay: Json, *, fields: Fields) -> None:
        if any(key[:1] == "$" for key in overlay):
            self._directed(node, merged, fields)
            return
        for key, given in overlay.items():
            if key not in merged:
                self._remove(node, key, fields)
                continue
            before, after = node.get(key), merged[key]
            try:
                if isinstance(before, dict) and isinstance(after, dict):
                    self.object(node.open(key), after, given, fields=fields.inside(key))
                elif isinstance(before, list) and isinstance(after, list) and (merge_key := fields.merge_key(key)):
                    into = _Target(node.open_list(key), merge_key, fields.element(key))
                    self._list(into, after, given)
                else:
                    self._put(node, key, after, fields)
            except Mismatch as mismatch:
                mismatch.path.append(key)
                raise

    def _directed(self, node: Map, merged: Mapping[str, Any], fields: Fields) -> None:
        """A directive such as `$patch: replace` can change every key of its map."""
        for key in [key for key in node if key not in merged]:
            self._remove(node, key, fields)
        for key, value in merged.items():
            if value is not node.get(key):
                self._put(node, key, value, fields)

    def _put(self, node: Map, key: str, value: Json, fields: Fields) -> None:
        name, kept, typed = fields.read(key, value)
        if kept:
            node.put(name, typed, layer=self.layer)
        else:
            self._remove(node, name, fields)

    def _remove(self, node: Map, key: str, fields: Fields) -> None:
        if key in fields.always:
            node.put(key, fields.always[key], layer=self.layer)
        else:
            node.discard(key, layer=self.layer)

    def _list(self, into: _Target, merged: list[Any], overlay: list[Any]) -> None:
        key = into.merge_key
        there = {id(item) for item in into.items}
        first: dict[Json, int] = {}
        for place, item in enumerate(into.items):
            first.setdefault(item.get(key), place)
        parts: dict[Json, list[Any]] = {}
        for part in overlay:
            parts.setdefault(part.get(key), []).append(part)
        result = []
        for index, element in enumerate(merged):
            item = element
            if id(element) not in there:
                value = element.get(key)
                try:
                    item = self._element(into, element, place=first.pop(value, None), parts=parts.get(value) or [])
                except Mismatch as mismatch:
                    mismatch.path.append(index)
                    raise
            result.append(item)
        into.items[:] = result

    def _element(self, into: _Target, element: Json, *, place: int | None, parts: list[Any]) -> Json:
        """An element of the overlay: merged into the one at `place`, or new."""
        if place is None:
            new = decoder(into.element, self.level, courtesy=False)(element)
            into.items.layers[id(new)] = (self.layer, new)
            return new
        item = into.items.open(place)
        for part in parts:
            self.object(item, element, part, fields=fields_of(into.element, self.level))
        return item
