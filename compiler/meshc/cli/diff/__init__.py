"""`meshc diff`: options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from meshc.cli.options import FileOptions, Jobs, Output, PodTemplatePaths, Shard
from meshc.cli.verbs import Verb
from meshc.late import late
from meshc.reports import report_formats

if TYPE_CHECKING:
    from meshc.cli.diff import diff_verb
else:
    diff_verb = late("meshc.cli.diff.diff_verb")


@dataclass(frozen=True, kw_only=True)
class DiffOptions(FileOptions):
    """What `meshc diff` is asked for, apart from settings."""

    format: Annotated[str, typer.Option("--format", metavar="NAME", help=f"{', '.join(report_formats())}.")] = "text"
    goldens: Annotated[
        tuple[str, ...], typer.Option("--golden", metavar="DIR", help="Compare golden cases; repeatable.")
    ] = ()
    update: Annotated[
        bool,
        typer.Option("--update", help="Rewrite golden cases (of --golden, or of meshc.yaml) that are not current."),
    ] = False
    old_release: Annotated[
        str | None, typer.Option("--from", metavar="RELEASE", help="Upgrade preview: the release that runs now.")
    ] = None
    new_release: Annotated[
        str | None, typer.Option("--to", metavar="RELEASE", help="Upgrade preview: the release to come.")
    ] = None
    live: Annotated[bool, typer.Option("--live", help="Compare running pods with what the settings give now.")] = False
    live_from: Annotated[
        str | None, typer.Option("--live-from", metavar="DIR", help="The running pods as captured files.")
    ] = None
    context: Annotated[str | None, typer.Option("--context", metavar="NAME", help="kubectl's context.")] = None
    selector: Annotated[
        str | None, typer.Option("--selector", "-l", metavar="LABELS", help="Running pods with these labels.")
    ] = None
    all_namespaces: Annotated[bool, typer.Option("--all-namespaces", "-A", help="Running pods of all namespaces.")] = (
        False
    )
    bootstrap: Annotated[bool, typer.Option("--bootstrap", help="Compare the running envoy-rev.json too.")] = False
    show_noise: Annotated[
        bool, typer.Option("--show-noise", help="Also print what a cluster adds by itself, with reasons.")
    ] = False
    output: Output = None
    pod_template_paths: PodTemplatePaths = ()
    jobs: Jobs = 1
    shard: Shard = None


VERB = Verb(
    DiffOptions,
    lambda *options: diff_verb.diff(*options),
    "Compare by meaning: A and B, golden cases, two releases, or running pods; 1 when something differs.",
)
