"""A pod under edit: copy on write, with a record of which layer set or removed what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from meshc.yamlio import Json


class Layer(str):
    """The name of a step of injection that edits pods, as reports show it; `function` decides what the step writes."""

    function: str

    def __new__(cls, name: str, function: str) -> Layer:
        """Name a layer; `function` is a dotted name below `meshc`, empty where a user's template decides."""
        layer = super().__new__(cls, name)
        layer.function = function
        return layer


class Edit(NamedTuple):
    """One edit of one field: the layer that made it and the value it left (None when it removed the field)."""

    layer: str
    value: Json

    @property
    def function(self) -> str:
        """The function that decided, as a dotted name; empty where it is not one of meshc's."""
        return getattr(self.layer, "function", "")


class Map(dict[str, Any]):
    """An object under edit.  Reads like a dict; writes go through `put`, `discard`, `open` and `open_list`.

    `base` is the object as it was (None for a new one), `edits` the record of each key touched, oldest first.
    Values that nobody opened are the very objects of `base`, so nothing is copied that is not changed.
    """

    __slots__ = ("base", "edits")

    def __init__(self, base: dict[str, Any] | None = None) -> None:
        super().__init__(base or ())
        self.base = base
        self.edits: dict[str, tuple[Edit, ...]] = {}

    def put(self, key: str, value: Json, *, layer: str) -> None:
        """Set a key to a value that replaces what was there."""
        self[key] = value
        before = self.edits.get(key)
        self.edits[key] = (*before, Edit(layer, value)) if before else (Edit(layer, value),)

    def discard(self, key: str, *, layer: str) -> None:
        """Remove a key if it is there."""
        if key in self:
            del self[key]
            self.edits[key] = (*self.edits.get(key, ()), Edit(layer, None))

    def open(self, *keys: str) -> Map:
        """The object below, opened for editing; what is missing on the way is made."""
        node = self
        for key in keys:
            child = node.get(key)
            if not isinstance(child, Map):
                child = Map(child if isinstance(child, dict) else None)
                node[key] = child
                node.edits.setdefault(key, ())
            node = child
        return node

    def open_list(self, key: str) -> List:
        """The list below, opened for editing; made when it is missing."""
        child = self.get(key)
        if not isinstance(child, List):
            child = List(child if isinstance(child, list) else None)
            self[key] = child
            self.edits.setdefault(key, ())
        return child


class List(list[Any]):
    """A list of objects under edit; an element that is moved or left alone keeps its identity.

    `base` is the list as it was; `layers` names the layer that brought an element, by the element's identity.
    """

    __slots__ = ("base", "layers")

    def __init__(self, base: list[Any] | None = None) -> None:
        super().__init__(base or ())
        self.base = base
        self.layers: dict[int, tuple[str, Any]] = {}

    def open(self, index: int) -> Map:
        """The element, opened for editing in its place."""
        item = self[index]
        if isinstance(item, Map):
            return item
        opened = Map(item)
        if id(item) in self.layers:
            # the element held beside its layer keeps the identity from being used again
            self.layers[id(opened)] = (self.layers[id(item)][0], opened)
        self[index] = opened
        return opened

    def place(self, item: Json, index: int | None = None, *, layer: str) -> None:
        """Put a new element at an index, at the end by default."""
        self.insert(len(self) if index is None else index, item)
        self.layers[id(item)] = (layer, item)

    def layer_of(self, item: Json) -> str | None:
        """The layer that brought an element, None for one that was there before."""
        known = self.layers.get(id(item))
        return known[0] if known else None


def plain(value: Json) -> Json:
    """A copy of the value as plain dicts and lists, sharing nothing with it."""
    if isinstance(value, dict):
        return {key: plain(item) if isinstance(item, dict | list) else item for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) if isinstance(item, dict | list) else item for item in value]
    return value


def origins(root: Map) -> dict[tuple[str | int, ...], tuple[Edit, ...]]:
    """Each path the mesh set or removed → the edits made there, oldest first (indices are those of the result)."""
    return dict(_origins(root, ()))


def _origins(node: Map, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], tuple[Edit, ...]]]:
    for key, edits in node.edits.items():
        if edits:
            yield (*path, key), tuple(Edit(e.layer, plain(e.value)) for e in edits)
        child = node.get(key)
        if isinstance(child, Map):
            yield from _origins(child, (*path, key))
        elif isinstance(child, List):
            yield from _list_origins(child, (*path, key))


def _list_origins(items: List, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], tuple[Edit, ...]]]:
    for index, item in enumerate(items):
        layer = items.layer_of(item)
        if layer is not None:
            yield (*path, index), (Edit(layer, plain(item)),)
        if isinstance(item, Map):
            yield from _origins(item, (*path, index))
