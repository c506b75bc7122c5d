"""Kubernetes' strategic merge of a patch onto an object (docs/istio/injection.md § 8.3).

`Merge` is the algorithm; what it does to the object (copy it, record who changed it) is left to its subclasses.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from meshc.errors import InjectionError
from meshc.kubernetes.fields import Fields, fields_of
from meshc.kubernetes.schema import NEWEST, Field
from meshc.kubernetes.values import Mismatch
from meshc.trees import ABSENT, Array, Object, interleave
from meshc.yamlio import Json

_DIRECTIVE = "$patch"
_RETAIN = "$retainKeys"
_DELETE_FROM = "$deleteFromPrimitiveList/"
_SET_ORDER = "$setElementOrder/"

Node = TypeVar("Node", bound=Object)
Items = TypeVar("Items", bound=Array)


def merge(original: Json, patch: Json, *, schema: str = "Pod") -> Json:
    """Merge `patch` onto `original` as Kubernetes does, guided by the struct `schema` (`Pod`, `Container`, …).

    Returns a new object that may share parts with both arguments; neither is changed.  Lists with a merge key merge
    element by element, other lists are replaced, null removes.  Raises InjectionError for an element without its merge
    key and for a wrong directive.
    """
    for value in (original, patch):
        if value is not None and not isinstance(value, dict):
            raise InjectionError("only maps can be merged", value=value, hint="write a map of fields")
    result = dict(original or {})
    try:
        _Copying().object(result, patch or {}, fields_of(schema, NEWEST))
    except Mismatch as mismatch:
        raise InjectionError(
            mismatch.message, path=mismatch.path[::-1], value=mismatch.value, hint=mismatch.hint
        ) from None
    return result


def merge_list(original: Array, patch: Array, field: Field) -> Array:
    """Merge one list that has a merge key; a new list that may share elements with both."""
    result = list(original)
    _Copying().elements(result, patch, field.merge_key or "", field.of)
    return result


def united(old: Array, new: Array) -> Array:
    """Both lists of strings without duplicates, ordered as merged lists are: the patch's first."""
    return _ordered(list(dict.fromkeys([*old, *new])), _places(new), _places(old), _itself)


class Merge(ABC, Generic[Node, Items]):
    """The merge of a patch without directives into an object that is open for editing.

    `level` is the Kubernetes minor whose structs guide it.  Errors are Mismatch, its path growing on the way out, and
    InjectionError for an element without its merge key.
    """

    level: int = NEWEST

    def object(self, node: Node, patch: Mapping[str, Json], fields: Fields, *, skip: str = "") -> None:
        """Merge a map; the key `skip` is known to be equal on both sides."""
        for key, given in patch.items():
            if key == skip:
                continue
            try:
                self.field(node, key, given, fields)
            except Mismatch as mismatch:
                mismatch.path.append(key)
                raise

    def field(self, node: Node, key: str, given: Json, fields: Fields) -> None:
        """Merge one field: maps and keyed lists inside, sets of strings united, everything else replaced."""
        before = node.get(key, ABSENT)
        if given is None:
            self.remove(node, key, fields)
        elif isinstance(given, dict) and isinstance(before, dict):
            if given:
                opened = self.open(node, key)
                self.object(opened, given, fields.inside(key))
                if not opened:
                    self.emptied(node, key, fields)
        elif not (isinstance(given, list) and isinstance(before, list)):
            self.replace(node, key, given, fields)
        elif merge_key := fields.merge_key(key):
            self.elements(self.open_list(node, key), given, merge_key, fields.element(key))
        elif fields.union(key) and not any(isinstance(element, dict | list) for element in given):
            self.unite(node, key, given, fields)
        else:
            self.replace(node, key, given, fields)

    def elements(self, items: Items, patch: Array, merge_key: str, struct: str) -> None:
        """Merge element by element, then order: the patch's in its order, the others around them."""
        first: dict[Json, int] = {}
        for place, item in enumerate(items):
            first.setdefault(item.get(merge_key), place)
        wanted: dict[Json, int] = {}
        arrived: dict[Json, Json] = {}
        fields = fields_of(struct, self.level)
        for index, element in enumerate(patch):
            value = _key_of(element, merge_key, index)
            wanted.setdefault(value, index)
            try:
                if value in first:
                    self.object(self.open_item(items, first[value]), element, fields, skip=merge_key)
                elif value in arrived:
                    arrived[value] = opened = self.opened(arrived[value])
                    self.object(opened, element, fields, skip=merge_key)
                else:
                    arrived[value] = self.arrival(element, struct)
            except Mismatch as mismatch:
                mismatch.path.append(index)
                raise
        # Only now: the layer of an element is kept by its identity, which merging into it may have changed.
        self.arrive(items, [*arrived.values()])
        if len(first) == len(items) and first.keys().isdisjoint(wanted):
            items[:] = [*arrived.values(), *items]  # the common case: everything in the patch is new
        else:
            items[:] = _ordered([*items, *arrived.values()], wanted, first, lambda item: item.get(merge_key))

    @abstractmethod
    def open(self, node: Node, key: str) -> Node:
        """The map in a field, open for editing."""

    @abstractmethod
    def open_list(self, node: Node, key: str) -> Items:
        """The list in a field, open for editing."""

    @abstractmethod
    def open_item(self, items: Items, index: int) -> Node:
        """The map at an index, open for editing."""

    @abstractmethod
    def opened(self, value: Json) -> Node:
        """A map of the patch that has to take in another one, open for editing."""

    @abstractmethod
    def arrival(self, element: Json, struct: str) -> Json:
        """A new element as it goes into a list."""

    @abstractmethod
    def arrive(self, items: Items, elements: Array) -> None:
        """Take note of elements that are new in a list, before they are put into it."""

    @abstractmethod
    def replace(self, node: Node, key: str, given: Json, fields: Fields) -> None:
        """Set a field to a value of the patch."""

    @abstractmethod
    def unite(self, node: Node, key: str, given: Array, fields: Fields) -> None:
        """Add the strings of the patch to a set."""

    @abstractmethod
    def remove(self, node: Node, key: str, fields: Fields) -> None:
        """Remove a field."""

    @abstractmethod
    def emptied(self, node: Node, key: str, fields: Fields) -> None:
        """Take note that a map has become empty."""


