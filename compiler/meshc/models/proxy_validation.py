"""Validation of a complete ProxyConfig (docs/istio/injection.md § 5.6)."""

from __future__ import annotations

from meshc.catalog import Release
from meshc.gotext import durations
from meshc.models.addresses import address_problem, port_problem
from meshc.models.findings import Findings
from meshc.models.message import Field, Message, declared
from meshc.models.proxy_config import (
    ClientTLSSettings,
    ConnectionSettings,
    Lightstep,
    PrivateKeyMethod,
    PrivateKeyProvider,
    ProxyConfig,
    RemoteService,
    Tracing,
    Zipkin,
)

_HOST_IP = "$(HOST_IP)"
_CREDENTIAL_MODES = ("SIMPLE", "MUTUAL")
_POSITIVE = (1, "positive")
_WINDOW = (65535, "at least 65535")
_LEAST = {
    ConnectionSettings.http_max_concurrent_streams: _POSITIVE,
    ConnectionSettings.listener_connection_limit: _POSITIVE,
    ConnectionSettings.global_downstream_connection_limit: _POSITIVE,
    ConnectionSettings.http2_initial_stream_window_size: _WINDOW,
    ConnectionSettings.http2_initial_connection_window_size: _WINDOW,
}
"""Least values of limits and sizes; every other one, and every duration, must not be negative."""


def validate(config: ProxyConfig, release: Release) -> Findings:
    """Everything that is wrong with a ProxyConfig, and what is deprecated in it."""
    found = Findings()
    if not config.config_path:
        found.error("must be set", config.at(ProxyConfig.config_path))
    if not config.binary_path:
        found.error("must be set", config.at(ProxyConfig.binary_path))
    if not config.service_cluster and config.tracing_service_name is None:
        found.error("must be set, or tracingServiceName in its place", config.at(ProxyConfig.service_cluster))
    _drain_duration(config, release, found)
    _addresses(config, found)
    _ports(config, found)
    if config.control_plane_auth_policy not in ("NONE", "MUTUAL_TLS"):
        found.error("must be NONE or MUTUAL_TLS", config.at(ProxyConfig.control_plane_auth_policy))
    if config.tracing:
        _tracing(config.tracing, release, found)
    if config.private_key_provider:
        _private_key_provider(config.private_key_provider, found)
    _connection_settings(config.connection_settings, found)
    if "ISTIO_META_DNS_AUTO_ALLOCATE" in config.proxy_metadata and release.has("mesh.dns_auto_allocate_deprecated"):
        text = "is deprecated; addresses are allocated by PILOT_ENABLE_IP_AUTOALLOCATE of istiod"
        found.warn(text, (*config.at(ProxyConfig.proxy_metadata), "ISTIO_META_DNS_AUTO_ALLOCATE"))
    return found


def tls_findings(settings: ClientTLSSettings, release: Release) -> Findings:
    """What is wrong with TLS settings of a tracer."""
    found = Findings()
    if settings.insecure_skip_verify and release.has("mesh.skip_verify_excludes_ca"):
        for field in (ClientTLSSettings.ca_certificates, ClientTLSSettings.ca_crl):
            if settings.value_of(field):
                found.error("must not be set together with insecureSkipVerify", settings.at(field))
    if settings.credential_name.startswith("configmap://") and release.has("mesh.configmap_credential_refused"):
        found.error("must not name a configmap:// source", settings.at(ClientTLSSettings.credential_name))
    pair = (ClientTLSSettings.client_certificate, ClientTLSSettings.private_key)
    if settings.credential_name and settings.mode in _CREDENTIAL_MODES:
        for field in (*pair, ClientTLSSettings.ca_certificates):
            if settings.value_of(field):
                found.error("must not be set together with credentialName", settings.at(field))
    elif settings.mode == "MUTUAL":
        for field in pair:
            if not settings.value_of(field):
                found.error("must be set for mode MUTUAL", settings.at(field))
    return found


def _drain_duration(config: ProxyConfig, release: Release, found: Findings) -> None:
    text, path = config.drain_duration, config.at(ProxyConfig.drain_duration)
    if text is None:
        found.error("must be set", path)
        return
    length = durations.parse(text)
    if length < durations.MILLISECOND:
        found.error(f"{text} is shorter than 1ms", path)
    elif length % durations.SECOND:
        found.error(f"{text} must be whole seconds", path)
    elif length > durations.HOUR and release.has("mesh.drain_duration_limit"):
        found.error(f"{text} is longer than 1h", path)


def _addresses(config: ProxyConfig, found: Findings) -> None:
    if not config.discovery_address:
        found.error("must be set", config.at(ProxyConfig.discovery_address))
    for field in (
        ProxyConfig.discovery_address,
        ProxyConfig.statsd_udp_address,
        ProxyConfig.envoy_metrics_service_address,
    ):
        _address(config, field, found)
    for service in (config.envoy_metrics_service, config.envoy_access_log_service):
        _address(service, RemoteService.address, found)


def _address(holder: Message, field: Field[str], found: Findings) -> None:
    text = holder.value_of(field)
    if text and (problem := address_problem(text)):
        found.error(problem, holder.at(field))


def _ports(config: ProxyConfig, found: Findings) -> None:
    for field in (ProxyConfig.proxy_admin_port, ProxyConfig.status_port):
        if problem := port_problem(config.value_of(field)):
            found.error(problem, config.at(field))


def _tracing(tracing: Tracing, release: Release, found: Findings) -> None:
    lightstep = tracing.lightstep
    if lightstep:
        if not lightstep.access_token:
            found.error("must be set", lightstep.at(Lightstep.access_token))
        _tracer_address(lightstep, lightstep.address, found)
    # The agent puts its own host in place of $(HOST_IP), so any address does for the check.
    for tracer in (tracing.zipkin, tracing.datadog):
        if tracer:
            _tracer_address(tracer, tracer.address.replace(_HOST_IP, "127.0.0.1", 1), found)
    if tracing.tls_settings:
        found.include(tls_findings(tracing.tls_settings, release))
    for tag, value in tracing.custom_tags.items():
        if not value:
            found.error("must not be null", (*tracing.at(Tracing.custom_tags), tag))


def _tracer_address(tracer: Message, text: str, found: Findings) -> None:
    if problem := address_problem(text):
        found.error(problem, tracer.at(Zipkin.address))


def _private_key_provider(provider: PrivateKeyProvider, found: Findings) -> None:
    chosen = [method for method in (provider.cryptomb, provider.qat) if method]
    if not chosen:
        found.error("needs cryptomb or qat", provider.place)
    for method in chosen:
        if method.poll_delay is None or durations.parse(method.poll_delay) == 0:
            found.error("must be set and not zero", method.at(PrivateKeyMethod.poll_delay))


def _connection_settings(settings: ConnectionSettings, found: Findings) -> None:
    """Check the limits and timeouts that are set (docs/istio/changes-1.31.md § 6)."""
    for field in declared(ConnectionSettings).values():
        value = settings.value_of(field)
        if value is None or field.kind not in ("int32_value", "duration"):
            continue
        least, words = _LEAST.get(field, (0, "non-negative"))
        if (durations.parse(value) if field.kind == "duration" else value) < least:
            found.error(f"invalid connection settings: {field.name} must be {words}", settings.at(field))
