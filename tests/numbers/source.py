"""The compiler's modules, read once: lines, comments, functions, names."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "compiler" / "meshc"
# Packages that came with features of their own; the limit on lines is for what stood before.
NEW = ("gotemplate", "injection/go_templates")
# Where documents of any shape come in, and where Go's untyped values live.
BORDER = ("yamlio", "trees", "load", "gotemplate")
_UNTYPED = ("Any", "Json")
_LAYOUT = (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING)


@dataclass(frozen=True)
class Module:
    """One source file."""

    path: Path
    text: str

    @property
    def package(self) -> str:
        """The package below `meshc` (or the module itself)."""
        return self.path.relative_to(PACKAGE).parts[0].removesuffix(".py")

    @property
    def is_new(self) -> bool:
        """Whether the module belongs to a feature of its own."""
        below = self.path.relative_to(PACKAGE).as_posix()
        return any(below.startswith(f"{name}/") for name in NEW)

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        """All lines."""
        return self.text.count("\n")

    @cached_property
    def functions(self) -> list[int]:
        """Lengths of the functions and methods in lines."""
        defined = (n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
        return [(n.end_lineno or n.lineno) - n.lineno + 1 for n in defined]

    @cached_property
    def untyped(self) -> int:
        """Mentions of `Any`, and of its alias `Json`, beside their definition and import."""
        return sum(isinstance(n, ast.Name) and n.id in _UNTYPED for n in ast.walk(self.tree))

    @cached_property
    def late_imports(self) -> int:
        """Imports inside functions."""
        functions = (n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
        return len({id(m) for f in functions for m in ast.walk(f) if isinstance(m, ast.Import | ast.ImportFrom)})

    @cached_property
    def comments_and_code(self) -> tuple[int, int]:
        """Lines that hold a comment, and lines that hold code; strings that stand alone (docstrings) are neither."""
        comments: set[int] = set()
        code: set[int] = set()
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                comments.add(token.start[0])
            elif token.type not in _LAYOUT:
                code.update(range(token.start[0], token.end[0] + 1))
        return len(comments), len(code - self._docstrings)

    @cached_property
    def _docstrings(self) -> set[int]:
        statements = (n for n in ast.walk(self.tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))
        return {line for n in statements for line in range(n.lineno, (n.end_lineno or n.lineno) + 1)}


def modules() -> list[Module]:
    """Every module of the compiler, by path."""
    return [Module(path, path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))]


def older(found: list[Module]) -> Iterator[Module]:
    """The modules outside the packages that are features of their own."""
    return (m for m in found if not m.is_new)