class _Copying(Merge[Object, Array]):
    """Merges plain data, copying what it changes; obeys directives."""

    def object(self, node: Object, patch: Mapping[str, Json], fields: Fields, *, skip: str = "") -> None:
        if _DIRECTIVE in patch:
            kept = _directed(patch)
            node.clear()
            node.update(kept)
            return
        if any(key[:1] == "$" for key in patch):
            patch = self.special_keys(node, patch, fields)
        super().object(node, patch, fields, skip=skip)

    def elements(self, items: Array, patch: Array, merge_key: str, struct: str) -> None:
        directives = [e for e in patch if isinstance(e, dict) and _DIRECTIVE in e]
        if directives:
            patch = [e for e in patch if not (isinstance(e, dict) and _DIRECTIVE in e)]
            gone, replaced = _special_elements(directives, merge_key)
            items[:] = patch if replaced else [e for e in items if e.get(merge_key) not in gone]
            if replaced:
                return
        for index, item in enumerate(items):
            _key_of(item, merge_key, index)
        super().elements(items, patch, merge_key, struct)

    def open(self, node: Object, key: str) -> Object:
        node[key] = found = dict(node[key])
        return found

    def open_list(self, node: Object, key: str) -> Array:
        node[key] = found = [*node[key]]
        return found

    def open_item(self, items: Array, index: int) -> Object:
        items[index] = found = dict(items[index])
        return found

    def opened(self, value: Json) -> Object:
        return dict(value)

    def arrival(self, element: Json, struct: str) -> Json:  # noqa: ARG002 - untyped data has no structs
        return element

    def arrive(self, items: Array, elements: Array) -> None:
        """Nothing to do: nobody asks where elements come from."""

    def replace(self, node: Object, key: str, given: Json, fields: Fields) -> None:  # noqa: ARG002
        # Kubernetes leaves nulls in a list that replaces another one, and only there.
        kept = isinstance(given, list) and isinstance(node.get(key), list)
        node[key] = given if kept else _taken(given)

    def unite(self, node: Object, key: str, given: Array, fields: Fields) -> None:  # noqa: ARG002
        node[key] = united(node[key], given)

    def remove(self, node: Object, key: str, fields: Fields) -> None:  # noqa: ARG002
        node.pop(key, None)

    def emptied(self, node: Object, key: str, fields: Fields) -> None:
        """Nothing to do: an empty map stays."""

    def special_keys(self, node: Object, patch: Mapping[str, Json], fields: Fields) -> Object:
        """Obey `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…`; returns the patch without them."""
        rest = {k: v for k, v in patch.items() if k[:1] != "$"}
        if (kept := patch.get(_RETAIN)) is not None:
            if not isinstance(kept, list) or any(k not in kept for k in rest):
                raise _error("$retainKeys must list every key of its map", kept)
            # A list, because the map shrinks on the way.
            for key in [k for k in node if k not in kept]:
                del node[key]
        for directive, value in patch.items():
            if directive.startswith(_SET_ORDER):
                name = directive.removeprefix(_SET_ORDER)
                if not isinstance(value, list):
                    raise _error(f"{directive} must be a list", value)
                self.set_order(node, name, value, rest.pop(name, None), fields)
            elif directive.startswith(_DELETE_FROM):
                name = directive.removeprefix(_DELETE_FROM)
                if not isinstance(value, list):
                    raise _error(f"{directive} must be a list", value)
                if isinstance(node.get(name), list):
                    node[name] = [e for e in node[name] if e not in value]
        return rest

    def set_order(self, node: Object, name: str, order: Array, new: Json, fields: Fields) -> None:
        """Merge a list with the patch's `new`, then order it as the patch says."""
        old = node.get(name)
        if not isinstance(old, list) and not isinstance(new, list):
            return
        if isinstance(new, list):
            self.field(node, name, new, fields)
        merged, key = node[name], fields.merge_key(name)
        if key is not None:
            before = {**_first_places(merged, key), **_first_places(old or [], key)}
            node[name] = _ordered(merged, _first_places(order, key), before, lambda item: item.get(key))
        elif not any(isinstance(e, dict | list) for e in [*merged, *order]):
            node[name] = _ordered(merged, _places(order), {**_places(merged), **_places(old or [])}, _itself)


