"""Line and column of the value at a path of a YAML document; composed only when an error needs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yaml.cyaml import CParser
from yaml.error import YAMLError
from yaml.nodes import MappingNode, SequenceNode

from meshc.errors import PathPart
from meshc.yamlio.scalars import key_text, resolve


def find(text: str, path: Sequence[PathPart], *, first_line: int = 1) -> tuple[int, int] | None:
    """Line and column (1-based) of the value at `path`, else of the deepest parent that is there; None for bad YAML."""
    try:
        node = _Composer(text).get_single_node()
    except (YAMLError, UnicodeError):
        return None
    if node is None:
        return None
    mark = node.start_mark
    for part in path:
        found = _child(node, part)
        if found is None:
            break
        mark, node = found
    return mark.line + first_line, mark.column + 1


class _Composer(CParser):  # type: ignore[misc]
    """libyaml's composer without tag resolution."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)

    def resolve(self, _kind: object, _value: object, _implicit: object) -> str:
        return ""

    def descend_resolver(self, _parent: object, _index: object) -> None:
        """Nothing to do: tags are not resolved."""

    def ascend_resolver(self) -> None:
        """Nothing to do: tags are not resolved."""


def _child(node: Any, part: PathPart) -> tuple[Any, Any] | None:
    """The mark to show (the key in a map, the item in a list) and the node of one step down."""
    if isinstance(node, SequenceNode):
        items = node.value
        return (
            (items[part].start_mark, items[part])
            if isinstance(part, int) and -len(items) <= part < len(items)
            else None
        )
    if not isinstance(node, MappingNode):
        return None
    wanted = str(part)
    for key, value in reversed(node.value):
        if _key(key) == wanted:
            return key.start_mark, value
    for key, value in reversed(node.value):
        if _key(key) == "<<":
            merged = [value] if isinstance(value, MappingNode) else value.value
            for one in merged:
                if found := _child(one, part):
                    return found
    return None


def _key(node: Any) -> str | None:
    value = node.value
    if not isinstance(value, str):
        return None
    return key_text(resolve(value)) if not node.style else value
