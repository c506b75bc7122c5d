"""What taking injection out again cannot know: collected on the way, each with the value that was taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from meshc.errors import PathPart
from meshc.yamlio import Json


class Doubt(NamedTuple):
    """One field of the pod whose value before injection is not recorded: its path inside the pod, why, the value taken.

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
        """Note a field that would have to be guessed."""
        self.open.append(Doubt(tuple(path), reason, taken))

    def assume(self, path: Sequence[PathPart], reason: str, taken: Json = None) -> None:
        """Note a field that was put back by convention."""
        self.assumed.append(Doubt(tuple(path), reason, taken))
