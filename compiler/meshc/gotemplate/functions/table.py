"""The tables of functions that programs have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from meshc.gotemplate.calls import Function
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.functions.builtins import builtins
from meshc.gotemplate.functions.dates import Dates
from meshc.gotemplate.functions.defaults import defaults
from meshc.gotemplate.functions.dicts import dicts
from meshc.gotemplate.functions.encoding import encoding
from meshc.gotemplate.functions.environment import environment
from meshc.gotemplate.functions.json_functions import json_functions
from meshc.gotemplate.functions.lists import lists
from meshc.gotemplate.functions.numbers import numbers
from meshc.gotemplate.functions.passwords import passwords
from meshc.gotemplate.functions.paths import paths
from meshc.gotemplate.functions.refused import refused
from meshc.gotemplate.functions.regex import regex
from meshc.gotemplate.functions.strings import strings
from meshc.gotemplate.functions.versions import versions

_FAMILIES = (strings, encoding, numbers, lists, defaults, dicts, json_functions, paths, versions, regex)


@dataclass(frozen=True)
class Facts:
    """What functions may know of the world: environment variables, and the time in seconds since 1970."""

    variables: tuple[tuple[str, str], ...] = ()
    clock: int | None = None


@cache
def go_functions(dialect: Dialect) -> Mapping[str, Function]:
    """Go's builtins alone."""
    return by_name(builtins(dialect))


@cache
def sprig_functions(dialect: Dialect, facts: Facts) -> Mapping[str, Function]:
    """Go's builtins and Sprig's functions over them."""
    own = [one for family in _FAMILIES for one in family(dialect)]
    given = [*Dates(facts.clock).table(), *environment(dict(facts.variables)), *passwords(), *refused()]
    return {**go_functions(dialect), **by_name([*own, *given])}


def by_name(functions: Iterable[Function]) -> dict[str, Function]:
    return {one.name: one for one in functions}
