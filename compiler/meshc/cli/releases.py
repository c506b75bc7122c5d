"""`meshc releases`: lists the releases meshc compiles for, and what one of them changed."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from meshc.cli import output
from meshc.cli.options import Debug, Output
from meshc.cli.verbs import Verb
from meshc.errors import UsageError, require_known
from meshc.late import late

# `meshc -h` imports every verb's options; what this verb alone reads would double its time
if TYPE_CHECKING:
    from meshc import catalog
    from meshc.catalog import Release
    from meshc.cli import inputs
    from meshc.comparison import release_tables
    from meshc.comparison.release_tables import Entry
    from meshc.yamlio import Json
else:
    catalog = late("meshc.catalog")
    inputs = late("meshc.cli.inputs")
    release_tables = late("meshc.comparison.release_tables")

_FORMATS = ("text", "json")
_FAILS = "fails now"
# Sections of the notes, each with the tables it takes; the first that fits counts.
_SECTIONS = {
    "pods": (
        "switches/sidecar",
        "switches/templates",
        "switches/injection",
        "facts/sidecar*",
        "facts/templates*",
        "facts/injection*",
    ),
    "bootstraps": ("switches/bootstrap", "facts/bootstrap*"),
    "packet rules and ports": ("switches/interception", "switches/ports", "interception/*", "ports"),
    "gateways": ("switches/gateways", "facts/gateways*", "charts/*"),
    "mesh and proxy settings": ("switches/mesh", "facts/mesh*", "fields/*"),
    "installation": ("switches/profiles", "facts/profiles*", "profiles/*", "overlays/*"),
    "webhook": ("switches/webhook",),
    "annotations, labels and Kubernetes": (
        "switches/annotations",
        "annotations",
        "labels",
        "kubernetes/*",
        "facts/kubernetes*",
    ),
    "comparison": ("*",),
}


@dataclass(frozen=True, kw_only=True)
class ReleasesOptions:
    """What `meshc releases` is asked for."""

    release: Annotated[
        str | None, typer.Argument(metavar="[RELEASE]", help="Print what this release changed.", show_default=False)
    ] = None
    output: Output = None
    check: Annotated[
        bool,
        typer.Option("--check", help="List each table of the catalogue and whether the release was compared with it."),
    ] = False
    format: Annotated[str, typer.Option("--format", metavar="NAME", help="text or json.")] = "text"
    debug: Debug = False


def releases(options: ReleasesOptions) -> int:
    """List the releases, or print what one of them changed; returns 0, or 1 where `--check` finds a table unreviewed."""
    require_known("format", options.format, _FORMATS, path="--format")
    if options.check:
        return check(catalog.release(options.release) if options.release else catalog.newest(), to=options.output)
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
    """Print the notes of a release for operators: what it changes against the minor before, and what its patches did."""
    release = catalog.release(name)
    if release.warning:
        inputs.warn([release.warning])
    before = _before(release)
    found = _notes(before, release) if before else {}
    patches = [
        entry for entries in _notes(catalog.release(f"{release.minor}.0"), release).values() for entry in entries
    ]
    if format == "json":
        changes = [_as_json(entry, section) for section, entries in found.items() for entry in entries]
        by_patch = [_as_json(entry, "") for entry in patches]
        return _json({"release": str(release), "since": str(before or ""), "changes": changes, "patches": by_patch}, to)
    lines = [f"Istio {release}" + (f", changed since {before}:" if before else ": the oldest release meshc knows")]
    for section, entries in found.items():
        lines += ["", f"{section}:", *(_line(entry) for entry in entries)]
    if patches:
        lines += ["", f"changed by patches since {release.minor}.0:", *(_line(entry) for entry in patches)]
    output.write("\n".join(lines) + "\n", output.destination(to))
    return 0


def check(release: Release, *, to: str | None = None) -> int:
    """Print each table of the catalogue with its state in a release; returns 1 where one is carried on unreviewed."""
    before = _before(release)
    if before is None:
        raise UsageError("there is no release before", path="release", value=str(release), hint="name a later one")
    reviewed = release_tables.review(release)
    states = {}
    for table in release_tables.tables(before, release):
        names = ", ".join(f"{entry.sign}{entry.name}" for entry in table.entries)
        states[table.name] = (
            f"{table.state}: {names}" if names else f"carried on, {reviewed.of(table) or 'NOT REVIEWED'}"
        )
    width = max(map(len, states))
    lines = [f"Istio {release} against {before}; reviewed: {reviewed.source or 'nothing'}"]
    lines += [f"  {name.ljust(width)}  {state}" for name, state in states.items()]
    output.write("\n".join(lines) + "\n", output.destination(to))
    return 1 if any(state.endswith("NOT REVIEWED") for state in states.values()) else 0


def _notes(old: Release, new: Release) -> dict[str, list[Entry]]:
    """The entries of all tables by section of the notes, what fails now first."""
    found: dict[str, list[Entry]] = {section: [] for section in (_FAILS, *_SECTIONS)}
    for table in release_tables.tables(old, new):
        section = next(
            s for s, patterns in _SECTIONS.items() if any(fnmatch.fnmatchcase(table.name, p) for p in patterns)
        )
        for entry in table.entries:
            found[_FAILS if entry.refuses else section].append(entry)
    return {section: entries for section, entries in found.items() if entries}


def _row(release: Release) -> Json:
    versions = release.fact("profiles.kubernetes")
    return {"minor": release.minor, "newest": str(release), "kubernetes": versions["supported"]}


def _before(release: Release) -> Release | None:
    """The newest patch of the minor before, None for the oldest that meshc knows."""
    known = catalog.releases()
    place = [each.minor for each in known].index(release.minor)
    return known[place - 1] if place else None


def _line(entry: Entry) -> str:
    return f"  {entry.sign} {entry.name}" + (f": {entry.doc}" if entry.doc else "")


def _as_json(entry: Entry, section: str) -> Json:
    return {
        "section": section,
        "sign": entry.sign,
        "switch": entry.name,
        "holds": entry.sign != "-",
        "doc": entry.doc,
        "refuses": entry.refuses,
    }


def _json(value: Json, to: str | None) -> int:
    output.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE), output.destination(to))
    return 0


VERB = Verb(
    ReleasesOptions,
    releases,
    "List the Istio releases meshc compiles for, or print what one of them changed.",
    settings=False,
)
