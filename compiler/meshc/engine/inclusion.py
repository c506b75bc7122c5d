"""Rearranges templates when they are compiled: included ones go in place, macros to the front.

So inclusion costs nothing while rendering, and a template can show its document first and the macros it calls after it.
"""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import nodes

STRIDE = 1_000_000
"""Lines of included files are numbered from a multiple of this, so that errors find the file again."""


def inline(tree: nodes.Template, parse: Callable[[str], tuple[nodes.Template, int]]) -> nodes.Template:
    """Replace `{% include 'name' %}` by the content of that template.

    `parse` gives the tree of a template and the number of its file.
    """
    _inline_children(tree, parse)
    return tree


def macros_first(tree: nodes.Template) -> nodes.Template:
    """Put a template's own macros before everything else, as Jinja2 runs a definition where it stands."""
    tree.body.sort(key=lambda node: not isinstance(node, nodes.Macro))
    return tree


def _inline_children(node: nodes.Node, parse: Callable[[str], tuple[nodes.Template, int]]) -> None:
    for _, value in node.iter_fields():
        if isinstance(value, list):
            value[:] = [found for item in value for found in _inlined(item, parse)]
        elif isinstance(value, nodes.Node):
            _inline_children(value, parse)


def _inlined(item: object, parse: Callable[[str], tuple[nodes.Template, int]]) -> list[object]:
    if isinstance(item, nodes.Include) and isinstance(item.template, nodes.Const):
        tree, number = parse(str(item.template.value))
        _renumber(tree, number * STRIDE)
        return list(tree.body)
    if isinstance(item, nodes.Node):
        _inline_children(item, parse)
    return [item]


def _renumber(tree: nodes.Template, offset: int) -> None:
    waiting: list[object] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, nodes.Node):
            if node.lineno is not None and node.lineno < STRIDE:
                node.lineno += offset
            waiting += [getattr(node, name, None) for name in node.fields]
