"""Tables of small decisions: every module here has `DECISIONS`, table name → function(input, row)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any

Decision = Callable[[Any, Any], object]


class Given(dict[str, Any]):
    """A row's input; what it lacks counts as null."""

    def __missing__(self, key: str) -> None:
        """Null."""


@cache
def all_decisions() -> dict[str, Decision]:
    """All decision tables of this package."""
    found: dict[str, Decision] = {}
    for module in pkgutil.iter_modules(__path__):
        found.update(importlib.import_module(f"{__name__}.{module.name}").DECISIONS)
    return found


def check(row: Any) -> None:
    """Hold the decision a row names, applied to its input, to `want` (only the fields `compare` lists, if it does)."""
    decide = all_decisions().get(row["table"])
    assert decide is not None, f"no decision for table {row['table']!r}"
    got, want = decide(Given(row["input"]), row), row["want"]
    if isinstance(row.get("compare"), list) and isinstance(got, dict):
        got, want = ({k: v[k] for k in row["compare"] if k in v} for v in (got, want))
    assert same(got, want), f"got {got!r}, want {want!r}"


def same(got: object, want: object) -> bool:
    """Equality as JSON values: a boolean is never a number, list order counts."""
    match want:
        case dict():
            return isinstance(got, dict) and got.keys() == want.keys() and all(same(got[k], want[k]) for k in want)
        case list():
            return isinstance(got, list) and len(got) == len(want) and all(map(same, got, want))
        case bool() | None:
            return got is want
        case _:
            return got == want and not isinstance(got, bool)
