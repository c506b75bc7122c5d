"""Measures in processor time, which a busy machine spoils least, and prints one table of a run."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import NamedTuple, TypeVar

T = TypeVar("T")
MESHC = (sys.executable, "-c", "from meshc.cli.app import main; main()")


class Row(NamedTuple):
    """One line: a time and how many times another one it is; `target` is what we steer by."""

    name: str
    seconds: float
    base: float | None = None
    target: float | None = None


def best(step: Callable[[], object], *, rounds: int = 20, repeats: int = 100) -> float:
    """Seconds of processor time a call takes in the best of some repeats."""
    return best_of(lambda _: step(), [None], rounds=rounds, repeats=repeats)


def best_of(step: Callable[[T], object], inputs: Sequence[T], *, rounds: int = 20, repeats: int = 100) -> float:
    """The same for a step that gets one input after the other, starting over when they are used up."""
    times = []
    turn = cycle(inputs)
    for _ in range(repeats):
        given = [next(turn) for _ in range(rounds)]
        start = time.process_time()
        for one in given:
            step(one)
        times.append(time.process_time() - start)
    return min(times) / rounds


def best_run(command: Sequence[str], *, repeats: int = 7, env: Mapping[str, str] | None = None) -> float:
    """Seconds of processor time a command takes, what it starts included, in the best of some runs.

    Raises CalledProcessError when it fails.  It runs once before: compiled modules are on disk then.
    """
    times = []
    for _ in range(repeats + 1):
        start = _children()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, env=env)
        times.append(_children() - start)
    return min(times[1:])


def compiled(folder: str) -> dict[str, str]:
    """An environment in which Python keeps compiled modules, as an installed wheel has them, below a folder."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return env | {"PYTHONPYCACHEPREFIX": f"{folder}/compiled"}


def report(title: str, rows: Sequence[Row]) -> int:
    """Print the table; 1 when a row is over its target."""
    print(f"\n{title}")
    for row in rows:
        print(_line(row))
    return 1 if any(_over(row) for row in rows) else 0


def _line(row: Row) -> str:
    cells = f"  {row.name:<58}{row.seconds * 1e3:>9.3f} ms"
    if row.base is not None:
        cells += f"{row.seconds / row.base:>8.2f} ×"
    if row.target is not None:
        cells += f"   target {row.target:g}{'  OVER' if _over(row) else ''}"
    return cells


def _over(row: Row) -> bool:
    return row.base is not None and row.target is not None and row.seconds / row.base > row.target


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
