"""Runs work on several processes; the result does not depend on their number."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from meshc.errors import MeshcError, raise_all
from meshc.rendering.units import Unit
from meshc.settings import Settings
from meshc.yamlio import Json

T = TypeVar("T")


@dataclass(frozen=True)
class Compiling:
    """Values that all units of a run share."""

    settings: Settings
    facts: Mapping[str, Json]
    places: Mapping[str, str]


def compile_all(units: Sequence[Unit], shared: Compiling, make: Callable[..., T], *, jobs: int = 1) -> list[T]:
    """Compile every unit with `make`, in order; raises MeshcError, an ErrorGroup where several units fail."""
    outcomes = each(partial(_outcome, units, shared, make), len(units), jobs=jobs, prepare=True)
    raise_all([outcome for outcome in outcomes if isinstance(outcome, MeshcError)])
    return [outcome for outcome in outcomes if not isinstance(outcome, MeshcError)]


def _outcome(units: Sequence[Unit], shared: Compiling, make: Callable[..., T], number: int) -> T | MeshcError:
    try:
        return make(units[number], shared.settings, facts=shared.facts, places=shared.places)
    except MeshcError as error:
        return error


def each(
    work: Callable[[int], T], number: int, *, jobs: int = 1, noun: str = "workloads", prepare: bool = False
) -> list[T]:
    """`work(0)`, `work(1)`, … on several processes where they can be forked; results in order.

    With `prepare` the first call is made before the workers are forked, so that they inherit what it prepares.
    """
    if jobs > 1 and number > 1 and "fork" in multiprocessing.get_all_start_methods():
        return list(with_progress(_forked(work, number, jobs, prepare=prepare), number, noun))
    return list(with_progress(map(work, range(number)), number, noun))


def _forked(work: Callable[[int], T], number: int, jobs: int, *, prepare: bool) -> Iterable[T]:
    global _work
    _work = work
    # Compiled templates and prepared settings of the parent are memory that forked workers share.
    if prepare:
        yield work(0)
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        yield from pool.map(_do, range(prepare, number), chunksize=max(1, number // (jobs * 4)))


_work: Callable[[int], Any] | None = None


def _do(number: int) -> Any:
    assert _work is not None
    return _work(number)


def with_progress(outcomes: Iterable[T], total: int, noun: str = "workloads") -> Iterable[T]:
    """Pass outcomes through, and show a count on a terminal's stderr once a run takes longer than a second."""
    if not sys.stderr.isatty():
        yield from outcomes
        return
    started = shown = time.monotonic()
    for number, outcome in enumerate(outcomes, 1):
        now = time.monotonic()
        if now - started > 1 and now - shown > 0.2:
            shown = now
            print(f"\r{number}/{total} {noun}", end="", file=sys.stderr, flush=True)
        yield outcome
    if shown != started:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
