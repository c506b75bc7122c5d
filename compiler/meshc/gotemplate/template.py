"""A template set: parsed once, compiled once, run on data (docs/istio/go-templates.md §§ 1, 5, 6)."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from meshc.gotemplate import tree
from meshc.gotemplate.calls import Function
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import Failure, GoTemplateError, exceeded
from meshc.gotemplate.parser import Parsed, parse
from meshc.gotemplate.printf import sprintf
from meshc.gotemplate.quoting import quote
from meshc.gotemplate.runs import BOUNDS, Bounds, Run
from meshc.gotemplate.statements import Statement, Statements
from meshc.gotemplate.values import Value, encoded, normal

_FRAMES: Final = 40
"""Nested `template` calls that share one thread's stack."""


class Program:
    """The closures of one text: a body per template."""

    def __init__(
        self, parsed: Parsed, functions: Mapping[str, Function], dialect: Dialect, *, positions: bool, missing: str
    ) -> None:
        compiler = Statements(functions, dialect, positions=positions, missing=missing, regular=parsed.regular)
        self.bodies: dict[str, Statement] = {name: compiler.body(body) for name, body in parsed.templates.items()}

    def run(self, name: str, data: Value, bounds: Bounds) -> Run:
        run = Run(self, bounds)
        run.variables, run.names, run.template = [data], ["$"], name
        self.bodies[name](run, data)
        return run

    def enter(self, run: Run, body: Statement, dot: Value) -> None:
        """Runs the body of a `template` call, on a fresh stack when calls are nested deep."""
        if run.depth % _FRAMES:
            body(run, dot)
            return
        failures: list[BaseException] = []

        def fresh() -> None:
            try:
                body(run, dot)
            except (Failure, RecursionError) as failure:
                failures.append(failure)

        thread = threading.Thread(target=fresh)
        thread.start()
        thread.join()
        if failures:
            raise failures[0]


@dataclass(frozen=True)
class Written:
    """What a run wrote, and the template's line behind each piece."""

    text: str
    starts: list[int]
    positions: list[int]
    template: str

    def line_at(self, offset: int) -> int:
        """The line of the template (from 1) that wrote the character at an offset of the text."""
        place = bisect_right(self.starts, offset) - 1
        if place < 0:
            return 1
        position = self.positions[place]
        line = self.template.count("\n", 0, position) + 1
        if self.template[position : position + 2] != "{{":
            line += self.text.count("\n", self.starts[place], offset)
        return line


class GoTemplate:
    """A text in Go's template language, ready to run.

    Parsing raises GoTemplateError. `run` takes a function that makes the data, since a failed run is repeated with
    positions on fresh data; it raises GoTemplateError with the place in the text.
    """

    def __init__(
        self,
        text: str,
        functions: Mapping[str, Function],
        *,
        dialect: Dialect | None = None,
        name: str = "inject",
        missing: str = "",
        bounds: Bounds = BOUNDS,
    ) -> None:
        self.text = text
        self.name = name
        self.functions = functions
        self.dialect = dialect or Dialect()
        self.missing = missing
        self.bounds = bounds
        if len(text) > bounds.text:
            problem = str(exceeded("size of the template's text", bounds.text))
            raise GoTemplateError(f"template: {name}:1: {problem}", phase="parse", name=name, line=1, problem=problem)
        try:
            self.parsed = parse(text, name, functions, self.dialect)
        except RecursionError:
            problem = "exceeded nesting of actions and parentheses"
            raise GoTemplateError(
                f"template: {name}:1: {problem}", phase="parse", name=name, line=1, problem=problem
            ) from None

    def _compiled(self, *, positions: bool) -> Program:
        return Program(self.parsed, self.functions, self.dialect, positions=positions, missing=self.missing)

    @cached_property
    def program(self) -> Program:
        """The program of the usual run."""
        return self._compiled(positions=False)

    @cached_property
    def located(self) -> Program:
        """The program that keeps positions: for errors and explanations."""
        return self._compiled(positions=True)

    def run(self, data: Callable[[], Value]) -> str:
        """The text that the template yields for the data."""
        try:
            return normal("".join(self.program.run(self.name, data(), self.bounds).out))
        except (Failure, RecursionError):
            self.run_located(data)
            raise

    def run_located(self, data: Callable[[], Value]) -> Written:
        """Like `run`, slower, with the template's line behind each piece of text."""
        run = Run(self.located, self.bounds)
        try:
            run.variables, run.names, run.template = [value := data()], ["$"], self.name
            self.located.bodies[self.name](run, value)
        except Failure as failure:
            raise self._error(run, failure) from None
        except RecursionError:
            raise self._error(run, Failure("exceeded nesting of calls")) from None
        starts, offset, lengths = [], 0, [0]
        for piece in run.out:
            offset += len(piece)
            lengths.append(offset)
        starts = [lengths[place] for place, _ in run.marks]
        return Written("".join(run.out), starts, [position for _, position in run.marks], self.text)

    def _error(self, run: Run, failure: Failure) -> GoTemplateError:
        node: tree.Node = run.node
        position = node.position if node is not None else 0
        start = self.text.rfind("\n", 0, position) + 1
        line, column = self.text.count("\n", 0, position) + 1, len(encoded(self.text[start:position]))
        text = f"template: {self.name}:{line}:{column}: executing {quote(run.template)} at <{node}>: {failure}"
        if "%" in self.name:  # Go takes the name for a part of its format
            executing = f"executing {quote(run.template)} at <{node}>".replace("%", "%%")
            text = sprintf(
                f"template: {self.name}:{line}:{column}: {executing}: {failure.form}", list(failure.operands)
            )
        return GoTemplateError(
            text,
            phase="execute",
            name=run.template,
            line=line,
            column=column,
            source=self.text[start:].split("\n", 1)[0],
            problem=str(failure),
        )
