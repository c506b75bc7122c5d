"""Validation of a complete ProxyConfig (docs/istio/injection.md § 5.6)."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.catalog import Release
from meshc.gotext import durations
from meshc.models.addresses import address_problem, port_problem
from meshc.models.findings import Findings
from meshc.yamlio import Json

__all__ = ["Findings", "validate"]

_HOST_IP = "$(HOST_IP)"
_CREDENTIAL_MODES = ("SIMPLE", "MUTUAL")
_CREDENTIAL_FILES = ("clientCertificate", "privateKey", "caCertificates")


def validate(config: Mapping[str, Json], release: Release) -> Findings:
    """Everything that is wrong with a ProxyConfig, and what is deprecated in it."""
    found = Findings()
    for name in ("configPath", "binaryPath"):
        if not config.get(name):
            found.error("must be set", name)
    if not config.get("serviceCluster") and config.get("tracingServiceName") is None:
        found.error("must be set, or tracingServiceName in its place", "serviceCluster")
    _drain_duration(config.get("drainDuration"), release, found)
    _addresses(config, found)
    _ports(config, found)
    if config.get("controlPlaneAuthPolicy", "NONE") not in ("NONE", "MUTUAL_TLS", 0):
        found.error("must be NONE or MUTUAL_TLS", "controlPlaneAuthPolicy")
    if "tracing" in config:
        found.include(_tracing(config["tracing"], release), "tracing")
    if "privateKeyProvider" in config:
        _private_key_provider(config["privateKeyProvider"], found)
    metadata = config.get("proxyMetadata") or {}
    if "ISTIO_META_DNS_AUTO_ALLOCATE" in metadata and release.has("mesh.dns_auto_allocate_deprecated"):
        text = "is deprecated; addresses are allocated by PILOT_ENABLE_IP_AUTOALLOCATE of istiod"
        found.warn(text, "proxyMetadata", "ISTIO_META_DNS_AUTO_ALLOCATE")
    return found


def tls_findings(settings: Mapping[str, Json], release: Release) -> Findings:
    """What is wrong with TLS settings of a tracer."""
    found = Findings()
    mode, credential = settings.get("mode", "DISABLE"), settings.get("credentialName") or ""
    files = [name for name in _CREDENTIAL_FILES if settings.get(name)]
    if settings.get("insecureSkipVerify") and release.has("mesh.skip_verify_excludes_ca"):
        for name in ("caCertificates", "caCrl"):
            if settings.get(name):
                found.error("must not be set together with insecureSkipVerify", name)
    if credential.startswith("configmap://") and release.has("mesh.configmap_credential_refused"):
        found.error("must not name a configmap:// source", "credentialName")
    if credential and mode in _CREDENTIAL_MODES:
        for name in files:
            found.error("must not be set together with credentialName", name)
        return found
    if mode == "MUTUAL":
        for name in ("clientCertificate", "privateKey"):
            if not settings.get(name):
                found.error("must be set for mode MUTUAL", name)
    return found


def _drain_duration(text: str | None, release: Release, found: Findings) -> None:
    if text is None:
        found.error("must be set", "drainDuration")
        return
    length = durations.parse(text)
    if length < durations.MILLISECOND:
        found.error(f"{text} is shorter than 1ms", "drainDuration")
    elif length % durations.SECOND:
        found.error(f"{text} must be whole seconds", "drainDuration")
    elif length > durations.HOUR and release.has("mesh.drain_duration_limit"):
        found.error(f"{text} is longer than 1h", "drainDuration")


def _addresses(config: Mapping[str, Json], found: Findings) -> None:
    if not config.get("discoveryAddress"):
        found.error("must be set", "discoveryAddress")
    for name in ("discoveryAddress", "statsdUdpAddress", "envoyMetricsServiceAddress"):
        _address(config.get(name), found, name)
    for name in ("envoyMetricsService", "envoyAccessLogService"):
        _address((config.get(name) or {}).get("address"), found, name, "address")


def _address(text: str | None, found: Findings, *path: str) -> None:
    if text and (problem := address_problem(text)):
        found.error(problem, *path)


def _ports(config: Mapping[str, Json], found: Findings) -> None:
    for name in ("proxyAdminPort", "statusPort"):
        if problem := port_problem(config.get(name, 0)):
            found.error(problem, name)


def _tracing(tracing: Mapping[str, Json], release: Release) -> Findings:
    found = Findings()
    for tracer in ("lightstep", "zipkin", "datadog"):
        if tracer in tracing:
            _tracer(tracer, tracing[tracer], found)
    if "tlsSettings" in tracing:
        found.include(tls_findings(tracing["tlsSettings"], release), "tlsSettings")
    for tag, value in (tracing.get("customTags") or {}).items():
        if value is None:
            found.error("must not be null", "customTags", tag)
    return found


def _tracer(name: str, tracer: Mapping[str, Json], found: Findings) -> None:
    address = tracer.get("address") or ""
    if name == "lightstep":
        if not tracer.get("accessToken"):
            found.error("must be set", name, "accessToken")
    else:
        address = address.replace(_HOST_IP, "127.0.0.1", 1)
    if problem := address_problem(address):
        found.error(problem, name, "address")


def _private_key_provider(provider: Mapping[str, Json], found: Findings) -> None:
    chosen = [name for name in ("cryptomb", "qat") if name in provider]
    if not chosen:
        found.error("needs cryptomb or qat", "privateKeyProvider")
    for name in chosen:
        delay = provider[name].get("pollDelay")
        if delay is None or durations.parse(delay) == 0:
            found.error("must be set and not zero", "privateKeyProvider", name, "pollDelay")
