"""Settles questions to the release catalogue when a template is compiled."""

from __future__ import annotations

from jinja2 import nodes

from meshc.catalog import Release
from meshc.errors import TemplateError


def settle(tree: nodes.Template, release: Release | None) -> nodes.Template:
    """Replace `has('area.switch')` and scalar `fact('area.name')` by their value in the release.

    Without a release the tree is left alone.
    """
    if release is not None:
        _settle_children(tree, release)
    return tree


def _settle_children(node: nodes.Node, release: Release) -> None:
    for name, value in node.iter_fields():
        if isinstance(value, list):
            value[:] = [_settled(v, release) if isinstance(v, nodes.Node) else v for v in value]
        elif isinstance(value, nodes.Node):
            setattr(node, name, _settled(value, release))


def _settled(node: nodes.Node, release: Release) -> nodes.Node:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in ("has", "fact"):
        return _answer(node, node.node.name, release)
    _settle_children(node, release)
    return node


def _answer(node: nodes.Call, question: str, release: Release) -> nodes.Node:
    match node.args:
        case [nodes.Const(value=str(name))] if not node.kwargs:
            pass
        case _:
            raise TemplateError(
                f"{question}() wants one literal name", line=node.lineno, hint=f"write {question}('area.name')"
            )
    try:
        value = release.has(name) if question == "has" else release.fact(name)
    except (KeyError, FileNotFoundError):
        raise TemplateError(f"the catalogue has no {name!r}", line=node.lineno) from None
    return nodes.Const.from_untrusted(value, lineno=node.lineno)
