"""Edits inside brackets and braces, and of scalars; the list of edits and how it is applied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from meshc.trees import Array, Object
from meshc.trees.aligning import align
from meshc.yamlio import Json, snippets
from meshc.yamlio.places import Places, Unsplicable, entries

_HANDLERS = {"httpGet", "tcpSocket", "grpc"}


class Edit(NamedTuple):
    """Replace the text between two indices."""

    start: int
    end: int
    text: str


def applied(text: str, edits: Sequence[Edit], start: int = 0, end: int | None = None) -> str:
    """The text (or the part of it between `start` and `end`) after edits; those at one place in their order."""
    pieces, at = [], start
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end > edit.start)):
        if edit.start < at:
            raise Unsplicable("two changes at one place")
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, text[at:end]])


def pruned(value: Json) -> Json:
    """A value without the nulls in its maps."""
    if isinstance(value, dict):
        return {k: pruned(v) for k, v in value.items() if v is not None}
    return [pruned(v) for v in value] if isinstance(value, list) else value


def renamed(gone: list[str], come: list[str], old: Json, new: Json) -> tuple[str, str] | None:
    """The key that makes room for another: a probe's handler that changes its kind keeps its place."""
    was, becomes = [k for k in gone if k in _HANDLERS], [k for k in come if k in _HANDLERS]
    if len(was) == len(becomes) == 1 and isinstance(old[was[0]], dict) and isinstance(new[becomes[0]], dict):
        return was[0], becomes[0]
    return None


class FlowEditor:
    """Finds the edits inside a flow collection."""

    def __init__(self, places: Places, *, as_json: bool) -> None:
        self.places = places
        self.as_json = as_json

    def node(self, node: Node, old: Json, new: Json) -> list[Edit]:
        """The edits that make a node say `new`."""
        if old == new:
            return []
        if isinstance(node, MappingNode) and isinstance(old, dict) and isinstance(new, dict):
            return self.fields(node, old, new)
        if isinstance(node, SequenceNode) and isinstance(old, list) and isinstance(new, list):
            return self.items(node, old, new)
        return [Edit(node.start_mark.index, node.end_mark.index, self.text(node, new))]

    def fields(self, node: MappingNode, old: Object, new: Object) -> list[Edit]:
        found, inside = entries(node), self.inside(node)
        spans = [(k.start_mark.index, self.places.entry_end(k, v)) for k, v in node.value]
        kept = [new.get(name) is not None or (name in new and old.get(name) is None) for name in found]
        come = [key for key in new if key not in old and new[key] is not None]
        edits = []
        moved = renamed([name for name, stays in zip(found, kept, strict=True) if not stays], come, old, new)
        if moved:
            was, becomes = moved
            where, value = found[was]
            text = snippets.flow_key(becomes, as_json=self.as_json)
            edits += [Edit(where.start_mark.index, where.end_mark.index, text)]
            edits += self.node(value, old[was], pruned(new[becomes]))
            kept[list(found).index(was)] = True
            come.remove(becomes)
        for key, (_, value) in found.items():
            if new.get(key) is not None and old.get(key) != new[key]:
                edits += self.node(value, old.get(key), pruned(new[key]))
        texts = [self.member(key, new[key], inside) for key in come]
        return [*edits, *_removals(spans, kept), *self.additions(node, spans, kept, {len(spans): texts})]

    def member(self, key: str, value: Json, inside: int | None) -> str:
        return f"{snippets.flow_key(key, as_json=self.as_json)}: {snippets.flow(pruned(value), inside)}"

    def items(self, node: SequenceNode, old: Array, new: Array) -> list[Edit]:
        pairs = align(old, new)
        if pairs.moved:
            return [Edit(node.start_mark.index, node.end_mark.index, self.text(node, new))]
        edits: list[Edit] = []
        arrived: dict[int, list[str]] = {}
        at, inside = 0, self.inside(node)
        for index, value in enumerate(new):
            if index in pairs.kept:
                source = pairs.kept[index]
                edits += self.node(node.value[source], old[source], value)
                at = source + 1
            else:
                arrived.setdefault(at, []).append(snippets.flow(pruned(value), inside))
        spans = [(item.start_mark.index, item.end_mark.index) for item in node.value]
        staying = set(pairs.kept.values())
        kept = [index in staying for index in range(len(spans))]
        return [*edits, *_removals(spans, kept), *self.additions(node, spans, kept, arrived)]

    def additions(
        self, node: Node, spans: list[tuple[int, int]], kept: list[bool], arrived: dict[int, list[str]]
    ) -> list[Edit]:
        """New members before the members that stay, or after the last of them."""
        inside = self.inside(node)
        comma = ", " if inside is None else ",\n" + " " * inside
        edits = []
        for at, texts in arrived.items():
            following = next((i for i in range(at, len(spans)) if kept[i]), None)
            last = max((i for i in range(len(spans)) if kept[i]), default=None)
            if not texts:
                continue
            if following is not None:
                edits.append(Edit(spans[following][0], spans[following][0], comma.join([*texts, ""])))
            elif last is not None:
                edits.append(Edit(spans[last][1], spans[last][1], comma.join(["", *texts])))
            else:
                start = spans[0][0] if spans else node.start_mark.index + 1
                edits.append(Edit(start, start, comma.join(texts)))
        return edits

    def inside(self, node: Node) -> int | None:
        """The indentation of members that have lines of their own, None where all stand on one line."""
        first = node.value[0] if node.value else None
        mark = (first[0] if isinstance(first, tuple) else first).start_mark if first else node.start_mark
        return int(mark.column) if mark.line != node.start_mark.line else None

    def text(self, node: Node, new: Json) -> str:
        if isinstance(new, dict | list) and new:
            lines = self.as_json and "\n" in self.places.text.strip()
            start = self.places.line_start(node.start_mark.index)
            line = self.places.text[start : node.start_mark.index]
            return snippets.flow(pruned(new), len(line) - len(line.lstrip()) if lines else None)
        style = node.style if isinstance(node, ScalarNode) else None
        return snippets.scalar(new, style, as_json=self.as_json)


def _removals(spans: list[tuple[int, int]], kept: list[bool]) -> list[Edit]:
    """Take members out with the comma before or after them."""
    edits, index = [], 0
    while index < len(spans):
        if kept[index]:
            index += 1
            continue
        run = index
        while run + 1 < len(spans) and not kept[run + 1]:
            run += 1
        if run + 1 < len(spans):
            edits.append(Edit(spans[index][0], spans[run + 1][0], ""))
        else:
            edits.append(Edit(spans[index - 1][1] if index else spans[0][0], spans[run][1], ""))
        index = run + 1
    return edits
