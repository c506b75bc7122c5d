"""Compiles fields, methods and map keys behind a receiver to closures (docs/istio/go-templates.md § 7)."""

from __future__ import annotations

from abc import abstractmethod

from meshc.gotemplate import tree
from meshc.gotemplate.calls import assign, parameter, wrong_count
from meshc.gotemplate.errors import CallError, Failure
from meshc.gotemplate.fields import callable_problem, declared_type, field
from meshc.gotemplate.function_calls import UNPIPED, Command, Evaluate, FunctionCalls, Source, fail, failed
from meshc.gotemplate.runs import Held, Run
from meshc.gotemplate.types import ANY, GENERIC, Method, Type
from meshc.gotemplate.values import NONE, Value


class Chains(FunctionCalls):
    @abstractmethod
    def variable(self, node: tree.Variable) -> Evaluate:
        """The value of a variable."""

    def chain_command(self, node: tree.Fields | tree.Chain | tree.Variable, operands: list[tree.Operand]) -> Command:
        plain = self.chain(node)
        sources = [self.source(one) for one in operands]

        def chain(run: Run, dot: Value, piped: Value) -> Value:
            if piped is UNPIPED:
                return plain(run, dot)
            return self.chain_with(node, run, dot, [], piped)

        def chain_called(run: Run, dot: Value, piped: Value) -> Value:
            return self.chain_with(node, run, dot, sources, piped)

        return chain_called if operands else chain

    def chain(self, node: tree.Fields | tree.Chain | tree.Variable) -> Evaluate:
        """A receiver and names behind it, without operands."""
        if self.positions or self.missing:
            return lambda run, dot: self.chain_with(node, run, dot, [], UNPIPED)
        names = node.names
        receiver = self._receiver(node)
        invoke = self._invoke

        def chain(run: Run, dot: Value) -> Value:
            value = receiver(run, dot)
            for name in names:
                if type(value) is dict:
                    value = value.get(name, NONE)
                else:
                    value = field(value, name, invoke)
            return value

        return chain

    def _receiver(self, node: tree.Fields | tree.Chain | tree.Variable) -> Evaluate:
        if isinstance(node, tree.Fields):
            return lambda run, dot: dot
        if isinstance(node, tree.Variable):
            return self.variable(node)
        if isinstance(node.operand, tree.Literal) and node.operand.kind == "nil":
            return fail(f"indirection through explicit nil in {node}")
        return self.argument(node.operand, GENERIC)

    def declared(self, node: tree.Operand) -> Evaluate:
        if not isinstance(node, tree.Fields | tree.Chain) and not (isinstance(node, tree.Variable) and node.names):
            return self.argument(node, GENERIC)

        def held(run: Run, dot: Value) -> Value:
            value = self.chain_with(node, run, dot, [], UNPIPED)
            return Held(value, ANY) if run.boxed else value

        return held

    def chain_with(
        self,
        node: tree.Fields | tree.Chain | tree.Variable,
        run: Run,
        dot: Value,
        sources: list[Source],
        piped: Value,
    ) -> Value:
        """A chain whose last name may have operands; keeps positions and declared types."""
        run.node = node
        value = self._receiver(node)(run, dot)
        static: Type | None = None
        if type(value) is Held:
            value, static = value.value, value.type
        elif run.static is not None and run.static[0] is value and isinstance(node, tree.Chain):
            static = run.static[1]
        last = len(node.names) - 1
        for place, name in enumerate(node.names):
            final = place == last
            arguments = final and (bool(sources) or piped is not UNPIPED)

            def invoke(name: str, method: Method, receiver: Value, final: bool = final) -> Value:
                return self._method(
                    node, run, dot, name, method, receiver, (sources, piped) if final else ([], UNPIPED)
                )

            container = value
            value = field(value, name, invoke, missing=self.missing, arguments=arguments, static=static)
            static = declared_type(container, name)
        run.boxed = static is ANY
        run.static = None if static is None or static is ANY else (value, static)
        return value

    def _invoke(self, name: str, method: Method, receiver: Value) -> Value:
        """A method without operands, when no position is kept."""
        if method.params and not (method.variadic and len(method.params) == 1):
            raise Failure(str(wrong_count(name, method.params, method.variadic, 0, False)))
        problem = callable_problem(name, method.results, named=self.dialect.callable_messages)
        if problem:
            raise Failure(problem)
        try:
            return method.call(receiver)
        except CallError as error:
            raise failed(name, error) from None

    def _method(
        self,
        node: tree.Node,
        run: Run,
        dot: Value,
        name: str,
        method: Method,
        receiver: Value,
        given: tuple[list[Source], Value],
    ) -> Value:
        sources, piped = given
        has_piped = piped is not UNPIPED
        problem = wrong_count(name, method.params, method.variadic, len(sources), has_piped)
        problem = problem or callable_problem(name, method.results, named=self.dialect.callable_messages)
        if problem:
            raise Failure(problem)
        values = [
            source(parameter(method.params, method.variadic, place))(run, dot) for place, source in enumerate(sources)
        ]
        if has_piped:
            values.append(assign(piped, parameter(method.params, method.variadic, len(sources))))
        try:
            return method.call(receiver, *values)
        except CallError as error:
            run.node = node
            raise failed(name, error) from None

    def source(self, node: tree.Operand) -> Source:
        known: dict[int, Evaluate] = {}

        def source(type_: Type) -> Evaluate:
            if id(type_) not in known:
                known[id(type_)] = self.argument(node, type_)
            return known[id(type_)]

        return source
