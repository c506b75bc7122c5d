"""The layers that set a field of an injected workload, oldest first, each with its file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meshc import resources
from meshc.cli.explain.deciding_function import Function, of_stage, of_template
from meshc.cli.explain.field_paths import Steps, follow, steps
from meshc.cli.explain.field_paths import value as value_at
from meshc.engine.line_tracing import TracingEngine, nearest
from meshc.errors import PathPart
from meshc.injection.edits import Edit, List, Map, plain
from meshc.injection.go_templates.cluster_templates import ClusterTemplates
from meshc.injection.result import Result
from meshc.injection.workloads import Place
from meshc.trees import ABSENT
from meshc.yamlio import Document, Json


@dataclass(frozen=True)
class Layer:
    """One layer that set a field: its name, the value (ABSENT: it removed the field), file and line where known.

    `function` is the function of meshc that decided the value; None for the workload itself and for users' templates.
    """

    name: str
    value: Json
    file: str | None = None
    line: int | None = None
    source: str | None = None
    function: Function | None = None


def layers(result: Result, path: Sequence[PathPart], document: Document) -> list[Layer]:
    """Every layer that set the field, the workload as it was written first; the last one wins."""
    walk = _Walk(result.edited)
    walk.all(path, steps(result.manifest, path))
    found = [Layer(edit.layer, value, function=of_stage(edit.function)) for edit, value in walk.found]
    if walk.base is not ABSENT:
        way = follow(document.value, steps(result.manifest, path))
        line, _ = (document.position(way) if way else None) or (None, None)
        found.insert(0, Layer("the workload as written", walk.base, document.file, line))
    return found


def located(
    layer: Layer,
    engine: TracingEngine,
    pod: tuple[Json, Place],
    path: Sequence[PathPart],
    cluster: ClusterTemplates,
) -> Layer:
    """The layer with the template's file and line, where a template made it."""
    name = layer.name.removeprefix("template ")
    if name == layer.name:
        return layer
    inside = _inside(steps(pod[0], path), pod[1])
    if name in cluster.last:
        return _in_go_text(layer, name, inside, cluster)
    if name not in engine.rendered:
        return layer
    overlay, places = engine.rendered[name]
    file, line = nearest(places, _at(overlay, inside))
    source = _source(file, line)
    return Layer(layer.name, layer.value, file, line, source, of_template(name, source) if source else None)


def _at(overlay: Json, inside: Steps) -> tuple[PathPart, ...]:
    """The path of a field in an overlay, or of the nearest thing above it that is there."""
    for length in range(len(inside), 0, -1):
        at = follow(overlay, inside[:length])
        if at is not None:
            return at
    return ()


def _in_go_text(layer: Layer, name: str, inside: Steps, cluster: ClusterTemplates) -> Layer:
    """A layer that a cluster's own template made."""
    given = cluster.last[name]
    at = _at(cluster.render(name, given).overlay, inside)
    line = cluster.line(name, given, list(at))
    if line is None:
        return layer
    file, place = cluster.position(name, line)
    return Layer(layer.name, layer.value, file, place, cluster.source(name, line))


def _inside(way: Steps, where: Place) -> Steps:
    for part, place in (("metadata", where.metadata), ("spec", where.spec)):
        if way[: len(place)] == place:
            return (part, *way[len(place) :])
    return way


def _source(file: str | None, line: int | None) -> str | None:
    """The template's line; only meshc's own templates are read."""
    if not file or not line or not file.startswith("templates/"):
        return None
    lines = resources.text("templates", file.removeprefix("templates/")).splitlines()
    return lines[line - 1].strip() if line <= len(lines) else None


class _Walk:
    """Walks down a workload under edit, collecting what was recorded on the way."""

    def __init__(self, root: Map) -> None:
        self.node: Json = root
        self.base: Json = root.base
        self.found: list[tuple[Edit, Json]] = []

    def all(self, path: Sequence[PathPart], way: Steps) -> None:
        """Walk down `path`; `way` is the same with items by name, as their indices change while lists are edited."""
        for index, part in enumerate(path):
            rest = way[index + 1 :]
            if isinstance(self.node, Map):
                self.map(str(part), rest)
            elif isinstance(self.node, List) and isinstance(part, int):
                self.list(part, rest)
            else:
                self.node = self.node[part]
                self.base = value_at(self.base, way[index : index + 1]) if self.base is not ABSENT else ABSENT

    def map(self, key: str, rest: Steps) -> None:
        node = self.node
        for edit in node.edits.get(key, ()):
            value = value_at(plain(edit.value), rest) if edit.value is not None else ABSENT
            if value is not ABSENT or not rest:
                self.found.append((edit, value))
        known = self.base is not ABSENT and isinstance(self.base, dict) and key in self.base
        self.base = self.base[key] if known else ABSENT
        self.node = node[key]

    def list(self, index: int, rest: Steps) -> None:
        items: List = self.node
        item = items[index]
        layer = items.layer_of(item)
        was = item.base if isinstance(item, Map) and item.base is not None else item
        if layer is not None:
            self.base = ABSENT
            value = value_at(plain(was), rest)
            if value is not ABSENT:
                self.found.append((Edit(layer, was), value))
        elif self.base is not ABSENT:
            self.base = was if any(was is old for old in items.base or ()) else ABSENT
        self.node = item
