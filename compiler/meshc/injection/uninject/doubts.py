"""What the records of an injected pod leave open: doubts, and questions that the mesh's settings can answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from meshc.errors import PathPart
from meshc.yamlio import Json

LAYER = "injection removed"


class Question(NamedTuple):
    """A removed field that either the mesh's settings or the user may have set: its path, its value, why it is open."""

    path: tuple[str, ...]
    value: Json
    reason: str


class Doubt(NamedTuple):
    """A field of the pod whose value before injection is not recorded: its path inside the pod, why, the value taken.

    `taken` is None where the field was left out.
    """

    path: tuple[PathPart, ...]
    reason: str
    taken: Json = None


class Doubts:
    """Collects doubts: `open` ones would be a guess, `assumed` ones follow the records' usual meaning."""

    def __init__(self) -> None:
        self.open: list[Doubt] = []
        self.assumed: list[Doubt] = []

    def doubt(self, path: Sequence[PathPart], reason: str, taken: Json = None) -> None:
        """Add a field that would have to be guessed."""
        self.open.append(Doubt(tuple(path), reason, taken))

    def assume(self, path: Sequence[PathPart], reason: str, taken: Json = None) -> None:
        """Add a field that was restored by convention."""
        self.assumed.append(Doubt(tuple(path), reason, taken))
