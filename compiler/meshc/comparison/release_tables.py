"""Every table of the catalogue, and what it says of one release against the one before."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from meshc import catalog, resources, yamlio
from meshc.catalog import Release
from meshc.gateways.charts import chart_defaults
from meshc.kubernetes import schema
from meshc.models.annotation_names import ANNOTATIONS
from meshc.models.label_names import LABELS
from meshc.models.mesh_config import MeshConfig
from meshc.models.message import Message, declared, fields
from meshc.models.operator_spec import OperatorSpec
from meshc.models.proxy_config import ProxyConfig
from meshc.models.values import Values
from meshc.profiles import data
from meshc.trees import ABSENT
from meshc.yamlio import Json

_CHARTS = ("gateway", "istio-ingress", "istio-egress")
_OVERLAYS = ("profile", "platform", "compatibility")
_MESSAGES: Mapping[str, type[Message]] = {
    "MeshConfig": MeshConfig,
    "ProxyConfig": ProxyConfig,
    "values": Values,
    "IstioOperator": OperatorSpec,
}
_UNDATED = (
    "comparison/keys",
    "comparison/noise",
    "interception/parameters",
    "interception/services",
    "ports",
    "go/types",
)


@dataclass(frozen=True)
class Entry:
    """One thing that a release brings (`+`), takes away (`-`) or changes (`~`); `refuses`: what passed before may fail."""

    sign: str
    name: str
    doc: str = ""
    refuses: bool = False


@dataclass(frozen=True)
class Table:
    """One table of the catalogue and its entries for a release; without entries it is carried on."""

    name: str
    entries: tuple[Entry, ...] = ()

    @property
    def state(self) -> str:
        """`new` for a fact that the release before has not, `changed`, or `carried on`."""
        if not self.entries:
            return "carried on"
        return "new" if self.name.startswith("facts/") and self.entries[0].sign == "+" else "changed"


@dataclass(frozen=True)
class Review:
    """What the people who entered a release looked at among the tables it carries on (`schemas/releases/reviews.yaml`)."""

    source: str
    looked_at: tuple[str, ...]
    not_looked_at: Mapping[str, str]

    def of(self, table: Table) -> str:
        """`looked at`, why it was not, or empty where nobody said anything."""
        if table.name in self.not_looked_at:
            return f"not looked at: {self.not_looked_at[table.name]}"
        looked_at = any(fnmatch.fnmatchcase(table.name, pattern) for pattern in self.looked_at)
        return "looked at" if looked_at else ""


def review(release: Release) -> Review:
    """The review of a release's minor; an empty one where there is none."""
    found = _reviews().get(release.minor) or {}
    return Review(found.get("source", ""), tuple(found.get("looked_at", ())), found.get("not_looked_at", {}))


def tables(old: Release, new: Release) -> list[Table]:
    """All tables, in the order in which a release is entered (CONTRIBUTING.md, Add a release)."""
    return [
        *_facts(old, new),
        *_profiles(old, new),
        *(Table(f"charts/{name}", tuple(_chart(name, old, new))) for name in _CHARTS),
        Table("kubernetes/types", tuple(_kubernetes(old, new))),
        *(Table(f"fields/{name}", tuple(_fields(name, message, old, new))) for name, message in _MESSAGES.items()),
        Table("annotations", tuple(_named(ANNOTATIONS, old, new))),
        Table("labels", tuple(_named(LABELS, old, new))),
        *_switches(old, new),
        *(Table(name) for name in _UNDATED),
    ]


def _facts(old: Release, new: Release) -> Iterator[Table]:
    for area in catalog.fact_areas():
        for name, entry in catalog.facts(area).items():
            before, after = (_fact(f"{area}.{name}", release) for release in (old, new))
            sign = "" if before == after else "+" if before is ABSENT else "-" if after is ABSENT else "~"
            changed = (Entry(sign, f"{area}.{name}", _line(entry)),) if sign else ()
            yield Table(f"facts/{area}.{name}", changed)


def _fact(name: str, release: Release) -> object:
    try:
        return release.fact(name)
    except KeyError:
        return ABSENT


def _profiles(old: Release, new: Release) -> Iterator[Table]:
    names = {*data.installs(old), *data.installs(new)}
    installs = {f"profile {n}": (data.install(old, n), data.install(new, n)) for n in names}
    yield Table("profiles/installs", tuple(_trees(installs)))
    charts = {"defaults of the chart istiod": (data.chart(old, "istiod"), data.chart(new, "istiod"))}
    yield Table("profiles/charts", tuple(_trees(charts)))
    for kind in _OVERLAYS:
        both = {*data.overlays(old, kind), *data.overlays(new, kind)}
        trees = {f"{kind} {n}": (data.overlay(old, kind, n), data.overlay(new, kind, n)) for n in both}
        yield Table(f"overlays/{kind}", tuple(_trees(trees)))


def _trees(pairs: Mapping[str, tuple[Json, Json]]) -> Iterator[Entry]:
    for name in sorted(pairs):
        before, after = pairs[name]
        if before != after:
            yield Entry("+" if before is None else "-" if after is None else "~", name)


def _chart(name: str, old: Release, new: Release) -> Iterator[Entry]:
    before, after = chart_defaults.defaults(name, old), chart_defaults.defaults(name, new)
    return _trees(
        {f"default of the chart {name}: {path}": (before.get(path), after.get(path)) for path in {*before, *after}}
    )


def _kubernetes(old: Release, new: Release) -> Iterator[Entry]:
    levels = [release.fact("kubernetes.minor") for release in (old, new)]
    for name in schema.structs():
        before, after = (schema.struct(name, level) for level in levels)
        yield from _came_and_went(name, before, after)


def _fields(name: str, message: type[Message], old: Release, new: Release) -> Iterator[Entry]:
    seen: set[type[Message]] = set()

    def walk(place: str, each: type[Message]) -> Iterator[Entry]:
        if each in seen:
            return
        seen.add(each)
        before, after = fields(each, old), fields(each, new)
        docs = {json: field.doc for json, field in declared(each).items()}
        yield from _came_and_went(place, before, after, docs)
        for json, field in after.items():
            inner = field.message or (field.element.message if field.element else None)
            if inner is not None and json in before:
                yield from walk(f"{place}.{json}", inner)

    return walk(name, message)


def _came_and_went(
    place: str, before: Iterable[str], after: Iterable[str], docs: Mapping[str, str] | None = None
) -> Iterator[Entry]:
    known, there = set(before), set(after)
    for name in sorted(known ^ there):
        yield Entry("+" if name in there else "-", f"{place}.{name}", (docs or {}).get(name, ""))


def _named(register: Mapping[str, Json], old: Release, new: Release) -> Iterator[Entry]:
    for name, entry in register.items():
        before, after = entry.known_in(old), entry.known_in(new)
        if before != after:
            yield Entry("+" if after else "-", name, entry.doc)


def _switches(old: Release, new: Release) -> Iterator[Table]:
    changed = catalog.changes(old, new)
    for area in catalog.areas():
        entries = (
            Entry("+" if holds else "-", name, _line(entry), bool(holds and entry.get("refuses")))
            for name, entry, holds in changed
            if name.partition(".")[0] == area
        )
        yield Table(f"switches/{area}", tuple(entries))


def _line(entry: Mapping[str, Json]) -> str:
    return " ".join(str(entry["doc"]).split())


@cache
def _reviews() -> Mapping[str, Json]:
    found: Mapping[str, Json] = yamlio.load(resources.text("schemas", "releases", "reviews.yaml")) or {}
    return found
