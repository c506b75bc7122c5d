"""The picture of the packages in docs/architecture.md: which reaches which by imports, drawn without shortcuts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

import grimp

Graph = Mapping[str, frozenset[str]]
_EDGE = re.compile(r"^\s*(\w+) --> (.+)$", re.MULTILINE)


def imports() -> Graph:
    """Package below `meshc` → the packages it imports directly; the package `meshc` itself aside."""
    graph = grimp.build_graph("meshc")
    found = {}
    for package in sorted(graph.find_children("meshc")):
        inside = {package, *graph.find_descendants(package)}
        named = {i for m in inside for i in graph.find_modules_directly_imported_by(m)} - inside - {"meshc"}
        found[_short(package)] = frozenset(_short(name) for name in named) - {_short(package)}
    return found


def reachable(graph: Graph) -> Graph:
    """Package → all packages that it reaches.  Raises CycleError where packages import each other."""
    found: dict[str, frozenset[str]] = {}
    for package in TopologicalSorter(graph).static_order():
        below = graph.get(package, frozenset())
        found[package] = below.union(*(found[name] for name in below))
    return found


def drawn(text: str) -> Graph:
    """The graph that a picture shows."""
    found: dict[str, frozenset[str]] = {}
    for package, below in _EDGE.findall(text):
        found[package] = found.get(package, frozenset()) | {name.strip() for name in below.split("&")}
    return found


def draw(graph: Graph) -> str:
    """A picture (Mermaid) of a graph, an edge left out where others lead the same way."""
    everything = reachable(graph)
    lines = ["```mermaid", "graph TD"]
    for package in sorted(graph, key=lambda name: (-len(everything[name]), name)):
        below = graph[package]
        needed = sorted(name for name in below if not any(name in everything[other] for other in below - {name}))
        lines += [f"  {package} --> {' & '.join(needed)}"] if needed else []
    return "\n".join([*lines, "```"]) + "\n"


def differences(graph: Graph, picture: Graph) -> Iterable[str]:
    """Where a picture and the imports lead to different packages."""
    now, shown = reachable(graph), reachable(picture)
    for package in sorted({*now, *shown}):
        yield from (
            f"{package} reaches {n}: not drawn"
            for n in sorted(now.get(package, frozenset()) - shown.get(package, frozenset()))
        )
        yield from (
            f"{package} → {n} is drawn: no import"
            for n in sorted(shown.get(package, frozenset()) - now.get(package, frozenset()))
        )


def _short(name: str) -> str:
    return name.split(".")[1]
