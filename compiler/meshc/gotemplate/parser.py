"""From tokens to a tree per template, with Go's messages and line numbers (docs/istio/go-templates.md §§ 4, 5.1)."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Final

from meshc.gotemplate import tree
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import exceeded
from meshc.gotemplate.lexer import OPERANDS, Token
from meshc.gotemplate.literals import Number, unquote
from meshc.gotemplate.quoting import quote
from meshc.gotemplate.token_reader import TokenReader

MAX_DEPTH: Final = 1_000
"""Nesting of actions and of parentheses."""


@dataclass(slots=True)
class Parsed:
    """One text: a tree per template. `regular` says that variables have fixed places on the stack."""

    text: str
    templates: dict[str, tree.Body] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)
    """The functions that are named, with where they are named first."""
    regular: bool = True


@dataclass(slots=True)
class _Frame:
    """The state of one `define` or `block` body."""

    variables: list[tuple[str, int]] = field(default_factory=lambda: [("$", 0)])
    """Names that are known, with their places on the stack; -1 for one that is known but not there (see `_branch`)."""
    height: int = 1
    """Variables on the stack."""
    ranges: int = 0


def parse(text: str, name: str, functions: Container[str], dialect: Dialect) -> Parsed:
    """The templates of a text; raises GoTemplateError."""
    return Parser(text, name, functions, dialect).parse()


class Parser(TokenReader):
    def __init__(self, text: str, name: str, functions: Container[str], dialect: Dialect) -> None:
        super().__init__(text, name, dialect)
        self.functions = functions
        self.parsed = Parsed(text)
        self.frame = _Frame()
        self.nesting = 0
        self.control: dict[str, Callable[[Token], tree.Node]] = {
            "block": self._block,
            "break": self._jump,
            "continue": self._jump,
            "else": self._else,
            "end": self._end,
            "if": self._branch,
            "range": self._branch,
            "with": self._branch,
            "template": self._include,
        }

    # Lists and actions

    def parse(self) -> Parsed:
        root = tree.Body(0)
        while self.peek().kind != "EOF":
            if self.peek().kind == "{{":
                delimiter = self.next()
                if self.next_token().kind == "define":
                    self._define()
                    continue
                self.back(delimiter)
            node = self._text_or_action()
            if isinstance(node, tree.Mark):
                self.fail(f"unexpected {node}")
            root.nodes.append(node)
        self._add(self.name, root)
        return self.parsed

    def _add(self, name: str, body: tree.Body) -> None:
        known = self.parsed.templates.get(name)
        if known is None or _is_empty(known):
            self.parsed.templates[name] = body
        elif not _is_empty(body):
            self.fail(f"template: multiple definition of template {quote(name)}")

    def _define(self) -> None:
        context = "define clause"
        token = self.next_token()
        name = self._template_name(token, context)
        self.expect("}}", context)
        outer, self.frame = self.frame, _Frame()
        body, end = self._body()
        if end.kind != "end":
            self.fail(f"unexpected {end} in {context}")
        self._add(name, body)
        self.frame = outer

    def _body(self) -> tuple[tree.Body, tree.Mark]:
        self.nesting += 1
        if self.nesting > MAX_DEPTH:
            self.fail(str(exceeded("nesting of actions", MAX_DEPTH)))
        body = tree.Body(self.peek_token().position)
        while self.peek_token().kind != "EOF":
            node = self._text_or_action()
            if isinstance(node, tree.Mark):
                self.nesting -= 1
                return body, node
            body.nodes.append(node)
        return self.fail("unexpected EOF")

    def _text_or_action(self) -> tree.Node:
        token = self.next_token()
        if token.kind == "text":
            return tree.Text(token.position, token.text)
        if token.kind != "{{":
            self.unexpected(token, "input")
        self.action_at = token.position
        node = self._action()
        self.action_at = None
        return node

    def _action(self) -> tree.Node:
        token = self.next_token()
        control = self.control.get(token.kind)
        if control is not None:
            return control(token)
        self.back()
        return tree.Action(self.peek().position, self._pipeline("command", "}}"))

    def _jump(self, token: Token) -> tree.Node:
        shown = "{{" + token.kind + "}}"
        self.expect("}}", shown)
        if not self.frame.ranges:
            self.fail(f"{shown} outside {{{{range}}}}")
        return tree.Jump(token.position, token.kind)

    def _end(self, token: Token) -> tree.Node:
        return tree.Mark(self.expect("}}", "end").position, "end")

    def _else(self, token: Token) -> tree.Node:
        following = self.peek_token()
        if following.kind == "if" or (following.kind == "with" and self.dialect.else_with):
            return tree.Mark(following.position, "else")
        return tree.Mark(self.expect("}}", "else").position, "else")

    def _branch(self, token: Token) -> tree.Node:
        kind = token.kind
        depth, height = len(self.frame.variables), self.frame.height
        pipeline = self._pipeline(kind, "}}")
        inner, inner_height = len(self.frame.variables), self.frame.height
        if kind == "range":
            self.frame.ranges += 1
        body, closing = self._body()
        if kind == "range":
            self.frame.ranges -= 1
        otherwise = None
        # Go still knows the variables of the body in the else list, where they are not on the stack
        self.frame.variables[inner:] = [(known, -1) for known, _ in self.frame.variables[inner:]]
        self.frame.height = inner_height
        if closing.kind == "else":
            following = self.peek()
            if kind != "range" and following.kind == kind:
                self.next()
                self.nesting += 1
                if self.nesting > MAX_DEPTH:
                    self.fail(str(exceeded("nesting of actions", MAX_DEPTH)))
                otherwise = tree.Body(closing.position, [self._branch(following)])
                self.nesting -= 1
            else:
                otherwise, closing = self._body()
                if closing.kind != "end":
                    self.fail(f"expected end; found {closing}")
        del self.frame.variables[depth:]
        self.frame.height = height
        return tree.Branch(pipeline.position, kind, pipeline, body, otherwise, depth)

    def _block(self, token: Token) -> tree.Node:
        context = "block clause"
        token = self.next_token()
        name = self._template_name(token, context)
        pipeline = self._pipeline(context, "}}")
        outer, self.frame = self.frame, _Frame()
        body, end = self._body()
        if end.kind != "end":
            self.fail(f"unexpected {end} in {context}")
        self._add(name, body)
        self.frame = outer
        return tree.Include(token.position, name, pipeline)

    def _include(self, token: Token) -> tree.Node:
        context = "template clause"
        token = self.next_token()
        name = self._template_name(token, context)
        pipeline = None
        if self.next_token().kind != "}}":
            self.back()
            pipeline = self._pipeline(context, "}}")
        return tree.Include(token.position, name, pipeline)

    def _template_name(self, token: Token, context: str) -> str:
        if token.kind not in ("string", "raw string"):
            self.unexpected(token, context)
        return self._unquoted(token)

    def _unquoted(self, token: Token) -> str:
        try:
            return unquote(token.text)
        except ValueError as problem:
            self.fail(str(problem))

    # Pipelines

    def _pipeline(self, context: str, end: str) -> tree.Pipeline:
        pipeline = tree.Pipeline(self.peek_token().position)
        start = len(self.frame.variables)
        self._declarations(pipeline, context)
        last = len(self.frame.variables)
        while True:
            token = self.next_token()
            if token.kind == end:
                self._check(pipeline, context)
                self._push(start, last)
                return pipeline
            if token.kind not in OPERANDS:
                self.unexpected(token, context)
            self.back()
            pipeline.commands.append(self._command())

    def _declarations(self, pipeline: tree.Pipeline, context: str) -> None:
        variables: list[Token] = []
        self._read_declarations(pipeline, context, variables)
        for one in variables:
            self._declare(pipeline, one, context)

    def _push(self, start: int, end: int) -> None:
        """Puts declared variables on the stack, once their pipeline is complete."""
        for at in range(start, end):
            self.frame.variables[at] = (self.frame.variables[at][0], self.frame.height)
            self.frame.height += 1

    def _read_declarations(self, pipeline: tree.Pipeline, context: str, variables: list[Token]) -> None:
        while True:
            variable = self.peek_token()
            if variable.kind != "variable":
                return
            self.next()
            after = self.peek()
            following = self.peek_token()
            if following.kind in ("=", ":="):
                self.next_token()
                pipeline.assigns = following.kind == "="
                pipeline.sign = following.kind if self.dialect.else_with else ":="
                variables.append(variable)
                return
            if following.kind == "char" and following.text == ",":
                self.next_token()
                variables.append(variable)
                if context == "range" and len(variables) < 2:
                    if self.peek_token().kind in ("variable", "}}", ")"):
                        continue
                    self.fail("range can only initialize variables")
                self.fail(f"too many declarations in {context}")
            if after.kind == "space":
                self.back(variable, after)
            else:
                self.back(variable)
            return

    def _declare(self, pipeline: tree.Pipeline, token: Token, context: str) -> None:
        place = self._place(token.text)
        pipeline.variables.append(tree.Variable(token.position, token.text, (), place))
        if not pipeline.assigns or place < 0:
            self.frame.variables.append((token.text, -1))
            self.parsed.regular &= context != "parenthesized pipeline" and not pipeline.assigns

    def _place(self, name: str) -> int:
        return next((place for known, place in reversed(self.frame.variables) if known == name and place >= 0), -1)

    def _check(self, pipeline: tree.Pipeline, context: str) -> None:
        if not pipeline.commands:
            self.fail(f"missing value for {context}")
        for stage, command in enumerate(pipeline.commands[1:], 2):
            if isinstance(command.operands[0], tree.Literal | tree.NumberLiteral):
                self.fail(f"non executable command in pipeline stage {stage}")

    def _command(self) -> tree.Command:
        command = tree.Command(self.peek_token().position)
        while True:
            self.peek_token()
            operand = self._operand()
            if operand is not None:
                command.operands.append(operand)
            token = self.next()
            if token.kind == "space":
                continue
            if token.kind in ("}}", ")"):
                self.back()
            elif token.kind != "|":
                self.unexpected(token, "operand")
            break
        if not command.operands:
            self.fail("empty command")
        return command

    def _operand(self) -> tree.Operand | None:
        term = self._term()
        if term is None or self.peek().kind != "field":
            return term
        position, names = self.peek().position, []
        while self.peek().kind == "field":
            names.append(self.next().text[1:])
        if isinstance(term, tree.Fields):
            return tree.Fields(position, (*term.names, *names))
        if isinstance(term, tree.Variable):
            return tree.Variable(position, term.name, (*term.names, *names), term.index)
        if isinstance(term, tree.Literal | tree.NumberLiteral):
            self.fail(f"unexpected . after term {quote(str(term))}")
        return tree.Chain(position, term, tuple(names))

    def _term(self) -> tree.Operand | None:
        token = self.next_token()
        kind, position, text = token
        if kind == "field":
            return tree.Fields(position, (text[1:],))
        if kind == "identifier":
            if text not in self.functions:
                self.fail(f"function {quote(text)} not defined", "function %q not defined", text)
            self.parsed.functions.setdefault(text, position)
            return tree.Identifier(position, text)
        if kind == "variable":
            place = self._place(text)
            if all(known != text for known, _ in self.frame.variables):
                self.fail(f"undefined variable {quote(text)}")
            return tree.Variable(position, text, (), place)
        if kind in ("string", "raw string"):
            return tree.Literal(position, "string", text, self._unquoted(token))
        if kind in ("number", "character", "complex"):
            return self._number(token)
        if kind == "bool":
            return tree.Literal(position, kind, text, text == "true")
        if kind in ("dot", "nil"):
            return tree.Literal(position, kind, text)
        if kind == "(":
            return self._parenthesized()
        self.back()
        return None

    def _parenthesized(self) -> tree.Pipeline:
        self.nesting += 1
        if self.nesting > MAX_DEPTH:
            self.fail("max expression depth exceeded")
        pipeline = self._pipeline("parenthesized pipeline", ")")
        self.nesting -= 1
        return pipeline

    def _number(self, token: Token) -> tree.NumberLiteral:
        try:
            return tree.NumberLiteral(token.position, Number(token.text))
        except ValueError as problem:
            self.fail(str(problem))


def _is_empty(body: tree.Body) -> bool:
    return all(isinstance(node, tree.Text) and not node.text.strip(" \t\r\n\v\f\x85\xa0") for node in body.nodes)
