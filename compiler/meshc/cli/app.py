"""The Typer tree: which verbs there are, and what stands before any of them."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from meshc import __version__
from meshc.cli.commands import (
    bootstrap,
    capture,
    check,
    diff,
    inject,
    ports,
    profiles,
    releases,
    render,
    schema,
    webhook,
)

VERBS = (render, inject, diff, check, bootstrap, ports, capture, webhook, releases, profiles, schema)

app = typer.Typer(
    name="meshc",
    help="Compile Istio data-plane configuration offline: injected pods, envoy-rev.json, grpc-bootstrap.json.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in VERBS:
    module.register(app)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Print meshc's version and the Istio releases it knows.", is_eager=True)
    ] = False,
) -> None:
    """Compile Istio data-plane configuration offline, exactly as every release 1.17 … 1.30 would."""
    if version:
        from meshc import catalog

        first, last = catalog.releases()[0], catalog.newest()
        print(f"meshc {__version__} (Istio {first.minor} … {last})")
        raise typer.Exit


def main() -> None:
    """Entry point of the `meshc` command."""
    sys.exit(app(prog_name="meshc"))
