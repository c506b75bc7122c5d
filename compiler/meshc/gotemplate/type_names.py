"""Reads Go type names: `map[string]*v1.Probe` (docs/istio/go-templates.md § 2)."""

from __future__ import annotations

from collections.abc import Callable

from meshc.gotemplate import types
from meshc.gotemplate.types import Type

Lookup = Callable[[str], Type | None]
"""Finds a named type that is not one of Go's own."""


def parse(name: str, lookup: Lookup) -> Type:
    """The type of a name; raises ValueError for an unknown one."""
    found = types.BASICS.get(name) or lookup(name)
    if found is not None:
        return found
    if name.startswith("*"):
        return types.pointer_to(parse(name[1:], lookup))
    if name.startswith("[]"):
        return types.slice_of(parse(name[2:], lookup))
    if name.startswith("["):
        length, _, elem = name[1:].partition("]")
        return types.array_of(int(length), parse(elem, lookup))
    if name.startswith("map["):
        end = _closing(name, 3)
        return types.map_of(parse(name[4:end], lookup), parse(name[end + 1 :], lookup))
    if name.startswith("chan "):
        return types.chan_of(parse(name[5:], lookup))
    if name.startswith("func("):
        params, _, result = name[5:].partition(")")
        return types.func_of(_listed(params, ",", lookup), _listed(result.strip(" ()"), ",", lookup))
    raise ValueError(f"unknown type {name}")


def _listed(text: str, separator: str, lookup: Lookup) -> tuple[Type, ...]:
    return tuple([parse(one.strip(), lookup) for one in text.split(separator) if one.strip()])


def _closing(name: str, start: int) -> int:
    """Where the bracket at `start` closes."""
    depth = 0
    for place in range(start, len(name)):
        depth += {"[": 1, "]": -1}.get(name[place], 0)
        if not depth:
            return place
    raise ValueError(f"unknown type {name}")
