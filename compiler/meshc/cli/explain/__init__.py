"""`meshc explain`: options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from meshc.cli.options import FileOptions, Output, PodTemplatePaths
from meshc.cli.verbs import Verb
from meshc.late import late

if TYPE_CHECKING:
    from meshc.cli.explain import explain_verb
else:
    explain_verb = late("meshc.cli.explain.explain_verb")


@dataclass(frozen=True, kw_only=True)
class ExplainOptions(FileOptions):
    """What `meshc explain` is asked for, apart from settings."""

    field: Annotated[
        str | None,
        typer.Option("--field", metavar="PATH", help="A field of the injected workload; envoy:PATH: of its bootstrap."),
    ] = None
    setting: Annotated[
        str | None, typer.Option("--setting", metavar="PATH", help="A setting, e.g. values.global.proxy.image.")
    ] = None
    workload: Annotated[
        str | None, typer.Option("--workload", metavar="[NS/]KIND.NAME", help="Only this workload of the files.")
    ] = None
    output: Output = None
    format: Annotated[str, typer.Option("--format", metavar="NAME", help="text or json.")] = "text"
    pod_template_paths: PodTemplatePaths = ()


VERB = Verb(
    ExplainOptions,
    lambda *options: explain_verb.explain(*options),
    "Explain why a workload is injected or not; with --field or --setting, why a field or a setting has its value.",
)
