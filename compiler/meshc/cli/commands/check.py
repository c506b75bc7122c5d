"""`meshc check`: options."""

from __future__ import annotations

from typing import Annotated

import typer

from meshc.cli.border import verb
from meshc.cli.commands.common import Filenames, Files, Jobs, Output, PodTemplatePaths, Shard, named
from meshc.cli.options import SettingsOptions, with_settings


def register(app: typer.Typer) -> None:
    """Add the verb to the tree."""
    app.command("check")(verb(with_settings(check)))


def check(
    *,
    options: SettingsOptions,
    files: Files = None,
    filename: Filenames = None,
    format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="text, json, sarif, junit or github.")
    ] = "text",
    golden: Annotated[
        list[str] | None, typer.Option("--golden", metavar="DIR", help="Golden cases that must be current; repeatable.")
    ] = None,
    output: Output = None,
    pod_template_path: PodTemplatePaths = None,
    jobs: Jobs = 1,
    shard: Shard = None,
) -> int:
    """Check inputs, goldens and the injected result; 1 when something is found. Made for hooks and CI."""
    from meshc.cli.check.check_verb import CheckOptions
    from meshc.cli.check.check_verb import check as run

    return run(
        CheckOptions(
            files=tuple(named(files, filename)),
            form=format,
            output=output,
            goldens=tuple(golden or ()),
            pod_template_paths=tuple(pod_template_path or ()),
            jobs=jobs,
            shard=shard,
        ),
        options,
    )
