"""Late imports: nothing is loaded before the first use, and names say what the type checker sees."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from meshc.late import late

PACKAGE = Path(__file__).resolve().parents[1] / "compiler" / "meshc"


def test_a_module_is_imported_on_first_use() -> None:
    code = """
import sys
from meshc.late import late
colorsys = late("colorsys")
assert "colorsys" not in sys.modules
assert colorsys.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)
assert "colorsys" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_attribute_is_the_real_modules_own() -> None:
    import colorsys

    assert late("colorsys").rgb_to_hsv is colorsys.rgb_to_hsv


def test_every_late_name_is_the_module_that_the_type_checker_sees() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
                assert _late(node.orelse) <= _imported(node.body), path


def _imported(body: list[ast.stmt]) -> set[tuple[str, str]]:
    """(name bound, module) of the imports."""
    found = set()
    for node in body:
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            module = f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
            found.add((alias.asname or alias.name, module))
    return found


def _late(body: list[ast.stmt]) -> set[tuple[str, str]]:
    found = set()
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[ast.Constant(value=str(module))])):
                found.add((name, module))
    return found
