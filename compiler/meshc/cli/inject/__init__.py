"""`meshc inject`: options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from meshc.cli.options import FileOptions, Output, PodTemplatePaths
from meshc.cli.verbs import Verb
from meshc.late import late

if TYPE_CHECKING:
    from meshc.cli.inject import inject_verb
else:
    inject_verb = late("meshc.cli.inject.inject_verb")


@dataclass(frozen=True, kw_only=True)
class InjectOptions(FileOptions):
    """What `meshc inject` is asked for, apart from settings."""

    output: Output = None
    format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="yaml, json, json-patch, strategic-patch or kustomize.")
    ] = "yaml"
    in_place: Annotated[bool, typer.Option("--in-place", "-i", help="Edit FILES; comments and order are kept.")] = False
    report: Annotated[
        str | None, typer.Option("--report", metavar="FORMAT", help="Report on stderr what was injected: text or json.")
    ] = None
    pod_template_paths: PodTemplatePaths = ()


VERB = Verb(
    InjectOptions,
    lambda *options: inject_verb.inject(*options),
    "Do what `istioctl kube-inject` does, for any release, without a cluster: a whole stream in, a whole stream out.",
)
