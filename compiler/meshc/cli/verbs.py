"""Verbs: options declared as a dataclass, and the function that does the work and returns the exit code."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer

from meshc.cli.border import guarded
from meshc.cli.options import SettingsOptions


@dataclass(frozen=True)
class Verb:
    """One command.

    `options` is a frozen dataclass whose fields are annotated with Typer's options and arguments.  `run` gets a value of
    it, and after it the SettingsOptions where `settings` says that the verb takes them; it returns the exit code and
    raises MeshcError.  `help` is what `-h` prints.  `below` holds the commands of a group by name.
    """

    options: type[Any]
    run: Callable[..., int]
    help: str
    settings: bool = True
    below: Mapping[str, Verb] = field(default_factory=dict)

    def register(self, app: typer.Typer, name: str) -> None:
        """Add the command, or the group, to a Typer tree."""
        if not self.below:
            app.command(name, help=self.help)(self.command())
            return
        group = typer.Typer(rich_markup_mode=None, invoke_without_command=True, no_args_is_help=False)
        group.callback(help=self.help)(_alone(self.command()))
        for inner, verb in self.below.items():
            verb.register(group, inner)
        app.add_typer(group, name=name)

    def command(self) -> Callable[..., None]:
        """The function that Typer calls: every field is a parameter of its own."""
        shapes = (self.options, SettingsOptions) if self.settings else (self.options,)

        def command(**given: Any) -> None:
            raise typer.Exit(guarded(lambda: self.run(*(_value(shape, given) for shape in shapes))))

        return _signed(command, [parameter for shape in shapes for parameter in _parameters(shape)])


def _value(shape: type[Any], given: Mapping[str, Any]) -> Any:
    tuples = {name for name, hint in _hints(shape).items() if _is_tuple(get_args(hint)[0])}
    names = [f.name for f in dataclasses.fields(shape)]
    return shape(**{n: tuple(given[n] or ()) if n in tuples else given[n] for n in names})


def _parameters(shape: type[Any]) -> list[inspect.Parameter]:
    return [_parameter(f, _hints(shape)[f.name]) for f in dataclasses.fields(shape)]


def _hints(shape: type[Any]) -> dict[str, Any]:
    """The annotations of all fields; kept, because each is compiled and run as Python."""
    if shape not in _known_hints:
        _known_hints[shape] = get_type_hints(shape, include_extras=True)
    return _known_hints[shape]


_known_hints: dict[type[Any], dict[str, Any]] = {}


def _parameter(option: dataclasses.Field[Any], hint: Any) -> inspect.Parameter:
    """Typer's parameter for a field; a tuple of strings is a list to Typer, which takes tuples for fixed numbers of values."""
    default = option.default_factory() if option.default_factory is not dataclasses.MISSING else option.default
    kind, *extras = get_args(hint)
    if _is_tuple(kind):
        hint, default = Annotated[list[str] | None, *extras], None
    default = inspect.Parameter.empty if default is dataclasses.MISSING else default
    return inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def _is_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _alone(command: Callable[..., None]) -> Callable[..., None]:
    """A group's own command, which rests when one below it is asked for."""

    def root(ctx: typer.Context, **given: Any) -> None:
        if ctx.invoked_subcommand is None:
            command(**given)

    context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    return _signed(root, [context, *inspect.signature(command).parameters.values()])


def _signed(function: Callable[..., None], parameters: list[inspect.Parameter]) -> Callable[..., None]:
    """Give a function the parameters that Typer reads."""
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {p.name: p.annotation for p in parameters}
    return function
