"""`meshc uninject`: options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from meshc.cli.options import FileOptions, Output, PodTemplatePaths
from meshc.cli.verbs import Verb
from meshc.late import late

if TYPE_CHECKING:
    from meshc.cli.uninject import uninject_verb
else:
    uninject_verb = late("meshc.cli.uninject.uninject_verb")


@dataclass(frozen=True, kw_only=True)
class UninjectOptions(FileOptions):
    """What `meshc uninject` is asked for, apart from settings."""

    output: Output = None
    in_place: Annotated[bool, typer.Option("--in-place", "-i", help="Edit FILES; comments and order are kept.")] = False
    guess: Annotated[
        bool, typer.Option("--guess", help="Take the likeliest value where none is recorded, and name the field.")
    ] = False
    pod_template_paths: PodTemplatePaths = ()


VERB = Verb(
    UninjectOptions,
    lambda *options: uninject_verb.uninject_files(*options),
    """Remove injection exactly, by the records it left; refuse where that would be a guess.

    Give the settings the workloads were injected with; the release is read from the proxy's image.
    """,
)
