"""Finds meshc's own data (`templates/`, `schemas/`) in a wheel and in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def root(kind: str) -> Path:
    """The directory `templates` or `schemas`: inside the installed package, or at the top of the checkout."""
    package = Path(__file__).resolve().parent
    for base in (package, package.parent.parent):
        if (base / kind).is_dir():
            return base / kind
    raise FileNotFoundError(f"meshc was installed without its {kind}/ directory")


def path(kind: str, *parts: str) -> Path:
    """Path of one data file, e.g. `path("schemas", "releases", "releases.yaml")`."""
    return root(kind).joinpath(*parts)


def text(kind: str, *parts: str) -> str:
    """Content of one data file as text."""
    return path(kind, *parts).read_text(encoding="utf-8")


def names(kind: str, *parts: str, suffix: str) -> tuple[str, ...]:
    """Sorted names of the data files in one directory that end in `suffix`."""
    return tuple(sorted(p.name for p in path(kind, *parts).iterdir() if p.name.endswith(suffix)))
