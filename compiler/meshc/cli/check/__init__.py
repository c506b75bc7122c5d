"""`meshc check`: options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from meshc.cli.options import FileOptions, Jobs, Output, PodTemplatePaths, Shard
from meshc.cli.verbs import Verb
from meshc.late import late
from meshc.reports import finding_formats

if TYPE_CHECKING:
    from meshc.cli.check import check_verb
else:
    check_verb = late("meshc.cli.check.check_verb")


@dataclass(frozen=True, kw_only=True)
class CheckOptions(FileOptions):
    """What `meshc check` is asked for, apart from settings."""

    format: Annotated[str, typer.Option("--format", metavar="NAME", help=f"{', '.join(finding_formats())}.")] = "text"
    list_rules: Annotated[
        bool, typer.Option("--list-rules", help="Print the rules (--format text, json or markdown) and check nothing.")
    ] = False
    goldens: Annotated[
        tuple[str, ...],
        typer.Option("--golden", metavar="DIR", help="Golden cases that must be current; repeatable."),
    ] = ()
    output: Output = None
    pod_template_paths: PodTemplatePaths = ()
    jobs: Jobs = 1
    shard: Shard = None


VERB = Verb(
    CheckOptions,
    lambda *options: check_verb.check(*options),
    "Check inputs, goldens and the injected result; 1 when something is found. Made for hooks and CI.",
)
