"""Compiles calls of functions to closures, and what the compilers of expressions share (docs/istio/go-templates.md § 8)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Final

from meshc.gotemplate import tree
from meshc.gotemplate.calls import Function, assign, parameter, wrong_count
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import CallError, Failure
from meshc.gotemplate.runs import Run
from meshc.gotemplate.types import GENERIC, Type
from meshc.gotemplate.values import NONE, Map, Slice, Value, truth

Evaluate = Callable[[Run, Value], Value]
Command = Callable[[Run, Value, Value], Value]
"""Evaluates a command with the piped value as its last argument (`UNPIPED` when there is none)."""
Source = Callable[[Type], Evaluate]
"""An operand that is checked against a type known only when it runs."""


class Unpiped:
    __slots__ = ()


UNPIPED: Final = Unpiped()


class FunctionCalls(ABC):
    """What a compiler of expressions knows, and how it compiles calls."""

    def __init__(
        self, functions: Mapping[str, Function], dialect: Dialect, *, positions: bool, missing: str, regular: bool
    ) -> None:
        self.functions = functions
        self.dialect = dialect
        self.positions = positions
        self.missing = missing
        self.regular = regular

    @abstractmethod
    def argument(self, node: tree.Operand, type_: Type) -> Evaluate:
        """An operand, checked against the type of its parameter."""

    @abstractmethod
    def declared(self, node: tree.Operand) -> Evaluate:
        """An operand with the interface type that it is declared with, if it is."""

    def function(self, name_node: tree.Identifier, node: tree.Node, operands: list[tree.Operand]) -> Command:
        function = self.functions[name_node.name]
        if function.stops_early is not None:
            call = self._early(function, operands)
        else:
            call = self._call(function, node, operands)
        if not self.positions:
            return call

        def noted(run: Run, dot: Value, piped: Value) -> Value:
            run.node = name_node
            return call(run, dot, piped)

        return noted

    def _early(self, function: Function, operands: list[tree.Operand]) -> Command:
        """`and`, `or`: operands after the deciding one are not evaluated."""
        arguments = [self.argument(one, GENERIC) for one in operands]
        stops = function.stops_early
        count = {
            piped: wrong_count(function.name, function.params, True, len(operands), piped) for piped in (False, True)
        }

        def early(run: Run, dot: Value, piped: Value) -> Value:
            problem = count[piped is not UNPIPED]
            if problem:
                raise Failure(problem)
            value: Value = NONE
            for one in arguments:
                value = one(run, dot)
                if truth(value) is stops:
                    return value
            return value if piped is UNPIPED else piped

        return early

    def _call(self, function: Function, node: tree.Node, operands: list[tree.Operand]) -> Command:
        params, variadic = function.params, function.variadic
        count = {piped: wrong_count(function.name, params, variadic, len(operands), piped) for piped in (False, True)}
        arguments = tuple(
            [
                self.declared(one)
                if function.declared and place
                else self.argument(one, parameter(params, variadic, place))
                for place, one in enumerate(operands)
                if variadic or place < len(params)
            ]
        )
        last = parameter(params, variadic, len(operands)) if variadic or len(operands) < len(params) else GENERIC
        action, name, weigh = function.call, function.name, function.weigh

        def call(run: Run, dot: Value, piped: Value) -> Value:
            is_piped = piped is not UNPIPED
            problem = count[is_piped]
            if problem:
                raise Failure(problem)
            values = [one(run, dot) for one in arguments]
            if is_piped:
                values.append(assign(piped, last))
            if weigh is not None:
                run.spend(weigh(*values))
            try:
                result = action(*values)
            except CallError as error:
                run.node = node
                raise failed(name, error) from None
            _charge(run, result)
            return result

        if name == "call" and self.dialect.callable_messages and operands:
            return self._named_call(call, str(operands[0]))
        return call

    def _named_call(self, call: Command, callee: str) -> Command:
        """`call` names the function by its operand."""

        def named(run: Run, dot: Value, piped: Value) -> Value:
            try:
                return call(run, dot, piped)
            except Failure as failure:
                raise Failure(str(failure).replace("\0", callee)) from None

        return named


def failed(name: str, error: CallError) -> Failure:
    return Failure(f"error calling {name}: {error}")


def fail(message: str) -> Evaluate:
    def failing(run: Run, dot: Value) -> Value:
        raise Failure(message)

    return failing


def _charge(run: Run, result: Value) -> None:
    """What a call cost, by the size of its result."""
    kind = type(result)
    if kind is str:
        run.steps -= 1 + (len(result) >> 6)
    elif kind is list or kind is dict:
        run.spend(1 + len(result))
    elif kind in (Slice, Map) and result.items is not None:
        run.spend(1 + len(result.items))
