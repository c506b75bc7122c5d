"""Compiles pipelines, commands and operands to closures `(run, dot) -> value` (docs/istio/go-templates.md §§ 6-8).

With `positions` the closures also note the node that they work on, as Go does, so that an error can say where it arose.
"""

from __future__ import annotations

from collections.abc import Callable

from meshc.gotemplate import tree
from meshc.gotemplate.calls import assign, literal, natural
from meshc.gotemplate.chains import Chains
from meshc.gotemplate.errors import Failure
from meshc.gotemplate.function_calls import UNPIPED, Command, Evaluate, fail
from meshc.gotemplate.runs import Held, Run
from meshc.gotemplate.types import GENERIC, Type
from meshc.gotemplate.values import NONE, Value


class Expressions(Chains):
    def at(self, node: tree.Node, evaluate: Evaluate) -> Evaluate:
        """Notes the node before it is evaluated."""
        if not self.positions:
            return evaluate

        def noted(run: Run, dot: Value) -> Value:
            run.node = node
            return evaluate(run, dot)

        return noted

    # Pipelines

    def pipeline(self, node: tree.Pipeline) -> Evaluate:
        return self.at(node, self._declared(node, self._commands(node)))

    def _commands(self, node: tree.Pipeline) -> Evaluate:
        commands = [self.command(one) for one in node.commands]
        first, rest = commands[0], tuple(commands[1:])

        def single(run: Run, dot: Value) -> Value:
            value = first(run, dot, UNPIPED)
            return NONE if value is None else value

        def chained(run: Run, dot: Value) -> Value:
            value = first(run, dot, UNPIPED)
            for one in rest:
                value = one(run, dot, NONE if value is None else value)
            return NONE if value is None else value

        return chained if rest else single

    def _declared(self, node: tree.Pipeline, evaluate: Evaluate) -> Evaluate:
        if not node.variables:
            return evaluate
        store = self.store if node.assigns else self.push
        variables = [store(one) for one in node.variables]

        def declared(run: Run, dot: Value) -> Value:
            value = evaluate(run, dot)
            held = self.held(run, value)
            for one in variables:
                one(run, held)
            return value

        return declared

    def held(self, run: Run, value: Value) -> Value:
        """The value with the interface type of the field that it comes from, when messages may need it."""
        if run.static is not None and run.static[0] is value:
            return Held(value, run.static[1])
        return value

    def push(self, node: tree.Variable) -> Callable[[Run, Value], None]:
        name, regular = node.name, self.regular

        def push(run: Run, value: Value) -> None:
            run.variables.append(value)
            if not regular:
                run.names.append(name)

        return push

    def store(self, node: tree.Variable) -> Callable[[Run, Value], None]:
        name = node.name

        def store(run: Run, value: Value) -> None:
            run.variables[_place(run, name)] = value

        def store_known(run: Run, value: Value) -> None:
            run.variables[node.index] = value

        return store_known if self.regular else store

    def variable(self, node: tree.Variable) -> Evaluate:
        index, name = node.index, node.name
        if index < 0 and self.regular:
            return fail(f"undefined variable: {name}")
        if self.regular:
            return lambda run, dot: run.variables[index]
        return lambda run, dot: run.variables[_place(run, name)]

    # Commands

    def command(self, node: tree.Command) -> Command:
        first = node.operands[0]
        if isinstance(first, tree.Identifier):
            return self.function(first, node, node.operands[1:])
        if isinstance(first, tree.Fields | tree.Chain) or (isinstance(first, tree.Variable) and first.names):
            return self.chain_command(first, node.operands[1:])
        value = self._plain_command(first)
        refuse = f"can't give argument to non-function {first}"
        has_arguments = len(node.operands) > 1

        def plain(run: Run, dot: Value, piped: Value) -> Value:
            if has_arguments or piped is not UNPIPED:
                if isinstance(first, tree.Variable):
                    value(run, dot)  # an undefined one is reported first
                if self.positions and not isinstance(first, tree.Pipeline):
                    run.node = first
                raise Failure(refuse)
            return value(run, dot)

        return plain

    def _plain_command(self, node: tree.Operand) -> Evaluate:
        if isinstance(node, tree.Pipeline):
            return self.pipeline(node)
        if isinstance(node, tree.Variable):
            return self.at(node, self._unheld(self.variable(node), keep=True))
        if isinstance(node, tree.Literal) and node.kind == "nil":
            return self.at(node, fail("nil is not a command"))
        return self.at(node, self._constant(node))

    def _constant(self, node: tree.Operand) -> Evaluate:
        if isinstance(node, tree.Literal) and node.kind == "dot":
            return self._unheld(lambda run, dot: dot, keep=True)
        if not isinstance(node, tree.Literal | tree.NumberLiteral):
            raise TypeError(f"{node} is no literal")
        try:
            value = natural(node)
        except Failure as failure:
            return fail(str(failure))
        return lambda run, dot: value

    def _unheld(self, evaluate: Evaluate, *, keep: bool = False) -> Evaluate:
        if not self.positions:
            return evaluate

        def unheld(run: Run, dot: Value) -> Value:
            value = evaluate(run, dot)
            if type(value) is not Held:
                return value
            if keep and value.type.name != "interface {}":
                run.static = (value.value, value.type)
            return value.value

        return unheld

    # Operands

    def argument(self, node: tree.Operand, type_: Type) -> Evaluate:
        """An operand, checked against the type of its parameter."""
        if isinstance(node, tree.NumberLiteral) or (isinstance(node, tree.Literal) and node.kind != "dot"):
            try:
                value = literal(node, type_)
            except Failure as failure:
                return self.at(node, fail(str(failure)))
            return self.at(node, lambda run, dot: value)
        evaluate = self.at(node, self._operand(node))
        if type_ is GENERIC:
            return evaluate
        if type_.name == "string":

            def checked_string(run: Run, dot: Value) -> Value:
                value = evaluate(run, dot)
                return value if type(value) is str else assign(value, type_)

            return checked_string
        return lambda run, dot: assign(evaluate(run, dot), type_)

    def _operand(self, node: tree.Operand) -> Evaluate:
        if isinstance(node, tree.Pipeline):
            return self.pipeline(node)
        if isinstance(node, tree.Identifier):
            call = self.function(node, node, [])
            return lambda run, dot: call(run, dot, UNPIPED)
        if isinstance(node, tree.Variable) and not node.names:
            return self._unheld(self.variable(node))
        if isinstance(node, tree.Fields | tree.Variable | tree.Chain):
            return self.chain(node)
        return self._unheld(lambda run, dot: dot)


def _place(run: Run, name: str) -> int:
    names = run.names
    for place in range(len(names) - 1, -1, -1):
        if names[place] == name:
            return place
    raise Failure(f"undefined variable: {name}")
