"""Reads chart values by dotted path as Helm's templates do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from meshc.errors import SettingsError
from meshc.yamlio import Json

Reader = Callable[[str], Any]

_NO_MAP = "a value below it is needed here, and this is no map"


def chart_reader(values: Json, *root: str) -> Reader:
    """Read chart values: an absent value is None; a parent that is absent or null raises SettingsError, as in Helm."""

    def read(path: str) -> Json:
        node = values
        walked: list[str] = []
        for part in (*root, *_parts(path)):
            if not isinstance(node, Mapping):
                raise SettingsError(
                    _NO_MAP, path=walked, value=node, hint="write a map, or leave it out for the default"
                )
            walked.append(part)
            node = node.get(part)
        return node

    return read


def _parts(path: str) -> list[str]:
    return path.split(".")
