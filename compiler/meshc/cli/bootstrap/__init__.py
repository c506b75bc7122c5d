"""`meshc bootstrap`: options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from meshc.cli.options import Output
from meshc.cli.verbs import Verb
from meshc.late import late

if TYPE_CHECKING:
    from meshc.cli.bootstrap import bootstrap_verb
else:
    bootstrap_verb = late("meshc.cli.bootstrap.bootstrap_verb")


@dataclass(frozen=True, kw_only=True)
class BootstrapOptions:
    """What `meshc bootstrap` is asked for, apart from settings."""

    kind: Annotated[str, typer.Argument(metavar="envoy|grpc|facts", help="Which bootstrap, or the facts of one.")]
    arguments: Annotated[
        tuple[str, ...],
        typer.Argument(metavar="[FILE]", help="A pod or workload; with `facts` a bootstrap.", show_default=False),
    ] = ()
    filenames: Annotated[
        tuple[str, ...],
        typer.Option("--filename", "-f", metavar="FILE", help="The same as FILE.", show_default=False),
    ] = ()
    facts: Annotated[
        tuple[str, ...], typer.Option("--fact", metavar="NAME=VALUE", help="A fact no manifest holds; repeatable.")
    ] = ()
    facts_file: Annotated[str | None, typer.Option("--facts", metavar="FILE", help="Such facts as YAML.")] = None
    override: Annotated[
        str | None, typer.Option("--override", metavar="FILE", help="A custom bootstrap, merged as Envoy merges it.")
    ] = None
    check: Annotated[bool, typer.Option("--check", help="Have a real Envoy validate it; 1 when it refuses.")] = False
    envoy: Annotated[str | None, typer.Option("--envoy", metavar="PATH", help="The Envoy that validates.")] = None
    output: Output = None

    @property
    def files(self) -> tuple[str, ...]:
        """FILE, given either way."""
        return (*self.arguments, *self.filenames)


VERB = Verb(
    BootstrapOptions,
    lambda *options: bootstrap_verb.bootstrap(*options),
    "Compile one bootstrap of an injected pod (or of a workload, injected first), or read a bootstrap's facts back.",
)
