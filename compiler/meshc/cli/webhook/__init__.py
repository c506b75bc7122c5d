"""`meshc webhook`, `meshc webhook certs`, `meshc webhook manifests`: options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from meshc.cli.options import Debug, Output
from meshc.cli.verbs import Verb
from meshc.late import late

if TYPE_CHECKING:
    from meshc.cli.webhook import webhook_verb
else:
    webhook_verb = late("meshc.cli.webhook.webhook_verb")


def _limit(name: str, metavar: str, text: str, least: float, most: float | None = None) -> Any:
    return typer.Option(name, metavar=metavar, help=text, min=least, max=most, rich_help_panel="Limits")


@dataclass(frozen=True, kw_only=True)
class WebhookOptions:
    """What `meshc webhook` is asked for, apart from settings; `revisions` are `REV=FILE`."""

    certificate: Annotated[
        str | None,
        typer.Option("--tls-cert", metavar="FILE", help="Certificate chain, PEM; read again when it changes."),
    ] = None
    key: Annotated[str | None, typer.Option("--tls-key", metavar="FILE", help="Its key, PEM.")] = None
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on; :: for both.")] = (
        "0.0.0.0"
    )
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="Port of /inject (HTTPS).")] = (
        15017
    )
    monitoring_port: Annotated[
        int,
        typer.Option(
            "--monitoring-port", metavar="PORT", min=0, max=65535, help="Port of /metrics, /ready, /healthz (HTTP)."
        ),
    ] = 15014
    workers: Annotated[int, typer.Option("--workers", metavar="N", min=1, max=64, help="Processes that answer.")] = 1
    revisions: Annotated[
        tuple[str, ...],
        typer.Option(
            "--revision-settings",
            metavar="REV=FILE",
            help="Also answer /revision/REV/inject, by this meshc.yaml; repeatable.",
        ),
    ] = ()
    resources: Annotated[
        tuple[str, ...],
        typer.Option(
            "--resources", metavar="PATH", help="Namespaces, Nodes, ProxyConfigs the cluster would look up; repeatable."
        ),
    ] = ()
    tls_minimum: Annotated[str, typer.Option("--tls-min-version", metavar="VERSION", help="1.2 or 1.3.")] = "1.2"
    log_format: Annotated[str, typer.Option("--log-format", metavar="FORMAT", help="text or json.")] = "text"
    log_level: Annotated[str, typer.Option("--log-level", metavar="LEVEL", help="debug, info, warning or error.")] = (
        "info"
    )
    reload_seconds: Annotated[
        float,
        typer.Option("--reload-seconds", metavar="SECONDS", min=0.05, help="How often files are checked for changes."),
    ] = 1.0
    max_body_bytes: Annotated[int, _limit("--max-body-bytes", "BYTES", "Longest request body.", 1024)] = 6 * 1024 * 1024
    max_depth: Annotated[int, _limit("--max-depth", "N", "Deepest nesting of a review.", 10, 900)] = 200
    max_connections: Annotated[int, _limit("--max-connections", "N", "Clients connected to a worker.", 1)] = 2048
    max_concurrent: Annotated[
        int, _limit("--max-concurrent", "N", "Long bodies a worker reads at the same time.", 1)
    ] = 32
    header_timeout: Annotated[float, _limit("--header-timeout", "SECONDS", "Seconds for a request's head.", 0.1)] = 30.0
    body_timeout: Annotated[float, _limit("--body-timeout", "SECONDS", "Seconds for a request's body.", 0.1)] = 10.0
    drain_timeout: Annotated[float, _limit("--drain-timeout", "SECONDS", "Seconds to finish in when stopped.", 0.1)] = (
        20.0
    )


@dataclass(frozen=True, kw_only=True)
class CertsOptions:
    """What `meshc webhook certs` is asked for."""

    names: Annotated[
        tuple[str, ...],
        typer.Argument(metavar="[NAME]...", help="Host names and addresses it is for.", show_default=False),
    ] = ()
    directory: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR", help="Directory to write tls.crt, tls.key and ca.crt to.")
    ] = "certs"
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="Days it is valid.")] = 365
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", metavar="NS", help="Namespace of the webhook's Service.")
    ] = "istio-system"
    service: Annotated[str, typer.Option("--service", metavar="NAME", help="Name of the webhook's Service.")] = (
        "meshc-webhook"
    )
    debug: Debug = False


@dataclass(frozen=True, kw_only=True)
class ManifestOptions:
    """What `meshc webhook manifests` is asked for, apart from settings."""

    tags: Annotated[
        tuple[str, ...], typer.Option("--tag", metavar="TAG", help="Revision tag that points here; repeatable.")
    ] = ()
    ca_bundle: Annotated[
        str | None, typer.Option("--ca-bundle", metavar="FILE", help="CA of the webhook's certificate, PEM.")
    ] = None
    issuer: Annotated[
        str | None,
        typer.Option("--issuer", metavar="KIND/NAME", help="cert-manager issuer: Issuer/NAME or ClusterIssuer/NAME."),
    ] = None
    image: Annotated[str | None, typer.Option("--image", metavar="IMAGE", help="The webhook's image.")] = None
    url: Annotated[
        str | None,
        typer.Option(
            "--url", metavar="URL", help="Where a webhook outside the cluster answers: only its configuration."
        ),
    ] = None
    output: Output = None


VERB = Verb(
    WebhookOptions,
    lambda *options: webhook_verb.run(*options),
    """Answer admission reviews of pods over HTTPS, as the injection webhook of Istio's control plane does.

    Needs a certificate (--tls-cert, --tls-key; `meshc webhook certs` makes one to try it out).
    """,
    below={
        "certs": Verb(
            CertsOptions,
            lambda options: webhook_verb.make_certs(options),
            """Write a self-signed certificate to try the webhook with: tls.crt, tls.key, ca.crt (the same as tls.crt).

            Without NAMEs it is for localhost and the webhook's Service.
            """,
            settings=False,
        ),
        "manifests": Verb(
            ManifestOptions,
            lambda *options: webhook_verb.print_manifests(*options),
            "Print what to install so that a cluster injects with meshc: Deployment, Service, RBAC, webhook "
            "configuration, …",
        ),
    },
)
