"""`meshc render`: options."""

from __future__ import annotations

from typing import Annotated

import typer

from meshc.cli.border import verb
from meshc.cli.commands.common import Filenames, Files, Jobs, Output, PodTemplatePaths, Shard, named
from meshc.cli.options import SettingsOptions, with_settings
from meshc.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the verb to the tree."""
    app.command("render")(verb(with_settings(render)))


def render(
    *,
    options: SettingsOptions,
    files: Files = None,
    filename: Filenames = None,
    output: Output = None,
    gateway: Annotated[
        str | None, typer.Option("--gateway", metavar="NAME", help="Also render a gateway chart as this Helm release.")
    ] = None,
    gateway_values: Annotated[
        list[str] | None, typer.Option("--gateway-values", metavar="FILE", help="Values of that chart; repeatable.")
    ] = None,
    gateway_chart: Annotated[
        str | None,
        typer.Option("--gateway-chart", metavar="CHART", help="gateway (default), istio-ingress or istio-egress."),
    ] = None,
    chart_version: Annotated[
        str | None, typer.Option("--chart-version", metavar="VERSION", help="Version the chart calls itself.")
    ] = None,
    pod_template_path: PodTemplatePaths = None,
    facts: Annotated[
        str | None, typer.Option("--facts", metavar="FILE", help="What no manifest knows: addresses, node, locality.")
    ] = None,
    fact: Annotated[
        list[str] | None, typer.Option("--fact", metavar="NAME=VALUE", help="One such fact; repeatable.")
    ] = None,
    jobs: Jobs = 1,
    shard: Shard = None,
) -> int:
    """Write every workload's injected manifest, envoy-rev.json and grpc-bootstrap.json.

    Without FILES: the workloads of meshc.yaml, else the profile's gateways and a sample workload.
    """
    from meshc.cli.render.render_verb import RenderOptions
    from meshc.cli.render.render_verb import render as run
    from meshc.cli.workload_units import GatewayChart

    if gateway is None and (gateway_values or gateway_chart or chart_version):
        hint = "add --gateway NAME, the name of the Helm release"
        raise UsageError("a gateway's values, chart or version without a gateway", path="--gateway", hint=hint)
    values = tuple(gateway_values or ())
    chart = None if gateway is None else GatewayChart(gateway, gateway_chart or "gateway", values, chart_version)
    return run(
        RenderOptions(
            files=tuple(named(files, filename)),
            output=output,
            chart=chart,
            pod_template_paths=tuple(pod_template_path or ()),
            facts_file=facts,
            facts=tuple(fact or ()),
            jobs=jobs,
            shard=shard,
        ),
        options,
    )
