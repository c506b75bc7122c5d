"""`meshc releases`: options."""

from __future__ import annotations

from typing import Annotated

import typer

from meshc.cli.border import verb
from meshc.cli.commands.common import Debug, Output


def register(app: typer.Typer) -> None:
    """Add the verb to the tree."""
    app.command("releases")(verb(releases))


def releases(
    *,
    release: Annotated[
        str | None, typer.Argument(metavar="[RELEASE]", help="Print what this release changed.", show_default=False)
    ] = None,
    output: Output = None,
    format: Annotated[str | None, typer.Option("--format", metavar="NAME", help="text (default) or json.")] = None,
    debug: Debug = False,  # noqa: ARG001 - the border looks for it
) -> int:
    """List the Istio releases meshc compiles for, or print what one of them changed."""
    from meshc.cli import releases as run

    form = format or "text"
    return run.show(release, form=form, to=output) if release else run.list_releases(form=form, to=output)
