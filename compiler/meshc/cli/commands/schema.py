"""`meshc schema`: options."""

from __future__ import annotations

from typing import Annotated

import typer

from meshc.cli.border import verb
from meshc.cli.commands.common import Debug, Output


def register(app: typer.Typer) -> None:
    """Add the verb to the tree."""
    app.command("schema")(verb(schema))


def schema(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Which schema; without a name all are listed.")
    ] = None,
    output: Output = None,
    debug: Debug = False,  # noqa: ARG001 - the border looks for it
) -> int:
    """Print a JSON Schema for editors: MeshConfig, ProxyConfig, Values, …"""
    from meshc.cli.schema import schema as run

    return run(name, output=output)
