"""Random templates and data, seeded: what the tests compare with Go."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from meshc.gotemplate.calls import Function
from meshc.gotemplate.types import ANY, GENERIC, Type

# not the same twice, or about the world outside
_RANDOM = (
    "randAlpha randAlphaNum randNumeric randAscii randBytes randInt uuidv4 shuffle genPrivateKey genCA genCAWithKey "
    "genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey encryptAES decryptAES bcrypt htpasswd "
    "buildCustomCert derivePassword getHostByName env expandenv keys values"
)
_CLOCK = (
    "now ago date dateInZone date_in_zone htmlDate htmlDateInZone durationRound toDate mustToDate dateModify date_modify "
    "mustDateModify must_date_modify unixEpoch"
)
_OTHERS = "deepCopy mustDeepCopy repeat until untilStep seq indent nindent call"
_LEFT_OUT = frozenset(f"{_RANDOM} {_CLOCK} {_OTHERS}".split())
_STRINGS = (
    "",
    "a",
    "B",
    "hello world",
    "a,b,c",
    "1",
    "1.5",
    "0x1F",
    "é",
    "日本",
    "x\\ty",
    "<&>",
    "A-b_c",
    "v1.2.3",
    "a*",
    "(",
)
_NUMBERS = ("0", "1", "2", "-3", "1.5", "1e3", "0x10", "100000000", "-0.5", "'a'", "1e-7")
_KEYS = ("a", "b", "list", "map", "name", "n", "nil", "t", "nope")
_WORDS = ("x", " ", "\n", "- ", "key: ", "  ", "é", "}}", '"')


@dataclass(frozen=True)
class Question:
    """One template and its data, as JSON."""

    template: str
    data: Any

    def line(self) -> str:
        """The question as the judge reads it."""
        return json.dumps({"template": self.template, "data": self.data, "sprig": True})


class Generator:
    """Makes questions from a seed."""

    def __init__(self, seed: int, functions: Mapping[str, Function]) -> None:
        self.random = random.Random(seed)
        self.functions = [one for name, one in sorted(functions.items()) if name not in _LEFT_OUT]
        self.variables: list[str] = []
        self.depth = 0

    def questions(self, count: int) -> Iterator[Question]:
        for _ in range(count):
            self.variables = []
            yield Question(self.body(3), self.value(3, root=True))

    # Data

    def value(self, depth: int, *, root: bool = False) -> Any:
        choose = self.random
        if root or (depth and choose.random() < 0.3):
            keys = choose.sample(_KEYS[:-1], choose.randint(3, 8) if root else choose.randint(0, 3))
            return {key: self.value(depth - 1) for key in keys}
        if depth and choose.random() < 0.4:
            return [self.value(depth - 1) for _ in range(choose.randint(0, 4))]
        return choose.choice(
            [
                None,
                True,
                False,
                0,
                1,
                2.5,
                -3,
                1e6,
                123456789,
                1e21,
                1e-7,
                "",
                "a",
                "b",
                "text",
                "1",
                "a b",
                "é",
                "<x>",
                "1.2.3",
            ]
        )

    # Statements

    def body(self, depth: int) -> str:
        mark = len(self.variables)
        text = "".join([self.statement(depth) for _ in range(self.random.randint(1, 4))])
        del self.variables[mark:]
        return text

    def statement(self, depth: int) -> str:
        chance = self.random.random()
        if chance < 0.25 or not depth:
            return self.random.choice(_WORDS)
        if chance < 0.6:
            return self.action(self.pipeline(2))
        if chance < 0.7:
            return self.declaration()
        if chance < 0.85:
            return self.branch(depth)
        if chance < 0.97:
            return self.loop(depth)
        return self.action("template " + self.random.choice(['"none" .', '"t" .']))

    def action(self, inside: str) -> str:
        left, right = self.random.choice(["{{", "{{ ", "{{- "]), self.random.choice(["}}", " }}", " -}}"])
        return left + inside + right

    def declaration(self) -> str:
        if self.variables and self.random.random() < 0.3:
            return self.action(f"{self.random.choice(self.variables)} = {self.pipeline(2)}")
        name = f"${self.random.choice('xyz')}"
        text = self.action(f"{name} := {self.pipeline(2)}")
        self.variables.append(name)
        return text

    def branch(self, depth: int) -> str:
        kind = self.random.choice(["if", "with"])
        text = self.action(f"{kind} {self.pipeline(2)}") + self.body(depth - 1)
        if self.random.random() < 0.3:
            text += self.action(f"else {kind} {self.pipeline(1)}") + self.body(depth - 1)
        if self.random.random() < 0.5:
            text += self.action("else") + self.body(depth - 1)
        return text + self.action("end")

    def loop(self, depth: int) -> str:
        names = self.random.choice([[], ["$v"], ["$k", "$v"]])
        head = f"range {', '.join(names)}{' := ' if names else ''}{self.operand(1)}"
        mark = len(self.variables)
        self.variables += names
        text = self.action(head) + self.body(depth - 1)
        if self.random.random() < 0.2:
            text += self.action(f"if {self.operand(1)}") + self.action(self.random.choice(["break", "continue"]))
            text += self.action("end")
        del self.variables[mark:]
        if self.random.random() < 0.3:
            text += self.action("else") + self.body(depth - 1)
        return text + self.action("end")

    # Expressions

    def pipeline(self, depth: int) -> str:
        stages = [self.command(depth)]
        while depth and self.random.random() < 0.35:
            function = self.random.choice(self.functions)
            stages.append(self.call(function, depth - 1, piped=True))
        return " | ".join(stages)

    def command(self, depth: int) -> str:
        if depth and self.random.random() < 0.6:
            return self.call(self.random.choice(self.functions), depth - 1, piped=False)
        return self.operand(depth)

    def call(self, function: Function, depth: int, *, piped: bool) -> str:
        wanted = list(function.params)
        if function.variadic:
            wanted = wanted[:-1] + [wanted[-1]] * self.random.randint(0, 2)
        if piped and wanted:
            wanted.pop()
        if self.random.random() < 0.03:
            wanted.append(ANY)
        return " ".join([function.name, *[self.argument(one, depth) for one in wanted]])

    def argument(self, type_: Type, depth: int) -> str:
        if self.random.random() < 0.75 and type_ not in (ANY, GENERIC):
            if type_.kind == "string":
                return self.string()
            if type_.kind in ("int", "int64", "float64"):
                return self.random.choice(["0", "1", "2", "-1", "3"])
            if type_.kind == "bool":
                return self.random.choice(["true", "false"])
            if type_.kind == "map":
                return self.random.choice([".map", '(dict "a" 1 "b" "x")', "(dict)"])
        return self.operand(depth)

    def operand(self, depth: int) -> str:
        chance = self.random.random()
        if chance < 0.4:
            fields = ".".join(self.random.choices(_KEYS, k=self.random.choice([1, 1, 2])))
            return self.random.choice([".", ".", "$."]) + fields
        if chance < 0.5 and self.variables:
            return self.random.choice(self.variables)
        if chance < 0.65:
            return self.string()
        if chance < 0.8:
            return self.random.choice(_NUMBERS)
        if chance < 0.85:
            return self.random.choice(["true", "false", "nil", "."])
        if depth > 0:
            inner = f"({self.pipeline(depth - 1)})"
            return inner + ("." + self.random.choice(_KEYS) if self.random.random() < 0.2 else "")
        return self.random.choice(['(list 1 "a" nil)', '(dict "a" 1)', '(list "b" "a")'])

    def string(self) -> str:
        return '"' + self.random.choice(_STRINGS) + '"'
