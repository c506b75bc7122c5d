"""Strategic merge of an overlay onto a pod under edit, each change recorded with its layer (docs/istio/injection.md § 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.catalog import Release
from meshc.errors import InjectionError, PathPart, format_path
from meshc.injection.edits import List, Map, plain
from meshc.kubernetes import strategic, typed
from meshc.kubernetes.decoding import decoder
from meshc.kubernetes.fields import Fields, Read, fields_of
from meshc.kubernetes.values import Mismatch
from meshc.trees import ABSENT, interleave
from meshc.yamlio import Json


def lay_over(
    pod: Map,
    overlay: Json,
    *,
    layer: str,
    release: Release,
    directives: bool = False,
    known: dict[int, Any] | None = None,
) -> None:
    """Merge an overlay onto the pod and record what it changed, in typed form (docs/istio/injection.md § 8.1).

    `known` keeps what parts of this very overlay read as, by identity, for the next pod it is laid over.
    `directives` tells that the overlay may hold `$patch` and its like.  Raises InjectionError for what the merge
    refuses and for values that do not fit the Pod schema; the pod is then half merged and of no more use.
    """
    level: int = release.fact("kubernetes.minor")
    try:
        if directives and has_directives(overlay):
            _lay_directives(pod, overlay, layer=layer, release=release)
        else:
            _Merge(layer, level, {} if known is None else known).object(pod, overlay, fields_of("Pod", level))
    except Mismatch as mismatch:
        path: list[PathPart] = mismatch.path[::-1]
        raise InjectionError(
            f"unmarshal patched pod: {format_path(path)}: {mismatch.message}",
            path=path,
            value=mismatch.value,
            hint=mismatch.hint,
        ) from None


def has_directives(overlay: Json) -> bool:
    """Whether an overlay uses `$patch` and its like anywhere."""
    if isinstance(overlay, dict):
        return any(key[:1] == "$" for key in overlay) or any(map(has_directives, overlay.values()))
    return isinstance(overlay, list) and any(map(has_directives, overlay))


def _lay_directives(pod: Map, overlay: Json, *, layer: str, release: Release) -> None:
    """An overlay with directives can change anything: merged as a whole, recorded field by field of metadata and spec."""
    merged = typed.normalize(strategic.merge(plain(pod), overlay), "Pod", release=release)
    for part in ("metadata", "spec"):
        before, after = pod.open(part), merged.get(part) or {}
        for key in [key for key in before if key not in after]:
            before.discard(key, layer=layer)
        for key, value in after.items():
            if key not in before or before[key] != value:
                before.put(key, value, layer=layer)


class _Merge:
    """The merge of an overlay without directives: reads only what the overlay names."""

    def __init__(self, layer: str, level: int, known: dict[int, Any]) -> None:
        self.layer = layer
        self.level = level
        self.known = known

    def object(self, node: Map, overlay: Mapping[str, Any], fields: Fields, *, skip: str = "") -> None:
        for key, given in overlay.items():
            if key == skip:
                continue
            try:
                self.field(node, key, given, fields)
            except Mismatch as mismatch:
                mismatch.path.append(key)
                raise

    def field(self, node: Map, key: str, given: Json, fields: Fields) -> None:
        before = node.get(key, ABSENT)
        if given is None:
            self.remove(node, key, fields)
        elif isinstance(given, dict) and isinstance(before, dict):
            if given:
                opened = node.open(key)
                self.object(opened, given, fields.inside(key))
                if not opened and not fields.read(key, {}).kept:
                    node.discard(key, layer=self.layer)
        elif isinstance(given, list) and isinstance(before, list) and (merge_key := fields.merge_key(key)):
            self.list(node.open_list(key), given, merge_key, fields.element(key))
        elif isinstance(given, list) and isinstance(before, list) and fields.union(key):
            node.put(key, strategic.united(before, self.read(key, given, fields).value), layer=self.layer)
        else:
            name, kept, value = self.read(key, given, fields)
            if kept:
                node.put(name, value, layer=self.layer)
            else:
                self.remove(node, name, fields)

    def read(self, key: str, given: Json, fields: Fields) -> Read:
        if not isinstance(given, dict | list):
            return fields.read(key, given)
        found: Read | None = self.known.get(id(given))
        if found is None:
            found = self.known[id(given)] = fields.read(key, given)
        return found

    def remove(self, node: Map, key: str, fields: Fields) -> None:
        if key in fields.always:
            node.put(key, fields.always[key], layer=self.layer)
        else:
            node.discard(key, layer=self.layer)

    def list(self, items: List, overlay: list[Any], merge_key: str, struct: str) -> None:
        """Merge element by element, then order: the overlay's in its order, the others around them (docs/istio/injection.md § 8.3)."""
        first: dict[Json, int] = {}
        for place, item in enumerate(items):
            first.setdefault(item.get(merge_key), place)
        wanted: dict[Json, int] = {}
        arrived: dict[Json, Any] = {}
        read, fields = decoder(struct, self.level, courtesy=False), fields_of(struct, self.level)
        for index, element in enumerate(overlay):
            value = _value_of(element, merge_key, index)
            wanted.setdefault(value, index)
            try:
                if value in first:
                    self.object(items.open(first[value]), element, fields, skip=merge_key)
                elif value in arrived:
                    arrived[value] = Map(arrived[value])
                    self.object(arrived[value], element, fields, skip=merge_key)
                else:
                    arrived[value] = self.known.get(id(element)) or self.known.setdefault(id(element), read(element))
            except Mismatch as mismatch:
                mismatch.path.append(index)
                raise
        for item in arrived.values():
            items.layers[id(item)] = (self.layer, item)
        items[:] = _ordered(items, arrived, wanted=wanted, first=first, merge_key=merge_key)


def _ordered(
    items: List, arrived: Mapping[Json, Any], *, wanted: Mapping[Json, int], first: Mapping[Json, int], merge_key: str
) -> list[Any]:
    """Elements named by the overlay in its order; one that is not stays before a named one that it stood before."""
    if len(first) == len(items) and first.keys().isdisjoint(wanted):
        return [*arrived.values(), *items]
    named: dict[Json, list[Any]] = {value: [arrived[value]] if value in arrived else [] for value in wanted}
    others: list[tuple[int, Any]] = []
    for item in items:
        value = item.get(merge_key)
        if value in named:
            named[value].append(item)
        else:
            others.append((first[value], item))
    others.sort(key=lambda other: other[0])
    return interleave([(first.get(value), elements) for value, elements in named.items()], others)


def _value_of(element: Json, merge_key: str, index: int) -> Json:
    if not isinstance(element, dict) or merge_key not in element:
        raise InjectionError(
            f"map: does not contain declared merge key: {merge_key}",
            path=[index],
            value=element,
            hint="give each element of a merged list its key, e.g. the name of a container",
        )
    value = element[merge_key]
    if isinstance(value, dict | list):
        raise Mismatch(f"the merge key {merge_key} must be a text or a number", value, "write one text or number here")
    return value
