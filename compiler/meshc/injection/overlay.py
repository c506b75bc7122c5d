"""Strategic merge of an overlay onto a pod under edit, each change recorded with its layer (docs/istio/injection.md § 8)."""

from __future__ import annotations

from typing import Any

from meshc.catalog import Release
from meshc.errors import InjectionError, PathPart, format_path
from meshc.injection.edits import List, Map, plain
from meshc.kubernetes import strategic, typed
from meshc.kubernetes.decoding import decoder
from meshc.kubernetes.fields import Fields, Read, fields_of
from meshc.kubernetes.values import Mismatch
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
    `directives` tells that the overlay holds `$patch` and its like.  Raises InjectionError for what the merge
    refuses and for values that do not fit the Pod schema; the pod is then half merged and of no more use.
    """
    level: int = release.fact("kubernetes.minor")
    try:
        if directives:
            _lay_directives(pod, overlay, layer=layer, release=release)
        else:
            _Recording(layer, level, {} if known is None else known).object(pod, overlay, fields_of("Pod", level))
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


class _Recording(strategic.Merge[Map, List]):
    """Merges typed data into a pod under edit and records the layer; reads only what the overlay names."""

    def __init__(self, layer: str, level: int, known: dict[int, Any]) -> None:
        self.layer = layer
        self.level = level
        self.known = known

    def open(self, node: Map, key: str) -> Map:
        return node.open(key)

    def open_list(self, node: Map, key: str) -> List:
        return node.open_list(key)

    def open_item(self, items: List, index: int) -> Map:
        return items.open(index)

    def opened(self, value: Json) -> Map:
        return Map(value)

    def arrival(self, element: Json, struct: str) -> Json:
        found = self.known.get(id(element))
        if not found:
            found = self.known[id(element)] = decoder(struct, self.level, courtesy=False)(element)
        return found

    def arrive(self, items: List, elements: list[Json]) -> None:
        for element in elements:
            items.layers[id(element)] = (self.layer, element)

    def replace(self, node: Map, key: str, given: Json, fields: Fields) -> None:
        name, kept, value = self.read(key, given, fields)
        if kept:
            node.put(name, value, layer=self.layer)
        else:
            self.remove(node, name, fields)

    def unite(self, node: Map, key: str, given: list[Json], fields: Fields) -> None:
        node.put(key, strategic.united(node[key], self.read(key, given, fields).value), layer=self.layer)

    def remove(self, node: Map, key: str, fields: Fields) -> None:
        if key in fields.always:
            node.put(key, fields.always[key], layer=self.layer)
        else:
            node.discard(key, layer=self.layer)

    def emptied(self, node: Map, key: str, fields: Fields) -> None:
        if not fields.read(key, {}).kept:
            node.discard(key, layer=self.layer)

    def read(self, key: str, given: Json, fields: Fields) -> Read:
        if not isinstance(given, dict | list):
            return fields.read(key, given)
        found: Read | None = self.known.get(id(given))
        if found is None:
            found = self.known[id(given)] = fields.read(key, given)
        return found
