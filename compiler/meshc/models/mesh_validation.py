"""Validation of a complete MeshConfig (docs/istio/injection.md § 5.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from meshc.catalog import Release
from meshc.gotext import durations
from meshc.models import proxy_validation, traffic_validation
from meshc.models.addresses import port_problem, trust_domain_problem, wildcard_name_problem
from meshc.models.findings import Findings
from meshc.models.mesh_config import MeshConfig
from meshc.models.mesh_providers import ExtensionProvider
from meshc.models.mesh_traffic import (
    Distribute,
    Failover,
    LocalityLoadBalancerSetting,
    ServiceSettings,
    TLSConfig,
)
from meshc.models.message import Place
from meshc.yamlio import Json


def validate(mesh: MeshConfig, release: Release) -> Findings:
    """Everything that is wrong with a MeshConfig, and what it should better not say."""
    found = Findings()
    if problem := port_problem(mesh.proxy_listen_port):
        found.error(problem, mesh.at(MeshConfig.proxy_listen_port))
    _timeouts(mesh, found)
    if mesh.default_config:
        found.include(proxy_validation.validate(mesh.default_config, release))
    else:
        found.error("must be set", mesh.at(MeshConfig.default_config))
    _locality(mesh.locality_lb_setting, found)
    traffic_validation.zones(mesh.zone_aware_lb_setting, found)
    traffic_validation.policy(mesh.default_traffic_policy, found)
    for settings in mesh.service_settings:
        for number, host in enumerate(settings.hosts):
            if problem := wildcard_name_problem(host):
                found.error(problem, (*settings.at(ServiceSettings.hosts), number))
    _trust_domains(mesh, found)
    _providers(mesh.extension_providers, found)
    if release.has("mesh.ecdh_curves_checked"):
        _ecdh_curves(mesh, release, found)
    return found


def _timeouts(mesh: MeshConfig, found: Findings) -> None:
    connect = durations.parse(mesh.connect_timeout or "0s")
    if not durations.MILLISECOND <= connect <= durations.HOUR or connect % durations.MILLISECOND:
        found.error("must be whole milliseconds between 1ms and 1h", mesh.at(MeshConfig.connect_timeout))
    if durations.parse(mesh.protocol_detection_timeout or "0s") % durations.MILLISECOND:
        found.error("must be 0s or whole milliseconds", mesh.at(MeshConfig.protocol_detection_timeout))


def _trust_domains(mesh: MeshConfig, found: Findings) -> None:
    if problem := trust_domain_problem(mesh.trust_domain):
        found.error(problem, mesh.at(MeshConfig.trust_domain))
    for place, alias in enumerate(mesh.trust_domain_aliases):
        if problem := trust_domain_problem(alias):
            found.error(problem, (*mesh.at(MeshConfig.trust_domain_aliases), place))


def _locality(setting: LocalityLoadBalancerSetting, found: Findings) -> None:
    distribute = setting.distribute
    if distribute and setting.failover:
        found.error("must not be set together with distribute", setting.at(LocalityLoadBalancerSetting.failover))
    if distribute and setting.failover_priority:
        found.error(
            "must not be set together with distribute", setting.at(LocalityLoadBalancerSetting.failover_priority)
        )
    _localities([entry.from_ for entry in distribute], found, setting.at(LocalityLoadBalancerSetting.distribute))
    for entry in distribute:
        path = entry.at(Distribute.to)
        for locality, weight in entry.to.items():
            if not 1 <= weight <= 100:
                found.error(f"weight {weight} must be from 1 to 100", (*path, locality))
        if sum(entry.to.values()) != 100:
            found.error(f"weights add up to {sum(entry.to.values())}, not 100", path)
        _localities(list(entry.to), found, path)
    for failover in setting.failover:
        if failover.from_ == failover.to:
            found.error("must differ from `from`", failover.at(Failover.to))
        if "*" in failover.to:
            found.error("must not hold a wildcard", failover.at(Failover.to))


def _localities(localities: Sequence[str], found: Findings, path: Place) -> None:
    """Check the format of localities and that none lies within another."""
    seen: list[tuple[str, ...]] = []
    for locality in localities:
        if "*" in locality[:-1]:
            found.error(f'"{locality}": a wildcard must stand at the end', path)
            continue
        parts = tuple(locality.split("/"))
        if len(parts) > 3 or "" in parts:
            found.error(f'"{locality}" must be region/zone/subzone', path)
            continue
        known = parts[:-1] if parts[-1] == "*" else parts
        if any(known[: len(other)] == other[: len(known)] for other in seen):
            found.error(f'"{locality}" overlaps with another locality', path)
        seen.append(known)


def _providers(providers: Sequence[ExtensionProvider], found: Findings) -> None:
    names = Counter(provider.name for provider in providers)
    for provider in providers:
        if not provider.name:
            found.warn("has no name", provider.place)
        elif names[provider.name] > 1:
            found.warn(f'the name "{provider.name}" is used {names[provider.name]} times', provider.place)
        kinds = [key for key in provider.document if key != ExtensionProvider.name.json]
        if not kinds:
            found.warn("names no provider", provider.place)
        for kind in kinds:
            _backend(provider.document[kind], found, (*provider.place, kind))


def _backend(settings: Json, found: Findings, path: Place) -> None:
    """Check the service and port that most providers have, whichever provider it is."""
    if "service" not in settings and "port" not in settings:
        return
    host = (settings.get("service") or "").rpartition("/")[2]
    if problem := wildcard_name_problem(host):
        found.warn(problem, (*path, "service"))
    if problem := port_problem(settings.get("port", 0)):
        found.warn(problem, (*path, "port"))


def _ecdh_curves(mesh: MeshConfig, release: Release, found: Findings) -> None:
    if mesh.mesh_mTLS.ecdh_curves:
        found.error("is for tlsDefaults only", mesh.mesh_mTLS.at(TLSConfig.ecdh_curves))
    known = release.fact("mesh.ecdh_curves")
    curves = mesh.tls_defaults.ecdh_curves
    for index, curve in enumerate(curves):
        path = (*mesh.tls_defaults.at(TLSConfig.ecdh_curves), index)
        if curve not in known:
            found.warn(f'unknown curve "{curve}"; known are {", ".join(known)}', path)
        if curve in curves[:index]:
            found.warn(f'"{curve}" is listed twice', path)
