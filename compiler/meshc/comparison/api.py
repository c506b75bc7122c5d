"""The public door: two documents, or two lists of them, compared by meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from meshc.comparison.apply import apply
from meshc.comparison.differences import Difference
from meshc.comparison.documents import Side, compare_all
from meshc.yamlio import Document, Json

__all__ = ["Comparison", "Difference", "apply", "diff"]


class Comparison(NamedTuple):
    """One pair of documents: `subject` (`namespace/kind.name`), what differs, and what a cluster adds by itself."""

    subject: str
    differences: tuple[Difference, ...]
    noise: tuple[Difference, ...]

    def __bool__(self) -> bool:
        """Whether anything differs that counts."""
        return bool(self.differences)


def diff(old: Json | Document | Sequence[Json], new: Json | Document | Sequence[Json]) -> list[Comparison]:
    """Compare by meaning; a pair a document, in the order of the old side, documents without partner included.

    Kubernetes objects are matched by kind, namespace and name, bootstraps with each other; items of lists by their
    merge keys, quantities and durations by value, JSON texts inside.  `[]` and a list of pairs without differences
    both mean "the same": `any(diff(a, b))` asks.
    """
    return [
        Comparison(c.subject, c.differences, tuple(n.difference for n in c.noise))
        for c in compare_all(_sides(old), _sides(new))
    ]


def _sides(given: Json | Document | Sequence[Json]) -> list[Side]:
    listed = given if isinstance(given, list | tuple) else [given]
    return [Side(item.value if isinstance(item, Document) else item) for item in listed]
