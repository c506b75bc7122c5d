"""`meshc explain`: options."""

from __future__ import annotations

from typing import Annotated

import typer

from meshc.cli.border import verb
from meshc.cli.commands.common import Filenames, Files, Format, Output, PodTemplatePaths, named
from meshc.cli.options import SettingsOptions, with_settings


def register(app: typer.Typer) -> None:
    """Add the verb to the tree."""
    app.command("explain")(verb(with_settings(explain)))


def explain(
    *,
    options: SettingsOptions,
    files: Files = None,
    filename: Filenames = None,
    field: Annotated[
        str | None,
        typer.Option("--field", metavar="PATH", help="A field of the injected workload; envoy:PATH: of its bootstrap."),
    ] = None,
    setting: Annotated[
        str | None, typer.Option("--setting", metavar="PATH", help="A setting, e.g. values.global.proxy.image.")
    ] = None,
    workload: Annotated[
        str | None, typer.Option("--workload", metavar="[NS/]KIND.NAME", help="Only this workload of the files.")
    ] = None,
    output: Output = None,
    format: Format = None,
    pod_template_path: PodTemplatePaths = None,
) -> int:
    """Tell why a workload is injected or not; with --field why a field has its value, with --setting why a setting has.

    Forms: text (default), json.
    """
    from meshc.cli.explain.explain_verb import ExplainOptions
    from meshc.cli.explain.explain_verb import explain as run

    return run(
        ExplainOptions(
            files=tuple(named(files, filename)),
            field=field,
            setting=setting,
            workload=workload,
            output=output,
            form=format or "text",
            pod_template_paths=tuple(pod_template_path or ()),
        ),
        options,
    )
