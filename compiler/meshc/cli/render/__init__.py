"""`meshc render`: options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from meshc.cli.options import FileOptions, Jobs, Output, PodTemplatePaths, Shard
from meshc.cli.verbs import Verb
from meshc.late import late

if TYPE_CHECKING:
    from meshc.cli.render import render_verb
else:
    render_verb = late("meshc.cli.render.render_verb")


@dataclass(frozen=True, kw_only=True)
class RenderOptions(FileOptions):
    """What `meshc render` is asked for, apart from settings."""

    output: Output = None
    gateway: Annotated[
        str | None, typer.Option("--gateway", metavar="NAME", help="Also render a gateway chart as this Helm release.")
    ] = None
    gateway_values: Annotated[
        tuple[str, ...], typer.Option("--gateway-values", metavar="FILE", help="Values of that chart; repeatable.")
    ] = ()
    gateway_chart: Annotated[
        str | None,
        typer.Option("--gateway-chart", metavar="CHART", help="gateway (default), istio-ingress or istio-egress."),
    ] = None
    chart_version: Annotated[
        str | None, typer.Option("--chart-version", metavar="VERSION", help="Version of that chart.")
    ] = None
    pod_template_paths: PodTemplatePaths = ()
    facts_file: Annotated[
        str | None,
        typer.Option("--facts", metavar="FILE", help="Facts no manifest holds: addresses, node, locality."),
    ] = None
    facts: Annotated[
        tuple[str, ...], typer.Option("--fact", metavar="NAME=VALUE", help="One such fact; repeatable.")
    ] = ()
    jobs: Jobs = 1
    shard: Shard = None


VERB = Verb(
    RenderOptions,
    lambda *options: render_verb.render(*options),
    """Write every workload's injected manifest, envoy-rev.json and grpc-bootstrap.json.

    Without FILES: the workloads of meshc.yaml, else the profile's gateways and a sample workload.
    """,
)
