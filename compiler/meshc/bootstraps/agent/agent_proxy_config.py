"""The effective ProxyConfig of a pod, as its agent merges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from meshc.bootstraps.agent.agent_inputs import Flags
from meshc.bootstraps.agent.node_identity import parse_ip
from meshc.catalog import Release
from meshc.errors import SettingsError, raise_all
from meshc.gotext.parsing import parse_int
from meshc.models import mesh, proxy
from meshc.models.annotation_names import PROXY_CONFIG, SIDECAR_DISCOVERY_ADDRESS, SIDECAR_STATUS_PORT
from meshc.models.proxy_config import ProxyConfig
from meshc.yamlio import Json


@dataclass(frozen=True)
class Sources:
    """Where the ProxyConfig comes from: role, flags, environment, mesh file (YAML or a document), pod annotations.

    `hosts` maps host names to addresses for `statsdUdpAddress`, which the agent looks up.
    """

    release: Release
    role: str = "sidecar"
    flags: Flags = field(default_factory=Flags)
    env: Mapping[str, str] = field(default_factory=dict)
    mesh: str | Mapping[str, Json] | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Effective:
    """The merged ProxyConfig and what Istio would only warn about."""

    config: ProxyConfig
    warnings: tuple[str, ...] = ()


def effective(sources: Sources) -> Effective:
    """Merge defaults, mesh file, `PROXY_CONFIG` and annotation, then the agent's own steps (docs/istio/bootstrap.md § 1.2).

    Raises SettingsError or ErrorGroup for what makes the agent stop: bad syntax, wrong types, invalid values.
    """
    config, warnings = _merged(sources)
    config = _with_concurrency(config, sources)
    if config.service_cluster == "":
        config = config.changed(ProxyConfig.service_cluster, sources.flags.service_cluster)
    config, more = _with_statsd_address(config, sources.hosts)
    findings = proxy.validate(config, sources.release)
    raise_all([SettingsError(message, path=("proxyConfig", *place)) for place, message in findings.errors])
    # Only now: the agent does not validate what annotations set, nor the template's path.
    config = _with_annotations(config, sources.annotations)
    if sources.flags.template_file and not config.custom_config_file:
        config = config.changed(ProxyConfig.proxy_bootstrap_template_path, sources.flags.template_file)
    return Effective(config, (*warnings, *more))


def _merged(sources: Sources) -> tuple[ProxyConfig, list[str]]:
    release = sources.release
    config = proxy.defaults(release)
    if sources.role != "sidecar":
        config = config.changed(ProxyConfig.concurrency, None)
    warnings: list[str] = []
    for name, document in _layers(sources):
        config, more = proxy.overlay(config, document, release, path=(name,))
        warnings += more
    return config, warnings


def _layers(sources: Sources) -> list[tuple[str, Json]]:
    found = []
    if sources.mesh is not None:
        document = mesh.parse_text(sources.mesh, file="mesh") if isinstance(sources.mesh, str) else sources.mesh
        if not isinstance(document, dict):
            raise SettingsError("not a MeshConfig", path="mesh", value=document, hint="write a YAML mapping")
        mesh.apply(mesh.defaults(sources.release), document, sources.release)
        found.append(("defaultConfig", document.get("defaultConfig", document.get("default_config"))))
    for name, text in (
        ("PROXY_CONFIG", sources.env.get("PROXY_CONFIG", "")),
        (PROXY_CONFIG, sources.annotations.get(PROXY_CONFIG, "")),
    ):
        if text:
            found.append((name, proxy.parse_text(text, file=name)))
    return found


def _with_concurrency(config: ProxyConfig, sources: Sources) -> ProxyConfig:
    limit = parse_int(sources.env.get("ISTIO_CPU_LIMIT", ""))
    if limit and sources.release.has("bootstrap.cpu_limit_concurrency") and config.concurrency is None:
        config = config.changed(ProxyConfig.concurrency, limit)
    if sources.flags.concurrency:
        config = config.changed(ProxyConfig.concurrency, sources.flags.concurrency)
    return config


def _with_statsd_address(config: ProxyConfig, hosts: Mapping[str, str]) -> tuple[ProxyConfig, tuple[str, ...]]:
    host, _, port = config.statsd_udp_address.rpartition(":")
    if not config.statsd_udp_address or parse_ip(host.strip("[]")) is not None:
        return config, ()
    address = parse_ip(hosts.get(host, ""))
    if address is None:
        # The agent empties the field when it cannot resolve the name, so a bootstrap with the name would be wrong.
        note = f"statsdUdpAddress: {host} is not resolved offline; give the fact hosts.{host}=ADDRESS to keep the sink"
        return config.changed(ProxyConfig.statsd_udp_address, ""), (note,)
    resolved = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    return config.changed(ProxyConfig.statsd_udp_address, resolved), ()


def _with_annotations(config: ProxyConfig, annotations: Mapping[str, str]) -> ProxyConfig:
    if SIDECAR_DISCOVERY_ADDRESS in annotations:
        config = config.changed(ProxyConfig.discovery_address, annotations[SIDECAR_DISCOVERY_ADDRESS])
    if SIDECAR_STATUS_PORT in annotations:
        config = config.changed(ProxyConfig.status_port, parse_int(annotations[SIDECAR_STATUS_PORT]) or 0)
    return config
