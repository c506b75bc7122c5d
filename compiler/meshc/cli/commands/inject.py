"""`meshc inject`: options."""

from __future__ import annotations

from typing import Annotated

import typer

from meshc.cli.border import verb
from meshc.cli.commands.common import Filenames, Files, Format, Output, PodTemplatePaths, named
from meshc.cli.options import SettingsOptions, with_settings


def register(app: typer.Typer) -> None:
    """Add the verb to the tree."""
    app.command("inject")(verb(with_settings(inject)))


def inject(
    *,
    options: SettingsOptions,
    files: Files = None,
    filename: Filenames = None,
    output: Output = None,
    format: Format = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", "-i", help="Edit FILES; comments and order are kept.")
    ] = False,
    report: Annotated[
        str | None, typer.Option("--report", metavar="FORM", help="Say on stderr what was injected: text or json.")
    ] = None,
    pod_template_path: PodTemplatePaths = None,
) -> int:
    """Do what `istioctl kube-inject` does, for any release, without a cluster: a whole stream in, a whole stream out.

    Forms: yaml (default), json, json-patch, strategic-patch, kustomize.
    """
    from meshc.cli.inject.inject_verb import InjectOptions
    from meshc.cli.inject.inject_verb import inject as run

    return run(
        InjectOptions(
            files=tuple(named(files, filename)),
            output=output,
            form=format or "yaml",
            in_place=in_place,
            report=report,
            pod_template_paths=tuple(pod_template_path or ()),
        ),
        options,
    )
