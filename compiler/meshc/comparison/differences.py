"""What a comparison finds: a path, a kind, the two values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from meshc.errors import format_path
from meshc.yamlio import Json

Kind = Literal["added", "removed", "changed", "moved", "order"]


class Item(NamedTuple):
    """One step into a list whose items are matched by key: `[name=istio-proxy]`; `nth` counts doubles from 0."""

    fields: tuple[str, ...]
    values: tuple[str, ...]
    nth: int = 0

    def __str__(self) -> str:
        named = ",".join(f"{f}={v}" for f, v in zip(self.fields, self.values, strict=True))
        return f"[{named}]" if not self.nth else f"[{named}#{self.nth + 1}]"


Step = str | int | Item


@dataclass(frozen=True)
class Difference:
    """One place where two documents differ.

    `old` is None for `added`, `new` None for `removed`; for `order` both are the lists of item names in their order,
    for `moved` the names of the lists an item went from and to.  `at` is the new index of an added or moved item.
    """

    path: tuple[Step, ...]
    kind: Kind
    old: Json = None
    new: Json = None
    at: int | None = None

    @property
    def where(self) -> str:
        """The path as people read it: `spec.containers[name=istio-proxy].image`."""
        return show_path(self.path)


def show_path(path: Sequence[Step]) -> str:
    """Write a path with its keyed list items."""
    text = ""
    plain: list[str | int] = []
    for step in path:
        if isinstance(step, Item):
            text = _join(text, format_path(plain)) + str(step)
            plain = []
        else:
            plain.append(step)
    return _join(text, format_path(plain))


def _join(head: str, tail: str) -> str:
    return f"{head}.{tail}" if head and tail and not tail.startswith("[") else head + tail
