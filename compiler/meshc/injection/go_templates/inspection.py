"""What can be said about Go templates: constructs that a release lacks or meshc refuses, values that change structure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from meshc import yamlio
from meshc.catalog import Release
from meshc.errors import InputError
from meshc.gotemplate import tree
from meshc.gotemplate.functions.refused import names as refused_names
from meshc.gotemplate.template import GoTemplate
from meshc.injection.go_templates.cluster_templates import ClusterTemplates
from meshc.injection.go_templates.data_object import ROOT
from meshc.injection.go_templates.type_table import type_table
from meshc.injection.templating.template_input import TemplateInput
from meshc.yamlio import Json

_STRUCTURED = re.compile(
    r"\b(toYaml|toJson\w*|toJSON|toPrettyJson|toRawJson|structToJSON|protoToJSON|indent|nindent|quote|squote)\b"
)
_ODD = re.compile(r"[\n:#{}\[\]&*!|>'\"%@`,-]")


@dataclass(frozen=True)
class Note:
    """One remark: `kind` is `dead`, `error` or `structure`; `line` counts in the template's text."""

    kind: str
    template: str
    line: int
    message: str


def static_notes(cluster: ClusterTemplates) -> Iterator[Note]:
    """Fields of the data object that the release lacks, and functions that meshc refuses, in every text."""
    for name in sorted(cluster.texts):
        template = cluster.template(name)
        for field, position in _dead_fields(template, cluster.release):
            line = _line(template, position)
            yield Note("dead", name, line, f"Istio {cluster.release} has no .{field} in the data of templates")
        for function, position in template.parsed.functions.items():
            if function in refused_names():
                yield Note("error", name, _line(template, position), f"meshc refuses {function}")


def structure_notes(cluster: ClusterTemplates, name: str, given: TemplateInput) -> Iterator[Note]:
    """Values that became structure: text that an action wrote and that YAML does not read as one scalar."""
    written = cluster.written(name, given)
    shape = _shape_of(written.text)
    if shape is None:
        return
    ends = [*written.starts[1:], len(written.text)]
    for start, end, position in zip(written.starts, ends, written.positions, strict=True):
        action = _action(written.template, position)
        piece = written.text[start:end]
        if not action or not _ODD.search(piece) or _STRUCTURED.search(action) or ".Values" in action:
            continue
        other = _shape_of(written.text[:start] + "x" + written.text[end:])
        if other != shape:
            line = written.template.count("\n", 0, position) + 1
            yield Note("structure", name, line, f"the value of {action} became structure of the overlay")


def _action(text: str, position: int) -> str:
    """The action that begins at (or directly after the delimiter before) a position; empty for plain text."""
    start = text.rfind("{{", 0, position + 2)
    end = text.find("}}", position)
    if start < 0 or end < 0 or text[start:position].strip("{- \t\r\n"):
        return ""
    return text[start : end + 2]


def _shape_of(text: str) -> Json:
    """The keys and the lengths of lists of a YAML text; None when it is no YAML."""
    try:
        return _shape(yamlio.load(text))
    except InputError:
        return None


def _shape(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _shape(one) for key, one in value.items()}
    return [_shape(one) for one in value] if isinstance(value, list) else ""


def _line(template: GoTemplate, position: int) -> int:
    return template.text.count("\n", 0, position) + 1


def _dead_fields(template: GoTemplate, release: Release) -> Iterator[tuple[str, int]]:
    """Fields of the root that the release lacks: `.X` where dot is the root, and `$.X` in the main template."""
    root = type_table(release).parse(ROOT)
    main = template.parsed.templates[template.name]
    for node, at_root in _chains(main, True):
        names = node.names if isinstance(node, tree.Variable) or at_root else ()
        if names and (not isinstance(node, tree.Variable) or node.name == "$") and root.path_to(names[0]) is None:
            yield names[0], node.position


def _chains(node: object, at_root: bool) -> Iterator[tuple[tree.Fields | tree.Variable, bool]]:
    """Every chain of fields below a node, with whether dot is the root there."""
    if isinstance(node, tree.Fields | tree.Variable):
        yield node, at_root
    elif isinstance(node, tree.Branch):
        yield from _chains(node.pipeline, at_root)
        yield from _chains(node.body, at_root and node.kind == "if")
        yield from _chains(node.otherwise, at_root)
    elif isinstance(node, tree.Body):
        for one in node.nodes:
            yield from _chains(one, at_root)
    elif isinstance(node, tree.Action | tree.Include):
        yield from _chains(node.pipeline, at_root)
    elif isinstance(node, tree.Pipeline):
        for command in node.commands:
            for one in command.operands:
                yield from _chains(one, at_root)
    elif isinstance(node, tree.Chain):
        yield from _chains(node.operand, at_root)
