"""`meshc releases`: lists the releases meshc compiles for, and what one of them changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import orjson
import typer

from meshc import catalog
from meshc.catalog import Release
from meshc.cli import output
from meshc.cli.options import Debug, Output
from meshc.cli.verbs import Verb
from meshc.errors import require_known
from meshc.yamlio import Json

_FORMATS = ("text", "json")


@dataclass(frozen=True, kw_only=True)
class ReleasesOptions:
    """What `meshc releases` is asked for."""

    release: Annotated[
        str | None, typer.Argument(metavar="[RELEASE]", help="Print what this release changed.", show_default=False)
    ] = None
    output: Output = None
    format: Annotated[str, typer.Option("--format", metavar="NAME", help="text or json.")] = "text"
    debug: Debug = False


def releases(options: ReleasesOptions) -> int:
    """List the releases, or print what one of them changed; returns 0."""
    require_known("format", options.format, _FORMATS, path="--format")
    if options.release:
        return show(options.release, format=options.format, to=options.output)
    return list_releases(format=options.format, to=options.output)


def list_releases(*, format: str = "text", to: str | None = None) -> int:
    """Print every minor release with its newest known patch and the Kubernetes versions it supports."""
    rows = [_row(release) for release in catalog.releases()]
    if format == "json":
        return _json({"releases": rows}, to)
    lines = ["release  newest   kubernetes"]
    lines += [f"{row['minor'].ljust(8)} {row['newest'].ljust(8)} {', '.join(row['kubernetes'])}" for row in rows]
    output.write("\n".join(lines) + "\n", output.destination(to))
    return 0


def show(name: str, *, format: str = "text", to: str | None = None) -> int:
    """Print what a release changed: every switch that differs from the minor before, and those its patches brought."""
    release = catalog.release(name)
    before = _before(release)
    found = list(_entries(before, release)) if before else []
    patches = list(_entries(_first(release), release))
    if format == "json":
        return _json({"release": str(release), "since": str(before or ""), "changes": found, "patches": patches}, to)
    lines = [f"Istio {release}" + (f", changed since {before}:" if before else ": the oldest release meshc knows")]
    lines += [_line(entry) for entry in found]
    if patches:
        lines += [f"changed by patches since {release.minor}.0:", *(_line(entry) for entry in patches)]
    output.write("\n".join(lines) + "\n", output.destination(to))
    return 0


def _row(release: Release) -> Json:
    versions = release.fact("profiles.kubernetes")
    return {"minor": release.minor, "newest": str(release), "kubernetes": versions["supported"]}


def _before(release: Release) -> Release | None:
    """The newest patch of the minor before, None for the oldest that meshc knows."""
    known = catalog.releases()
    place = [each.minor for each in known].index(release.minor)
    return known[place - 1] if place else None


def _first(release: Release) -> Release:
    return catalog.release(f"{release.minor}.0")


def _entries(old: Release, new: Release) -> Iterator[Json]:
    for name, entry, holds in catalog.changes(old, new):
        yield {"switch": name, "holds": holds, "doc": " ".join(str(entry["doc"]).split())}


def _line(entry: Json) -> str:
    return f"  {'+' if entry['holds'] else '-'} {entry['switch']}: {entry['doc']}"


def _json(value: Json, to: str | None) -> int:
    output.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE), output.destination(to))
    return 0


VERB = Verb(
    ReleasesOptions,
    releases,
    "List the Istio releases meshc compiles for, or print what one of them changed.",
    settings=False,
)
