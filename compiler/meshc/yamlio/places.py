"""Positions of the parts of a YAML document in its text, for edits that touch nothing else."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from meshc.yamlio.scalars import key_text, resolve

Entry = tuple[Node, Node]


class Unsplicable(Exception):
    """The document is written in a way that an edit cannot keep; the message says how."""


class Places:
    """A document's text and its node tree."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Node = YAML(typ="safe", pure=True).compose(text)

    def line_start(self, index: int) -> int:
        """The start of the line an index is in."""
        return self.text.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """The start of the line after the one an index is in."""
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found + 1

    def end(self, node: Node) -> int:
        """Where a node's own content ends, comments and blank lines after it left out."""
        if is_flow(node) or not node.value:
            return int(node.end_mark.index)
        if isinstance(node, ScalarNode):
            stop = int(node.end_mark.index)
            header = self.text[node.start_mark.index : self.line_end(node.start_mark.index)]
            if node.style in ("|", ">") and "+" not in header:
                return len(self.text[:stop].rstrip("\n"))
            return stop
        last = node.value[-1]
        return self.entry_end(*last) if isinstance(node, MappingNode) else self.end(last)

    def entry_end(self, key: Node, value: Node) -> int:
        """Where an entry of a map ends."""
        return int(key.end_mark.index) if is_empty(value) else self.end(value)

    def colon(self, key: Node) -> int:
        """The index after the colon of a key."""
        return self.text.index(":", key.end_mark.index) + 1

    def dash(self, item: Node) -> int:
        """The index of the dash before an item of a block list."""
        before = self.text[: item.start_mark.index].rstrip()
        if not before.endswith("-") or is_empty(item):
            raise Unsplicable("an item of a list without its own dash")
        return len(before) - 1

    def is_first_of_line(self, index: int) -> bool:
        """Whether only spaces stand before an index in its line."""
        return not self.text[self.line_start(index) : index].strip()

    def after_comments_above(self, index: int) -> int:
        """The start of the run of comment and blank lines right above the line an index is in."""
        start = self.line_start(index)
        while start:
            above = self.line_start(start - 1)
            line = self.text[above:start].strip()
            if (line and not line.startswith("#")) or line.startswith("---"):
                break
            start = above
        return start


def entries(node: MappingNode) -> dict[str, Entry]:
    """A map's entries by key, the last of equal keys."""
    return {_key(key): (key, value) for key, value in node.value}


def is_flow(node: Node) -> bool:
    """Whether a collection is written in brackets."""
    return bool(isinstance(node, MappingNode | SequenceNode) and node.flow_style)


def is_empty(node: Node) -> bool:
    """Whether nothing is written at all where a value may stand."""
    return isinstance(node, ScalarNode) and node.start_mark.index == node.end_mark.index


def _key(node: Any) -> str:
    if not isinstance(node, ScalarNode):
        raise Unsplicable("a key that is a collection")
    return node.value if node.style else str(key_text(resolve(node.value)))
