"""`meshc ports`: options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from meshc.cli.options import FileOptions, Output
from meshc.cli.verbs import Verb
from meshc.late import late

if TYPE_CHECKING:
    from meshc.cli.ports import ports_verb
else:
    ports_verb = late("meshc.cli.ports.ports_verb")


@dataclass(frozen=True, kw_only=True)
class PortsOptions(FileOptions):
    """What `meshc ports` is asked for, apart from settings."""

    component: Annotated[
        str | None, typer.Option("--component", metavar="NAME", help="istiod, ztunnel, … instead of a pod.")
    ] = None
    port: Annotated[int | None, typer.Option("--port", metavar="NUMBER", help="One port only.")] = None
    format: Annotated[str, typer.Option("--format", metavar="NAME", help="table, json, mermaid, svg or html.")] = (
        "table"
    )
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare", metavar="FILE", help="A netstat, ss or lsof listing to compare with; 1 when it differs."
        ),
    ] = None
    recipe: Annotated[
        str | None,
        typer.Option("--recipe", metavar="NAME", help="Commands for this pod: tcpdump, curl or port-forward."),
    ] = None
    output: Output = None


VERB = Verb(
    PortsOptions,
    lambda *options: ports_verb.ports(*options),
    "Print who listens on which port of a pod or component, and why.",
)
