"""`meshc diff`: options."""

from __future__ import annotations

from typing import Annotated

import typer

from meshc.cli.border import verb
from meshc.cli.commands.common import Filenames, Files, Jobs, Output, PodTemplatePaths, Shard, named
from meshc.cli.options import SettingsOptions, with_settings


def register(app: typer.Typer) -> None:
    """Add the verb to the tree."""
    app.command("diff")(verb(with_settings(diff)))


def diff(
    *,
    options: SettingsOptions,
    files: Files = None,
    filename: Filenames = None,
    format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="text, json, sarif, junit, github, markdown or html.")
    ] = "text",
    golden: Annotated[
        list[str] | None, typer.Option("--golden", metavar="DIR", help="Compare golden cases; repeatable.")
    ] = None,
    update: Annotated[
        bool,
        typer.Option("--update", help="Rewrite golden cases (of --golden, or of meshc.yaml) that are not current."),
    ] = False,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="RELEASE", help="Upgrade preview: the release that runs now.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="RELEASE", help="Upgrade preview: the release to come.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Compare running pods with what the settings give now.")] = False,
    live_from: Annotated[
        str | None, typer.Option("--live-from", metavar="DIR", help="The running pods as captured files.")
    ] = None,
    context: Annotated[str | None, typer.Option("--context", metavar="NAME", help="kubectl's context.")] = None,
    selector: Annotated[
        str | None, typer.Option("--selector", "-l", metavar="LABELS", help="Running pods with these labels.")
    ] = None,
    all_namespaces: Annotated[
        bool, typer.Option("--all-namespaces", "-A", help="Running pods of all namespaces.")
    ] = False,
    bootstrap: Annotated[bool, typer.Option("--bootstrap", help="Compare the running envoy-rev.json too.")] = False,
    show_noise: Annotated[
        bool, typer.Option("--show-noise", help="Also print what a cluster adds by itself, with reasons.")
    ] = False,
    output: Output = None,
    pod_template_path: PodTemplatePaths = None,
    jobs: Jobs = 1,
    shard: Shard = None,
) -> int:
    """Compare by meaning: A and B, golden cases, two releases, or running pods; 1 when something differs."""
    from meshc.cli.diff.diff_options import DiffOptions
    from meshc.cli.diff.diff_verb import diff as run

    return run(
        DiffOptions(
            files=tuple(named(files, filename)),
            form=format,
            output=output,
            goldens=tuple(golden or ()),
            update=update,
            old_release=from_,
            new_release=to,
            live=live,
            live_from=live_from,
            context=context,
            selector=selector,
            all_namespaces=all_namespaces,
            bootstrap=bootstrap,
            show_noise=show_noise,
            pod_template_paths=tuple(pod_template_path or ()),
            jobs=jobs,
            shard=shard,
        ),
        options,
    )
