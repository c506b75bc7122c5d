"""The state of one run of a template, and its bounds (docs/istio/go-templates.md § 16.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from meshc.gotemplate.errors import exceeded
from meshc.gotemplate.types import Type
from meshc.gotemplate.values import Value


@dataclass(frozen=True)
class Bounds:
    """What one run may use. `string` counts characters, `items` elements that one function makes."""

    steps: int = 2_000_000
    output: int = 16 << 20
    string: int = 8 << 20
    items: int = 1_000_000
    depth: int = 1_000
    """Nesting of `template` calls."""
    text: int = 4 << 20
    """Size of the template's text."""


BOUNDS: Final = Bounds()


class Held:
    """A value of dot or of a variable together with the interface type that it is declared with; only while positions are
    kept, where messages show that type."""

    __slots__ = ("type", "value")

    def __init__(self, value: Value, type_: Type) -> None:
        self.value = value
        self.type = type_


class Run:
    """Output, variables and what is left of the bounds. `node` and `template` say where a run that keeps positions is."""

    __slots__ = (
        *(
            "bounds",
            "boxed",
            "depth",
            "marks",
            "names",
            "node",
            "out",
            "program",
            "room",
            "static",
            "steps",
            "template",
            "variables",
        ),
    )

    def __init__(self, program: Any, bounds: Bounds) -> None:
        self.program = program
        self.bounds = bounds
        self.steps = bounds.steps
        self.room = bounds.output
        self.out: list[str] = []
        self.variables: list[Value] = []
        self.names: list[str] = []
        self.depth = 0
        self.node: Any = None
        self.template = ""
        self.boxed = False
        self.static: tuple[Value, Type] | None = None
        self.marks: list[tuple[int, int]] = []

    def write(self, text: str) -> None:
        self.room -= len(text)
        if self.room < 0:
            raise exceeded("size of the output", self.bounds.output)
        self.out.append(text)

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise exceeded("steps of one run", self.bounds.steps)
