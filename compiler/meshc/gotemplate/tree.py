"""Nodes of a parsed template. `str()` writes a node back as Go's error messages show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from meshc.gotemplate.literals import Number
from meshc.gotemplate.quoting import quote


@dataclass(slots=True, eq=False)
class Node:
    position: int


@dataclass(slots=True, eq=False)
class Text(Node):
    text: str


@dataclass(slots=True, eq=False)
class Literal(Node):
    """A string, a number, a bool, `nil` or `.`: `kind` says which, `text` is what was written."""

    kind: str
    text: str
    value: Any = None

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True, eq=False)
class NumberLiteral(Node):
    number: Number

    def __str__(self) -> str:
        return self.number.text


@dataclass(slots=True, eq=False)
class Identifier(Node):
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(slots=True, eq=False)
class Fields(Node):
    """`.a.b`: fields of dot."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(["." + name for name in self.names])


@dataclass(slots=True, eq=False)
class Variable(Node):
    """`$x.a.b`; `index` is the variable's place on the stack when it can be told while parsing."""

    name: str
    names: tuple[str, ...]
    index: int = -1

    def __str__(self) -> str:
        return ".".join([self.name, *self.names])


@dataclass(slots=True, eq=False)
class Chain(Node):
    """`(pipeline).a.b`, or fields of a function's result."""

    operand: Operand
    names: tuple[str, ...]

    def __str__(self) -> str:
        inner = f"({self.operand})" if isinstance(self.operand, Pipeline) else str(self.operand)
        return inner + "".join(["." + name for name in self.names])


@dataclass(slots=True, eq=False)
class Command(Node):
    operands: list[Operand] = field(default_factory=list)

    def __str__(self) -> str:
        return " ".join([f"({one})" if isinstance(one, Pipeline) else str(one) for one in self.operands])


@dataclass(slots=True, eq=False)
class Pipeline(Node):
    commands: list[Command] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    assigns: bool = False
    sign: str = ":="
    """How the declaration is written back: Go before 1.23 always writes `:=`."""

    def __str__(self) -> str:
        body = " | ".join([str(one) for one in self.commands])
        return f"{', '.join([one.name for one in self.variables])} {self.sign} {body}" if self.variables else body


Operand = Literal | NumberLiteral | Identifier | Fields | Variable | Chain | Pipeline


@dataclass(slots=True, eq=False)
class Action(Node):
    pipeline: Pipeline

    def __str__(self) -> str:
        return "{{" + str(self.pipeline) + "}}"


@dataclass(slots=True, eq=False)
class Body(Node):
    nodes: list[Any] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Branch(Node):
    """`if`, `with` or `range` (`kind`). `depth` counts the variables that are on the stack before it."""

    kind: str
    pipeline: Pipeline
    body: Body
    otherwise: Body | None
    depth: int


@dataclass(slots=True, eq=False)
class Include(Node):
    """`{{template "name" pipeline}}`."""

    name: str
    pipeline: Pipeline | None

    def __str__(self) -> str:
        tail = "" if self.pipeline is None else f" {self.pipeline}"
        return "{{template " + quote(self.name) + tail + "}}"


@dataclass(slots=True, eq=False)
class Jump(Node):
    """`break` or `continue`."""

    kind: str

    def __str__(self) -> str:
        return "{{" + self.kind + "}}"


@dataclass(slots=True, eq=False)
class Mark(Node):
    """`end` or `else` while parsing: what closes a list."""

    kind: str

    def __str__(self) -> str:
        return "{{" + self.kind + "}}"
