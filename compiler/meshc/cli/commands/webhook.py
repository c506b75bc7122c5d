"""`meshc webhook`, `meshc webhook certs`, `meshc webhook manifests`: options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from meshc.cli.border import verb
from meshc.cli.commands.common import Output
from meshc.cli.options import SettingsOptions, with_settings

_LIMITS = "Limits"


def register(app: typer.Typer) -> None:
    """Add the verb and what is below it to the tree."""
    group = typer.Typer(rich_markup_mode=None, invoke_without_command=True, no_args_is_help=False)
    group.callback(help=webhook.__doc__)(_unless_below(verb(with_settings(webhook))))
    group.command("certs")(verb(certs))
    group.command("manifests")(verb(with_settings(manifests)))
    app.add_typer(group, name="webhook")


def webhook(
    *,
    options: SettingsOptions,
    tls_cert: Annotated[
        str | None,
        typer.Option("--tls-cert", metavar="FILE", help="Certificate chain, PEM; read again when it changes."),
    ] = None,
    tls_key: Annotated[str | None, typer.Option("--tls-key", metavar="FILE", help="Its key, PEM.")] = None,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on; :: for both.")
    ] = "0.0.0.0",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="Port of /inject (HTTPS).")
    ] = 15017,
    monitoring_port: Annotated[
        int,
        typer.Option(
            "--monitoring-port", metavar="PORT", min=0, max=65535, help="Port of /metrics, /ready, /healthz (HTTP)."
        ),
    ] = 15014,
    workers: Annotated[int, typer.Option("--workers", metavar="N", min=1, max=64, help="Processes that answer.")] = 1,
    revision_settings: Annotated[
        list[str] | None,
        typer.Option(
            "--revision-settings",
            metavar="REV=FILE",
            help="Also answer /revision/REV/inject, by this meshc.yaml; repeatable.",
        ),
    ] = None,
    resources: Annotated[
        list[str] | None,
        typer.Option(
            "--resources", metavar="PATH", help="Namespaces, Nodes, ProxyConfigs the cluster would look up; repeatable."
        ),
    ] = None,
    tls_min_version: Annotated[str, typer.Option("--tls-min-version", metavar="VERSION", help="1.2 or 1.3.")] = "1.2",
    log_format: Annotated[str, typer.Option("--log-format", metavar="FORM", help="text or json.")] = "text",
    log_level: Annotated[
        str, typer.Option("--log-level", metavar="LEVEL", help="debug, info, warning or error.")
    ] = "info",
    reload_seconds: Annotated[
        float,
        typer.Option(
            "--reload-seconds", metavar="SECONDS", min=0.05, help="How often files are looked at for changes."
        ),
    ] = 1.0,
    max_body_bytes: Annotated[
        int,
        typer.Option(
            "--max-body-bytes", metavar="BYTES", min=1024, help="Longest request body.", rich_help_panel=_LIMITS
        ),
    ] = 6 * 1024 * 1024,
    max_depth: Annotated[
        int,
        typer.Option(
            "--max-depth", metavar="N", min=10, max=900, help="Deepest nesting of a review.", rich_help_panel=_LIMITS
        ),
    ] = 200,
    max_connections: Annotated[
        int,
        typer.Option(
            "--max-connections", metavar="N", min=1, help="Clients connected to a worker.", rich_help_panel=_LIMITS
        ),
    ] = 2048,
    max_concurrent: Annotated[
        int,
        typer.Option(
            "--max-concurrent", metavar="N", min=1, help="Long bodies a worker reads at once.", rich_help_panel=_LIMITS
        ),
    ] = 32,
    header_timeout: Annotated[
        float,
        typer.Option(
            "--header-timeout",
            metavar="SECONDS",
            min=0.1,
            help="Seconds for a request's head.",
            rich_help_panel=_LIMITS,
        ),
    ] = 30.0,
    body_timeout: Annotated[
        float,
        typer.Option(
            "--body-timeout", metavar="SECONDS", min=0.1, help="Seconds for a request's body.", rich_help_panel=_LIMITS
        ),
    ] = 10.0,
    drain_timeout: Annotated[
        float,
        typer.Option(
            "--drain-timeout",
            metavar="SECONDS",
            min=0.1,
            help="Seconds to finish in when stopped.",
            rich_help_panel=_LIMITS,
        ),
    ] = 20.0,
) -> int:
    """Answer admission reviews of pods over HTTPS, as the injection webhook of Istio's control plane does.

    Needs a certificate (--tls-cert, --tls-key; `meshc webhook certs` makes one to try it out).
    """
    from meshc.cli.webhook.webhook_verb import WebhookOptions, run
    from meshc.webhook.limits import Limits

    return run(
        WebhookOptions(
            certificate=tls_cert,
            key=tls_key,
            host=host,
            port=port,
            monitoring_port=monitoring_port,
            workers=workers,
            revisions=tuple(revision_settings or ()),
            resources=tuple(resources or ()),
            tls_minimum=tls_min_version,
            log_format=log_format,
            log_level=log_level,
            reload_seconds=reload_seconds,
            limits=Limits(
                body=max_body_bytes,
                depth=max_depth,
                connections=max_connections,
                concurrent=max_concurrent,
                header_timeout=header_timeout,
                body_timeout=body_timeout,
                linger=header_timeout + 5,
                drain_timeout=drain_timeout,
            ),
        ),
        options,
    )


def certs(
    *,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Host names and addresses it is for.", show_default=False),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR", help="Folder to write tls.crt, tls.key and ca.crt to.")
    ] = "certs",
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How long it is good for.")] = 365,
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", metavar="NS", help="Namespace of the webhook's Service.")
    ] = "istio-system",
    service: Annotated[
        str, typer.Option("--service", metavar="NAME", help="Name of the webhook's Service.")
    ] = "meshc-webhook",
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> int:
    """Write a self-signed certificate to try the webhook with: tls.crt, tls.key, ca.crt (the same as tls.crt).

    Without NAMEs it is for localhost and the webhook's Service.
    """
    from meshc.cli.webhook.webhook_verb import make_certs

    del debug  # read by the error border
    return make_certs(names or [], folder=output, days=days, service=f"{service}.{namespace}.svc")


def manifests(
    *,
    options: SettingsOptions,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="Revision tag that points here; repeatable.")
    ] = None,
    ca_bundle: Annotated[
        str | None, typer.Option("--ca-bundle", metavar="FILE", help="CA of the webhook's certificate, PEM.")
    ] = None,
    issuer: Annotated[
        str | None,
        typer.Option("--issuer", metavar="KIND/NAME", help="cert-manager issuer: Issuer/NAME or ClusterIssuer/NAME."),
    ] = None,
    image: Annotated[str | None, typer.Option("--image", metavar="IMAGE", help="The webhook's image.")] = None,
    url: Annotated[
        str | None,
        typer.Option(
            "--url", metavar="URL", help="Where a webhook outside the cluster answers: only its configuration."
        ),
    ] = None,
    output: Output = None,
) -> int:
    """Print what to install so that a cluster injects with meshc: Deployment, Service, RBAC, webhook configuration, …"""
    from meshc.cli.webhook.webhook_verb import ManifestOptions, print_manifests

    return print_manifests(
        ManifestOptions(tags=tuple(tag or ()), ca_bundle=ca_bundle, issuer=issuer, image=image, url=url, output=output),
        options,
    )


def _unless_below(command: Callable[..., None]) -> Callable[..., None]:
    """Let a group's own command rest when one below it is asked for."""

    def root(ctx: typer.Context, **given: Any) -> None:
        if ctx.invoked_subcommand is None:
            command(**given)

    own = inspect.signature(command)
    context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    signature = own.replace(parameters=[context, *own.parameters.values()])
    root.__signature__ = signature  # type: ignore[attr-defined]
    root.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    return root