def _ordered(
    merged: Array, wanted: Mapping[Json, int], before: Mapping[Json, int], name_of: Callable[[Json], Json]
) -> Array:
    """Put a merged list in order: items of the patch (`wanted`: name → place) as there, the others around them.

    `before` gives each name's place in the original list.
    """
    named: dict[Json, Array] = {name: [] for name in sorted(wanted, key=wanted.__getitem__)}
    others: list[tuple[int, Json]] = []
    for element in merged:
        name = name_of(element)
        if name in named:
            named[name].append(element)
        else:
            others.append((before[name], element))
    others.sort(key=lambda other: other[0])
    return interleave([(before.get(name), items) for name, items in named.items() if items], others)


def _itself(element: Json) -> Json:
    return element


def _special_elements(directives: Array, key: str) -> tuple[Array, bool]:
    """What `$patch` inside list elements wants: the keys of elements to delete, whether the list is replaced whole."""
    gone = []
    replaced = False
    for element in directives:
        match element[_DIRECTIVE]:
            case "delete" if key in element:
                gone.append(element[key])
            case "replace":
                replaced = True
            case "delete":
                raise _error(f"map does not contain its merge key {key}", element)
            case other:
                raise _error("unknown $patch directive in a list", other)
    return gone, replaced


def _directed(patch: Mapping[str, Json]) -> Object:
    match patch[_DIRECTIVE]:
        case "replace":
            return {k: v for k, v in patch.items() if k != _DIRECTIVE}
        case "delete":
            return {}
        case other:
            raise _error("unknown $patch directive", other)


def _taken(value: Json) -> Json:
    """A value of the patch that meets none of the original: without nulls in maps and without directives."""
    if isinstance(value, dict):
        return {k: _taken(v) for k, v in value.items() if v is not None and k[:1] != "$"}
    if isinstance(value, list):
        return [_taken(e) for e in value if not (isinstance(e, dict) and _DIRECTIVE in e)]
    return value


def _first_places(elements: Array, key: str) -> dict[Json, int]:
    return _places([_key_of(element, key, index) for index, element in enumerate(elements)])


def _places(values: Array) -> dict[Json, int]:
    places: dict[Json, int] = {}
    for place, value in enumerate(values):
        places.setdefault(value, place)
    return places


def _key_of(element: Json, merge_key: str, index: int) -> Json:
    if not isinstance(element, dict) or merge_key not in element:
        raise InjectionError(
            f"map: does not contain declared merge key: {merge_key}",
            path=[index],
            value=element,
            hint=_GIVE_KEYS,
        )
    value = element[merge_key]
    if isinstance(value, dict | list):
        raise Mismatch(f"the merge key {merge_key} must be a string or a number", value, "write one string or number")
    return value


def _error(message: str, value: Json) -> InjectionError:
    return InjectionError(message, value=value, hint=_GIVE_KEYS)


_GIVE_KEYS = "give each element of a merged list its key, e.g. the name of a container"
