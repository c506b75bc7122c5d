"""`meshc webhook`: starts the server; makes certificates for trying it out, and manifests for installing it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from meshc import yamlio
from meshc.cli.inputs import gather, project_file, settings_keywords
from meshc.cli.options import SettingsOptions
from meshc.cli.output import destination, replace_file, write
from meshc.cli.webhook import CertsOptions, ManifestOptions, WebhookOptions
from meshc.errors import ToolError, UsageError, require_known
from meshc.late import late
from meshc.webhook.limits import Limits
from meshc.webhook.server_config import ServerConfig, Source

if TYPE_CHECKING:
    from meshc.webhook import certificates, manifests, server
else:
    server = late("meshc.webhook.server")
    certificates = late("meshc.webhook.certificates")
    manifests = late("meshc.webhook.manifests")

_FORMATS = ("text", "json")
_LEVELS = ("debug", "info", "warning", "error")
_TLS = ("1.2", "1.3")


def run(options: WebhookOptions, settings_options: SettingsOptions) -> int:
    """Serve until stopped; raises MeshcError before the first request for invalid files, options or ports."""
    config = server_config(options, settings_options)
    return server.serve(config)


def server_config(options: WebhookOptions, settings_options: SettingsOptions) -> ServerConfig:
    """The server's configuration; raises UsageError for invalid options."""
    require_known("log format", options.log_format, _FORMATS, path="--log-format")
    require_known("log level", options.log_level, _LEVELS, path="--log-level")
    require_known("TLS version", options.tls_minimum, _TLS, path="--tls-min-version")
    if not options.certificate or not options.key:
        hint = "give --tls-cert FILE and --tls-key FILE; `meshc webhook certs` makes a pair for trying it out"
        raise UsageError("the webhook serves HTTPS and needs a certificate", path="--tls-cert", hint=hint)
    return ServerConfig(
        certificate=Path(options.certificate),
        key=Path(options.key),
        sources=(_default(options, settings_options), *_revisions(options)),
        host=options.host,
        port=options.port,
        monitoring_port=options.monitoring_port,
        workers=options.workers,
        tls_minimum=options.tls_minimum,
        log_format=options.log_format,
        log_level=options.log_level,
        poll_seconds=options.reload_seconds,
        limits=_limits(options),
    )


def _limits(options: WebhookOptions) -> Limits:
    return Limits(
        body=options.max_body_bytes,
        depth=options.max_depth,
        connections=options.max_connections,
        concurrent=options.max_concurrent,
        header_timeout=options.header_timeout,
        body_timeout=options.body_timeout,
        linger=options.header_timeout + 5,
        drain_timeout=options.drain_timeout,
    )


def make_certs(options: CertsOptions) -> int:
    """Write a self-signed pair and say how to use it; returns 0."""
    service = f"{options.service}.{options.namespace}.svc"
    wanted = list(options.names) or ["localhost", "127.0.0.1", "::1", service, f"{service}.cluster.local"]
    try:
        pair = certificates.self_signed(wanted, now=datetime.now(UTC), days=options.days)
    except ImportError as error:
        raise ToolError(f"certificates need {error.name}", hint="pip install 'meshc[webhook]'") from error
    place = Path(options.directory)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot be made: {error.strerror}", file=options.directory, hint="name another directory with -o"
        ) from error
    (place / "tls.key").touch(mode=0o600)
    for name, data in (("tls.key", pair.key), ("tls.crt", pair.certificate), ("ca.crt", pair.certificate)):
        replace_file(place / name, data)
        write(f"{place / name}\n", "-")
    print(f"for {', '.join(wanted)}; until {pair.not_after:%Y-%m-%d}", file=sys.stderr)
    print(f"try: meshc webhook --tls-cert {place}/tls.crt --tls-key {place}/tls.key", file=sys.stderr)
    return 0


def print_manifests(options: ManifestOptions, settings_options: SettingsOptions) -> int:
    """Print everything to install; returns 0."""
    to = destination(options.output)
    settings = gather((), settings_options, needed=False).settings
    namespace = settings.namespace or settings.values.global_.istio_namespace or "istio-system"
    installation = manifests.Installation(
        namespace=namespace,
        tags=options.tags,
        ca_bundle=_pem(options.ca_bundle),
        issuer=options.issuer,
        url=options.url,
        **({"image": options.image} if options.image else {}),
    )
    write(yamlio.dump_all(manifests.manifests(settings, installation)), to)
    if not (options.ca_bundle or options.issuer):
        hint = "give --ca-bundle FILE, or --issuer KIND/NAME for cert-manager"
        print(
            f"warning: the API server will not trust the webhook: its configuration has no CA bundle; {hint}",
            file=sys.stderr,
        )
    return 0


def _default(options: WebhookOptions, settings_options: SettingsOptions) -> Source:
    if settings_options.mode not in (None, "webhook"):
        hint = "leave --mode out: the webhook is mode webhook"
        raise UsageError("not a mode of the webhook", path="--mode", value=settings_options.mode, hint=hint)
    project = project_file(settings_options)
    keywords = settings_keywords(settings_options)
    return Source("", keywords, Path(project.file) if project else None, options.resources)


def _revisions(options: WebhookOptions) -> list[Source]:
    found: dict[str, Source] = {}
    for text in options.revisions:
        revision, equals, file = text.partition("=")
        if not (equals and revision and file) or "/" in revision or revision in found:
            again = " a second time" if revision in found else ""
            hint = "write REV=meshc.yaml, each revision once, e.g. canary=canary/meshc.yaml"
            raise UsageError(f"not settings of a revision{again}", path="--revision-settings", value=text, hint=hint)
        found[revision] = Source(revision, {}, Path(file), options.resources)
    return list(found.values())


def _pem(file: str | None) -> bytes | None:
    if file is None:
        return None
    return certificates.read_bundle(Path(file))
