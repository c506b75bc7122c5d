"""`meshc profiles`: options."""

from __future__ import annotations

from typing import Annotated

import typer

from meshc.cli.border import verb
from meshc.cli.commands.common import Output
from meshc.cli.options import SettingsOptions, with_settings
from meshc.errors import UsageError

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME [OTHER]]", help="A profile to print, or two to compare.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the verb to the tree."""
    app.command("profiles")(verb(with_settings(profiles)))


def profiles(
    *,
    options: SettingsOptions,
    names: Names = None,
    output: Output = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAME", help="text (default), values, mesh, injector, workloads or configmaps."
        ),
    ] = None,
) -> int:
    """List install profiles, print what one resolves to, or compare two (exit code 1 when they differ)."""
    from meshc.cli.profiles import profiles_verb as run

    wanted = (names or [])[1:] if (names or [])[:1] == ["diff"] else names or []
    if len(wanted) > 2 or (len(wanted) != 2 and wanted != names and names):
        raise UsageError("compares two profiles", value=" ".join(names or []), hint="meshc profiles demo minimal")
    if len(wanted) == 2:
        return run.diff(wanted, options, to=output)
    if wanted:
        return run.show(wanted[0], options, form=format or "text", to=output)
    return run.list_profiles(options, to=output)
