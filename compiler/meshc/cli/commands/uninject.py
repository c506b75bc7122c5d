"""`meshc uninject`: options."""

from __future__ import annotations

from typing import Annotated

import typer

from meshc.cli.border import verb
from meshc.cli.commands.common import Filenames, Files, Output, PodTemplatePaths, named
from meshc.cli.options import SettingsOptions, with_settings


def register(app: typer.Typer) -> None:
    """Add the verb to the tree."""
    app.command("uninject")(verb(with_settings(uninject)))


def uninject(
    *,
    options: SettingsOptions,
    files: Files = None,
    filename: Filenames = None,
    output: Output = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", "-i", help="Edit FILES; comments and order are kept.")
    ] = False,
    guess: Annotated[
        bool, typer.Option("--guess", help="Take the likeliest value where none is recorded, and name the field.")
    ] = False,
    pod_template_path: PodTemplatePaths = None,
) -> int:
    """Take injection out again, exactly, by the records it left; refuse where that would be a guess.

    Give the settings the workloads were injected with; the release is read from the proxy's image.
    """
    from meshc.cli.uninject.uninject_verb import UninjectOptions, run

    return run(
        UninjectOptions(
            files=tuple(named(files, filename)),
            output=output,
            in_place=in_place,
            guess=guess,
            pod_template_paths=tuple(pod_template_path or ()),
        ),
        options,
    )
