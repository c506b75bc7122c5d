"""The command line: its verbs, and what comes before any of them."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core
import typer.main

from meshc import __version__
from meshc.late import late

if TYPE_CHECKING:
    from meshc import catalog
else:
    catalog = late("meshc.catalog")

# Each is a module or package of `meshc.cli` with a `VERB`; only the one asked for is imported.
VERBS = (
    "render",
    "inject",
    "uninject",
    "diff",
    "check",
    "explain",
    "bootstrap",
    "ports",
    "capture",
    "webhook",
    "releases",
    "profiles",
    "schema",
)


class Verbs(MutableMapping[str, Any]):
    """The commands by name, each built on first use: a run imports one verb, not all."""

    def __init__(self) -> None:
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name in VERBS and name not in self._built:
            self._built[name] = _command(name)
        return self._built[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._built[name] = command

    def __delitem__(self, name: str) -> None:
        del self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*VERBS, *self._built)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


# Click's error for a wrong command line, wherever Typer keeps Click.
_Misuse: Any = typer.BadParameter.__base__


class Tree(typer.core.TyperGroup):
    """The root of the tree."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = Verbs()

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a verb and end the process; a wrong command line is reported as every error of meshc is."""
        extra["standalone_mode"] = False
        if not standalone_mode:
            return super().main(*args, **extra)
        try:
            code = super().main(*args, **extra)
        except _Misuse as misuse:
            where = misuse.ctx.command_path if misuse.ctx else "meshc"
            print(f"error: {misuse.format_message().rstrip('.')}", file=sys.stderr)
            print(f"  hint: `{where} -h` lists its options", file=sys.stderr)
            code = misuse.exit_code
        sys.exit(code)


app = typer.Typer(
    name="meshc",
    cls=Tree,
    help="Compile Istio data-plane configuration offline: injected pods, envoy-rev.json, grpc-bootstrap.json.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print meshc's version and the Istio releases it knows.", is_eager=True)
    ] = False,
) -> None:
    """Compile Istio data-plane configuration offline, exactly as every release 1.17 … 1.30 would."""
    if version:
        first, last = catalog.releases()[0], catalog.newest()
        print(f"meshc {__version__} (Istio {first.minor} … {last})")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help(), file=sys.stderr)
        raise typer.Exit(2)


def main() -> None:
    """Entry point of the `meshc` command."""
    if sys.stderr is None:  # closed by the caller: Python would reuse its descriptor for the next file it opens
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - for the whole process
    # Documents hold no reference cycles, and a run is short: the garbage collector would take a tenth of it.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    try:
        sys.exit(app(prog_name="meshc"))
    finally:
        gc.freeze()


def _command(name: str) -> Any:
    """The command or group of a verb, as Typer builds it."""
    alone = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    import_module(f"meshc.cli.{name}").VERB.register(alone, name)
    return typer.main.get_group(alone).commands[name]
