"""Which layer gave a setting its value, and what it shadowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from meshc.trees import ABSENT, get
from meshc.yamlio import Json

Layers = list[tuple[str, Json]]


class Origin(NamedTuple):
    """A layer that sets a value: its name as users know it, and the value it gives."""

    layer: str
    value: Json


@dataclass(frozen=True)
class Origins:
    """Tells of each value of the injector (`values`) and of the mesh document (`mesh`) where it comes from."""

    _values: Callable[[], Layers] = field(repr=False, compare=False, default=list)
    _mesh: Callable[[], Layers] = field(repr=False, compare=False, default=list)

    def values(self, path: str | Sequence[str]) -> tuple[Origin, ...]:
        """Every layer that sets the value at a path, lowest first: the last one won, the others are shadowed."""
        return _trail(self._values(), path)

    def mesh(self, path: str | Sequence[str]) -> tuple[Origin, ...]:
        """The same for a path of the MeshConfig."""
        return _trail(self._mesh(), path)


def _trail(found: Layers, path: str | Sequence[str]) -> tuple[Origin, ...]:
    values = ((name, get(tree, path, ABSENT)) for name, tree in found)
    return tuple(Origin(name, value) for name, value in values if value is not ABSENT)
