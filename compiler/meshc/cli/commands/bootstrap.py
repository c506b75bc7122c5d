"""`meshc bootstrap`: options."""

from __future__ import annotations

from typing import Annotated

import typer

from meshc.cli.border import verb
from meshc.cli.commands.common import Filenames, Output, named
from meshc.cli.options import SettingsOptions, with_settings
from meshc.errors import UsageError

_KINDS = ("envoy", "grpc", "facts")


def register(app: typer.Typer) -> None:
    """Add the verb to the tree."""
    app.command("bootstrap")(verb(with_settings(bootstrap)))


def bootstrap(
    *,
    options: SettingsOptions,
    kind: Annotated[str, typer.Argument(metavar="envoy|grpc|facts", help="Which bootstrap, or the facts of one.")],
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]", help="A pod or workload; with `facts` a bootstrap.", show_default=False),
    ] = None,
    filename: Filenames = None,
    fact: Annotated[
        list[str] | None, typer.Option("--fact", metavar="NAME=VALUE", help="What no manifest knows.")
    ] = None,
    facts: Annotated[str | None, typer.Option("--facts", metavar="FILE", help="Such facts as YAML.")] = None,
    override: Annotated[
        str | None, typer.Option("--override", metavar="FILE", help="A custom bootstrap, merged as Envoy merges it.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Have a real Envoy validate it; 1 when it refuses.")] = False,
    envoy: Annotated[str | None, typer.Option("--envoy", metavar="PATH", help="The Envoy that validates.")] = None,
    output: Output = None,
) -> int:
    """Compile one bootstrap of an injected pod (or of a workload, injected first), or read a bootstrap's facts back."""
    from meshc.cli.bootstrap import bootstrap_verb as run

    given = named(files, filename)
    if kind not in _KINDS:
        raise UsageError("unknown kind of bootstrap", path="bootstrap", value=kind, hint=f"write {', '.join(_KINDS)}")
    if kind == "facts":
        if len(given) != 1:
            raise UsageError(
                "one bootstrap is read at a time", hint="name one envoy-rev.json, grpc-bootstrap.json or config_dump"
            )
        return run.facts(given[0], options, output=output)
    return run.bootstrap(
        run.BootstrapOptions(
            kind=kind,
            files=tuple(given),
            facts_file=facts,
            facts=tuple(fact or ()),
            override=override,
            check=check,
            envoy=envoy,
            output=output,
        ),
        options,
    )
