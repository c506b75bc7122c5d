"""Edits a YAML or JSON document's text so that it says something else, leaving every byte alone that need not change."""

from __future__ import annotations

from typing import NamedTuple

from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from meshc.errors import InputError
from meshc.trees import Array, Object
from meshc.trees.aligning import align
from meshc.yamlio import Json, load, snippets
from meshc.yamlio.places import Places, Unsplicable, entries, is_empty, is_flow
from meshc.yamlio.splicing_flow import Edit, FlowEditor, applied, pruned, renamed


def splice(text: str, old: Json, new: Json, *, file: str | None = None, line: int = 1) -> str:
    """The text of one document changed so that it reads as `new`; `old` is what it reads as now.

    Comments, order, quotes and indentation of everything else stay; nulls in `new` are left out.
    Raises InputError for texts whose anchors or merge keys would have to be taken apart.
    """
    if old == new:
        return text
    wanted = pruned(new)
    try:
        result = applied(text, _Editor(text).node(None, old, new))
        # The edit is proved, not trusted: the new text has to read as the wanted value.
        good = pruned(load(result)) == wanted
        reason = "the edited text would read differently"
    except (Unsplicable, InputError, YAMLError, ValueError) as problem:
        good, reason = False, str(problem)
    if not good:
        hint = "write anchors, aliases and merge keys out, or leave out --in-place"
        raise InputError(f"cannot be edited in place: {reason}", file=file, line=line, hint=hint)
    return result


class _Pair(NamedTuple):
    """A map's entry and what it is to hold."""

    key: Node
    value: Node
    old: Json
    new: Json


class _Editor:
    """Finds the edits of one document."""

    def __init__(self, text: str) -> None:
        self.places = Places(text)
        self.flow = FlowEditor(self.places, as_json=text.lstrip()[:1] in ("{", "["))

    def node(self, node: Node | None, old: Json, new: Json) -> list[Edit]:
        """The edits inside a node whose value stays of its kind."""
        node = node or self.places.root
        if is_flow(node):
            return self.flow.node(node, old, new)
        if isinstance(node, MappingNode):
            return self.block_map(node, old, new)
        if isinstance(node, SequenceNode):
            return self.block_list(node, old, new)
        return self.flow.node(node, old, new)

    def block_map(self, node: MappingNode, old: Object, new: Object) -> list[Edit]:
        found = entries(node)
        edits: list[Edit] = []
        gone = [key for key in found if key not in new or (new[key] is None and old.get(key) is not None)]
        come = [key for key in new if key not in old and new[key] is not None]
        if old.keys() - found.keys() - new.keys():
            raise Unsplicable("a field to be removed comes from a merge key")
        for key in [k for k in found if k in new and k not in gone and k in old and pruned(old[k]) != pruned(new[k])]:
            edits += self.entry(_Pair(*found[key], old[key], new[key]))
        come += [k for k in new if k in old and k not in found and old[k] != new[k]]
        moved = renamed(gone, come, old, new)
        if moved:
            was, becomes = moved
            gone.remove(was)
            come.remove(becomes)
            where, value = found[was]
            edits.append(Edit(where.start_mark.index, where.end_mark.index, becomes))
            edits += self.entry(_Pair(where, value, old[was], new[becomes]))
        for key in gone:
            edits.append(self.removal(node, found[key]))
        last = node.value[-1]
        at = self.places.line_end(self.places.entry_end(*last))
        text = "".join(snippets.block({key: pruned(new[key])}, node.start_mark.column) for key in come)
        return [*edits, Edit(at, at, text)] if text else edits

    def entry(self, pair: _Pair) -> list[Edit]:
        key, value, old, new = pair
        if not is_empty(value) and value.start_mark.index < key.end_mark.index:
            raise Unsplicable("a field to be changed is an alias")
        same_kind = (isinstance(old, dict) and isinstance(new, dict)) or (
            isinstance(old, list) and isinstance(new, list)
        )
        if same_kind and old and new:
            return self.node(value, old, new)
        return self.replaced(key, value, new)

    def replaced(self, key: Node, value: Node, new: Json) -> list[Edit]:
        """Write another value behind a key."""
        colon, simple = self.places.colon(key), not isinstance(new, dict | list) or not new
        if is_empty(value):
            if simple:
                return [Edit(colon, colon, " " + snippets.scalar(new, None, as_json=False))]
            return [self.below(key, colon, new)]
        end = self.places.end(value)
        on_one_line = (isinstance(value, ScalarNode) and value.style not in ("|", ">")) or is_flow(value)
        if simple and on_one_line:
            style = value.style if isinstance(value, ScalarNode) else None
            return [Edit(value.start_mark.index, end, snippets.scalar(new, style, as_json=False))]
        if simple:
            stop = self.places.line_end(end) - 1
            return [Edit(colon, stop, " " + snippets.scalar(new, None, as_json=False))]
        return [Edit(colon, end, ""), self.below(key, end, new)]

    def below(self, key: Node, after: int, new: Json) -> Edit:
        """A collection on the lines after its key."""
        at = self.places.line_end(after)
        indent = key.start_mark.column + (2 if isinstance(new, dict) else 0)
        return Edit(at, at, snippets.block(pruned(new), indent))

    def removal(self, node: MappingNode, entry: tuple[Node, Node]) -> Edit:
        key, _ = entry
        start, end = key.start_mark.index, self.places.line_end(self.places.entry_end(*entry))
        if self.places.is_first_of_line(start):
            return Edit(self.places.line_start(start), end, "")
        keys = [k for k, _ in node.value]
        at = keys.index(key) + 1
        if at == len(keys):
            raise Unsplicable("the only field of a list's item is to be removed")
        return Edit(start, keys[at].start_mark.index, "")

    def block_list(self, node: SequenceNode, old: Array, new: Array) -> list[Edit]:
        if len(node.value) != len(old):
            raise Unsplicable("a list of another length than its text")
        pairs, edits = align(old, new), []
        dashes = [self.places.dash(item) for item in node.value]
        if not all(map(self.places.is_first_of_line, dashes)) or sorted(set(dashes)) != dashes:
            raise Unsplicable("a list inside a list on one line, or with aliases for items")
        kept = set(pairs.kept.values())
        chunks = [self.chunk(node, index, dashes) for index in range(len(old))]
        for index in range(len(old)):
            if index not in kept:
                moved = index in pairs.moved.values()
                start = chunks[index][0] if moved else self.places.line_start(dashes[index])
                edits.append(Edit(start, chunks[index][1], ""))
        at = self.places.after_comments_above(dashes[0])
        for index, value in enumerate(new):
            if index in pairs.kept:
                source = pairs.kept[index]
                edits += self.item(node.value[source], old[source], value)
                at = chunks[source][1]
            elif index in pairs.moved:
                source = pairs.moved[index]
                inner = self.item(node.value[source], old[source], value)
                edits.append(Edit(at, at, applied(self.places.text, inner, *chunks[source])))
            else:
                edits.append(Edit(at, at, snippets.item(pruned(value), node.start_mark.column)))
        return edits

    def chunk(self, node: SequenceNode, index: int, dashes: list[int]) -> tuple[int, int]:
        """The lines of an item, with the comments above it."""
        end = self.places.line_end(self.places.end(node.value[index]))
        return self.places.after_comments_above(dashes[index]), end

    def item(self, node: Node, old: Json, new: Json) -> list[Edit]:
        if pruned(old) == pruned(new):
            return []
        if not isinstance(old, dict) or not isinstance(new, dict) or not old or not new:
            raise Unsplicable("an item of a list that changes its kind")
        return self.node(node, old, new)
