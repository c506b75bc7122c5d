"""When two different strings mean the same: quantities, durations, JSON inside strings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

from meshc import resources, yamlio
from meshc.comparison.differences import Item, Step
from meshc.errors import MeshcError
from meshc.gotext import durations
from meshc.kubernetes import quantity
from meshc.yamlio import Json


def same_scalar(old: Json, new: Json, path: Sequence[Step]) -> bool:
    """Whether two unequal values at `path` mean the same."""
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, int | float) and isinstance(new, int | float):
        return old == new
    names = [step for step in path[-2:] if isinstance(step, str)]
    known = rules()
    if any(name in known["quantities"] for name in names):
        return _same(_quantity(old), _quantity(new))
    if names and names[-1] in known["durations"]:
        return _same(_duration(old), _duration(new))
    return bool(old == new)


def embedded_json(old: Json, new: Json, path: Sequence[Step]) -> tuple[Json, Json] | None:
    """Both values parsed, when the field at `path` is known to hold JSON and both are JSON maps or lists."""
    if not (isinstance(old, str) and isinstance(new, str) and _holds_json(path)):
        return None
    parsed = _parse(old), _parse(new)
    return None if any(not isinstance(p, dict | list) for p in parsed) else parsed


def _holds_json(path: Sequence[Step]) -> bool:
    known = rules()["embedded"]
    match path:
        case [*_, "annotations" | "ANNOTATIONS", str(name)]:
            return name in known["annotations"]
        case [*_, Item(fields=("name",), values=(name,)), "value"]:
            return name in known["env"] or any(name.startswith(p) for p in known["env_prefixes"])
    return False


def _parse(text: str) -> Json:
    try:
        return yamlio.load_json(text)
    except MeshcError:
        return None


def _same(old: Decimal | None, new: Decimal | None) -> bool:
    return old is not None and old == new


def _quantity(value: Json) -> Decimal | None:
    try:
        return quantity.parse(str(value))
    except (ValueError, MeshcError):
        return None


def _duration(value: Json) -> Decimal | None:
    try:
        return Decimal(durations.parse(str(value)))
    except ValueError:
        return None


@cache
def rules() -> Mapping[str, Json]:
    """The tables of `schemas/comparison/keys.yaml`."""
    found: Mapping[str, Json] = yamlio.load(resources.text("schemas", "comparison", "keys.yaml"))
    return found
