"""`meshc ports`: options."""

from __future__ import annotations

from typing import Annotated

import typer

from meshc.cli.border import verb
from meshc.cli.commands.common import Filenames, Files, Format, Output, named
from meshc.cli.options import SettingsOptions, with_settings


def register(app: typer.Typer) -> None:
    """Add the verb to the tree."""
    app.command("ports")(verb(with_settings(ports)))


def ports(
    *,
    options: SettingsOptions,
    files: Files = None,
    filename: Filenames = None,
    component: Annotated[
        str | None, typer.Option("--component", metavar="NAME", help="istiod, ztunnel, … instead of a pod.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", metavar="NUMBER", help="One port only.")] = None,
    format: Format = None,
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare", metavar="FILE", help="A netstat, ss or lsof listing to compare with; 1 when it differs."
        ),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option("--recipe", metavar="NAME", help="Commands for this pod: tcpdump, curl or port-forward."),
    ] = None,
    output: Output = None,
) -> int:
    """Print who listens on which port of a pod or component, and why.

    Forms: table (default), json, mermaid, svg, html.
    """
    from meshc.cli import traffic
    from meshc.cli.ports.ports_verb import PortsOptions

    return traffic.ports(
        tuple(named(files, filename)),
        options,
        PortsOptions(form=format, component=component, port=port, compare=compare, recipe=recipe, output=output),
    )
