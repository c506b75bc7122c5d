"""`meshc profiles`: options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from meshc.cli.options import Output
from meshc.cli.verbs import Verb
from meshc.late import late

if TYPE_CHECKING:
    from meshc.cli.profiles import profiles_verb
else:
    profiles_verb = late("meshc.cli.profiles.profiles_verb")


@dataclass(frozen=True, kw_only=True)
class ProfilesOptions:
    """What `meshc profiles` is asked for, apart from settings."""

    names: Annotated[
        tuple[str, ...],
        typer.Argument(metavar="[NAME [OTHER]]", help="A profile to print, or two to compare.", show_default=False),
    ] = ()
    output: Output = None
    format: Annotated[
        str,
        typer.Option("--format", metavar="NAME", help="text, values, mesh, injector, workloads or configmaps."),
    ] = "text"


VERB = Verb(
    ProfilesOptions,
    lambda *options: profiles_verb.profiles(*options),
    "List install profiles, print what one resolves to, or compare two (exit code 1 when they differ).",
)
