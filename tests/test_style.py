"""The habits a machine can count: sizes, imports, release numbers, layout."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "compiler" / "meshc"
MODULES = sorted(PACKAGE.rglob("*.py"))
SOURCES = {path: path.read_text(encoding="utf-8") for path in MODULES}
RELEASE_TEXT = re.compile(r"^1\.(1[7-9]|2\d|30)(\.\d+)?$")


def _functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, text in SOURCES.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_module_is_over_400_lines_and_the_median_is_at_most_120() -> None:
    sizes = {_name(path): text.count("\n") for path, text in SOURCES.items()}
    assert {name: size for name, size in sizes.items() if size > 400} == {}
    assert statistics.median(sizes.values()) <= 120


def test_no_function_is_over_60_lines_and_the_usual_one_is_short() -> None:
    lengths = {
        (_name(path), node.name, node.lineno): (node.end_lineno or 0) - node.lineno + 1 for path, node in _functions()
    }
    assert {where: length for where, length in lengths.items() if length > 60} == {}
    assert statistics.median(lengths.values()) <= 15
    over_40 = sorted(where for where, length in lengths.items() if length > 40)
    assert len(over_40) <= len(lengths) * 0.01, over_40


def test_every_module_says_its_job() -> None:
    silent = [_name(path) for path, text in SOURCES.items() if text.strip() and not ast.get_docstring(ast.parse(text))]
    assert silent == []


def test_broad_except_stands_only_at_the_borders() -> None:
    borders = {"compiler/meshc/cli/border.py"}
    found = set()
    for path, text in SOURCES.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ExceptHandler):
                names = (
                    [n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)] if node.type else ["BaseException"]
                )
                reraises = any(isinstance(n, ast.Raise) and n.exc is None for n in ast.walk(node))
                if {"Exception", "BaseException"} & set(names) and not reraises:
                    found.add(_name(path))
    assert {f for f in found if not f.startswith("compiler/meshc/webhook/")} <= borders


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_release_number_is_compared_outside_the_catalogue(path: Path) -> None:
    if path.name == "catalog.py":
        return
    for node in ast.walk(ast.parse(SOURCES[path])):
        if isinstance(node, ast.Compare):
            for part in [node.left, *node.comparators]:
                for leaf in ast.walk(part):
                    assert not _is_release(leaf), f"{_name(path)}:{node.lineno} compares a release: make it a switch"


def test_no_release_number_stands_in_a_template() -> None:
    for path in (ROOT / "templates").rglob("*.j2"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            code = re.sub(r"\{#.*?#\}", "", line)
            assert not re.search(r"""['"]1\.(1[7-9]|2\d|30)(\.\d+)?['"]""", code), f"{_name(path)}:{number}"
            assert "release.version" not in code, f"{_name(path)}:{number}"


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [_name(p) for p in MODULES if re.search(r"util|manager|helper", p.stem)] == []


def _is_release(leaf: ast.AST) -> bool:
    match leaf:
        case ast.Constant(value=str(text)):
            return bool(RELEASE_TEXT.match(text))
        case ast.Attribute(attr="version" | "minor", value=ast.Name(id="release") | ast.Attribute(attr="release")):
            return True
    return False
