"""Arguments that many verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FILES]...", help="Files, folders, or - for standard input.", show_default=False),
]
Filenames = Annotated[
    list[str] | None,
    typer.Option("--filename", "-f", metavar="FILE", help="The same as FILES; repeatable.", show_default=False),
]
Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="PATH", help="Where the result goes; - is standard output.")
]
Format = Annotated[str | None, typer.Option("--format", metavar="NAME", help="In which form.")]
PodTemplatePaths = Annotated[
    list[str] | None,
    typer.Option(
        "--pod-template-path",
        metavar="KIND=PATH",
        help="Where another kind keeps its pod template, e.g. Rollout=spec.template; repeatable.",
        show_default=False,
    ),
]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", min=1, metavar="N", help="Processes to use; the output is the same.")
]
Shard = Annotated[
    str | None, typer.Option("--shard", metavar="I/N", help="Only the I-th of N fixed parts of the workloads.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]


def named(files: list[str] | None, filenames: list[str] | None) -> list[str]:
    """FILES and -f in one list."""
    return [*(files or []), *(filenames or [])]
