"""Names the function of meshc that decided a layer's value, read from meshc's own source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from meshc import injection

_ROOT = Path(injection.__file__).resolve().parents[1]
_DATA = "meshc.injection.templating."
_EXPRESSION = re.compile(r"\{\{(.*?)\}\}")
_STRING = re.compile(r"""(["']).*?\1""")
# a name that is neither an attribute nor a filter
_NAME = re.compile(r"(?<![\w.|])(?<!\| )[A-Za-z_]\w*")


@dataclass(frozen=True)
class Function:
    """A function by its dotted name, with the file and line (1-based) where it decides the value."""

    name: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.name} ({self.file}:{self.line})"


def of_template(template: str, source: str) -> Function | None:
    """The function that gives the first of the names in a template's line its value; None where no rule has such a name.

    The module of the template's own data comes before the data that templates share, because it may replace a value.
    """
    names = [n for expression in _EXPRESSION.findall(source) for n in _NAME.findall(_STRING.sub("", expression))]
    own = f"{_DATA}{template.partition('-')[0]}_data"
    for name in names:
        found = sorted((f for n, f in _template_values() if n == name), key=lambda f: not f.name.startswith(own))
        if found:
            return found[0]
    return None


def of_stage(name: str) -> Function | None:
    """The function that a layer names (`meshc.injection.edits.Layer`), with its place; None for an empty name."""
    module, _, function = name.rpartition(".")
    file = (_ROOT.parent / module.replace(".", "/")).with_suffix(".py")
    return next((f.at(f.node.lineno) for f in _functions(file) if f.node.name == function), None) if module else None


@cache
def _template_values() -> tuple[tuple[str, Function], ...]:
    """Every field of the templates' data with the place of its rule."""
    found: list[tuple[str, Function]] = []
    for file in sorted((_ROOT / "injection" / "templating").glob("*_data.py")):
        for function in _functions(file):
            for node in ast.walk(function.node):
                found += ((key, function.at(line)) for key, line in _keys(node))
    return tuple(found)


@dataclass(frozen=True)
class _Source:
    node: ast.FunctionDef
    module: str
    file: str

    def at(self, line: int) -> Function:
        return Function(f"{self.module}.{self.node.name}", self.file, line)


def _functions(file: Path) -> Iterator[_Source]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    inside = file.relative_to(_ROOT.parent)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield _Source(node, ".".join(inside.with_suffix("").parts), str(inside))


def _keys(node: ast.AST) -> Iterator[tuple[str, int]]:
    """String keys that a dict literal or an assignment gives a value, with their lines."""
    match node:
        case ast.Dict(keys=keys):
            yield from ((k.value, k.lineno) for k in keys if isinstance(k, ast.Constant) and isinstance(k.value, str))
        case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=str(key)))]):
            yield key, node.lineno
