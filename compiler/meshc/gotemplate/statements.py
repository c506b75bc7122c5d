"""Compiles the statements of templates to closures (docs/istio/go-templates.md § 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from meshc.gotemplate import tree, types
from meshc.gotemplate.errors import Failure, exceeded
from meshc.gotemplate.expressions import Expressions
from meshc.gotemplate.fields import element_type
from meshc.gotemplate.ordering import sorted_pairs
from meshc.gotemplate.printing import shown
from meshc.gotemplate.quoting import quote
from meshc.gotemplate.runs import Held, Run
from meshc.gotemplate.types import INTEGERS
from meshc.gotemplate.values import (
    NONE,
    Chan,
    Func,
    Nil,
    Pointer,
    Scalar,
    Struct,
    Value,
    followed,
    is_nil,
    kind_of,
    mapping,
    raw,
    scalar,
    sequence,
    truth,
    type_of,
)

Statement = Callable[[Run, Value], str | None]
"""Runs a statement; the result is `break` or `continue` when it jumps."""


class Statements(Expressions):
    def body(self, node: tree.Body) -> Statement:
        statements = tuple([self._statement(one) for one in node.nodes])
        count = len(statements) + 1

        def body(run: Run, dot: Value) -> str | None:
            run.steps -= count
            if run.steps < 0:
                raise exceeded("steps of one run", run.bounds.steps)
            for one in statements:
                jump = one(run, dot)
                if jump is not None:
                    return jump
            return None

        return body

    def _statement(self, node: tree.Node) -> Statement:
        if isinstance(node, tree.Text):
            return self._text(node)
        if isinstance(node, tree.Action):
            return self._noted(node, self._action(node))
        if isinstance(node, tree.Branch):
            return self._noted(node, self._range(node) if node.kind == "range" else self._branch(node))
        if isinstance(node, tree.Include):
            return self._noted(node, self._include(node))
        if isinstance(node, tree.Jump):
            kind = node.kind
            return lambda run, dot: kind
        raise TypeError(f"unknown node {node}")

    def _noted(self, node: tree.Node, statement: Statement) -> Statement:
        if not self.positions:
            return statement

        def noted(run: Run, dot: Value) -> str | None:
            run.node = node
            return statement(run, dot)

        return noted

    def _text(self, node: tree.Text) -> Statement:
        text, position = node.text, node.position
        if self.positions:

            def write_noted(run: Run, dot: Value) -> None:
                run.marks.append((len(run.out), position))
                run.write(text)

            return write_noted
        return lambda run, dot: run.write(text)

    def _action(self, node: tree.Action) -> Statement:
        pipeline = self.pipeline(node.pipeline)
        if node.pipeline.variables:

            def silent(run: Run, dot: Value) -> None:
                pipeline(run, dot)

            return silent

        def action(run: Run, dot: Value) -> None:
            value = pipeline(run, dot)
            if self.positions:
                run.node = node
                run.marks.append((len(run.out), node.position))
            run.write(value if type(value) is str else printed(value, node))

        return action

    def _branch(self, node: tree.Branch) -> Statement:
        pipeline = self.pipeline(node.pipeline)
        body = self.body(node.body)
        otherwise = self.body(node.otherwise) if node.otherwise is not None else None
        moves = node.kind == "with"

        def branch(run: Run, dot: Value) -> str | None:
            mark = len(run.variables)
            value = pipeline(run, dot)
            jump = None
            if truth(value):
                jump = body(run, self.held(run, value) if moves else dot)
            elif otherwise is not None:
                jump = otherwise(run, dot)
            _pop(run, mark)
            return jump

        return branch

    def _include(self, node: tree.Include) -> Statement:
        pipeline = self.pipeline(node.pipeline) if node.pipeline is not None else None
        name = node.name

        def include(run: Run, dot: Value) -> None:
            body = run.program.bodies.get(name)
            if body is None:
                raise Failure(f"template {quote(name)} not defined")
            if run.depth >= run.bounds.depth:
                raise Failure("exceeded maximum template depth (100000)")
            inner = self.held(run, pipeline(run, dot)) if pipeline is not None else NONE
            run.depth += 1
            outer = run.variables, run.names, run.template
            run.variables, run.names, run.template = [inner], ["$"], name
            run.program.enter(run, body, inner)
            run.variables, run.names, run.template = outer
            run.depth -= 1

        return include

    # range

    def _range(self, node: tree.Branch) -> Statement:
        pipeline = self.pipeline(node.pipeline)
        body = self.body(node.body)
        otherwise = self.body(node.otherwise) if node.otherwise is not None else None
        variables = node.pipeline.variables
        assign = self._turn(node.pipeline)
        integers = self.dialect.range_integers

        def loop(run: Run, dot: Value) -> str | None:
            mark = len(run.variables)
            value = pipeline(run, dot)
            inner = len(run.variables)
            static = element_type(value) if self.positions else None
            turns = 0
            for key, element in _turns(value, len(variables), integers):
                turns += 1
                held = Held(element, static) if static is not None else element
                assign(run, inner, key, held)
                jump = body(run, held)
                _pop(run, inner)
                if jump == "break":
                    break
            jump = None
            if not turns and otherwise is not None:
                jump = otherwise(run, dot)
            _pop(run, mark)
            return jump

        return loop

    def _turn(self, pipeline: tree.Pipeline) -> Callable[[Run, int, Value, Value], None]:
        """Sets the variables of one turn."""
        variables = pipeline.variables
        if not variables:
            return lambda run, inner, key, element: None
        if pipeline.assigns:
            stores = [self.store(one) for one in variables]

            def assign(run: Run, inner: int, key: Value, element: Value) -> None:
                if len(stores) > 1:
                    stores[0](run, key)
                stores[-1](run, element)

            return assign

        def declare(run: Run, inner: int, key: Value, element: Value) -> None:
            if len(variables) > 1:
                run.variables[inner - 2] = key
            run.variables[inner - 1] = element

        return declare


def _pop(run: Run, mark: int) -> None:
    if len(run.variables) > mark:
        del run.variables[mark:]
        del run.names[mark:]


def _turns(value: Value, variables: int, integers: bool) -> Iterator[tuple[Value, Value]]:
    """Keys and elements of what `range` goes over."""
    if value is NONE or value is None:
        return iter(())
    value = followed(value)
    items = sequence(value)
    if items is not None:
        return enumerate(list(items)) if not isinstance(value, Pointer) else iter(())
    if mapping(value) is not None:
        return iter(sorted_pairs(value))
    if type(value) is Chan:
        return enumerate(value.items)
    kind = kind_of(value)
    if kind in INTEGERS and integers:
        if variables > 1:
            raise Failure(f"can't use {shown(value)} to iterate over more than one variable")
        own = type_of(value)
        return ((NONE, scalar(own, one)) for one in range(raw(value)))
    if type(value) is Func and integers:
        return _iterator(value, variables)
    if type(value) is Nil and value.type.kind in ("chan", "interface"):
        return iter(())
    raise Failure(f"range can't iterate over {shown(value)}")


def _iterator(value: Func, variables: int) -> Iterator[tuple[Value, Value]]:
    """A function that yields: one or two values a turn."""
    params = value.type.params
    if len(params) != 1 or params[0].kind != "func" or params[0].results != (types.BOOL,):
        raise Failure(f"range can't iterate over {shown(value)}")
    count = len(params[0].params)
    if variables > count:
        raise Failure(f"can't use {shown(value)} to iterate over more than one variable")
    for one in value.call():
        if count == 2 and variables < 2:
            yield NONE, one[0]
        else:
            yield (one[0], one[1]) if count == 2 else (NONE, one)


def printed(value: Value, node: tree.Node) -> str:
    """What an action prints (docs/istio/go-templates.md § 10.1)."""
    if value is NONE or value is None:
        return "<no value>"
    kind = type(value)
    if kind is Pointer:
        pointed = value
        while type(value) is Pointer and value.target is not None:
            pointed, value = value, value.target
        if type(value) is Pointer:
            return shown(value)
        if type(value) is Struct and not _has_text(value.type, False) and _has_text(value.type, True):
            return shown(pointed)
        if type(value) is Scalar and not _has_text(value.type, False) and _has_text(value.type, True):
            return shown(pointed)
    elif kind is Struct and value.addressable and not _has_text(value.type, False) and _has_text(value.type, True):
        return shown(Pointer(types.pointer_to(value.type), value))
    if kind in (Func, Chan) or (kind is Nil and value.type.kind in ("func", "chan")):
        raise Failure(f"can't print {node} of type {value.type}")
    return "<nil>" if is_nil(value) and kind is Nil else shown(value)


def _has_text(type_: types.Type, pointer: bool) -> bool:
    return type_.method("Error", pointer) is not None or type_.method("String", pointer) is not None
