"""Validation of a complete MeshConfig (docs/istio/injection.md § 5.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from meshc.catalog import Release
from meshc.gotext import durations
from meshc.models import proxy_validation
from meshc.models.addresses import port_problem, trust_domain_problem, wildcard_name_problem
from meshc.models.findings import Findings
from meshc.yamlio import Json


def validate(mesh: Mapping[str, Json], release: Release) -> Findings:
    """Everything that is wrong with a MeshConfig, and what it should better not say."""
    found = Findings()
    if problem := port_problem(mesh.get("proxyListenPort", 0)):
        found.error(problem, "proxyListenPort")
    _timeouts(mesh, found)
    if "defaultConfig" in mesh:
        found.include(proxy_validation.validate(mesh["defaultConfig"], release), "defaultConfig")
    else:
        found.error("must be set", "defaultConfig")
    found.include(_locality(mesh.get("localityLbSetting") or {}), "localityLbSetting")
    for place, settings in enumerate(mesh.get("serviceSettings") or ()):
        for number, host in enumerate(settings.get("hosts") or ()):
            if problem := wildcard_name_problem(host):
                found.error(problem, "serviceSettings", place, "hosts", number)
    _trust_domains(mesh, found)
    _providers(mesh.get("extensionProviders") or (), found)
    if release.has("mesh.ecdh_curves_checked"):
        _ecdh_curves(mesh, release, found)
    return found


def _timeouts(mesh: Mapping[str, Json], found: Findings) -> None:
    connect = durations.parse(mesh.get("connectTimeout", "0s"))
    if not durations.MILLISECOND <= connect <= durations.HOUR or connect % durations.MILLISECOND:
        found.error("must be whole milliseconds between 1ms and 1h", "connectTimeout")
    if durations.parse(mesh.get("protocolDetectionTimeout", "0s")) % durations.MILLISECOND:
        found.error("must be 0s or whole milliseconds", "protocolDetectionTimeout")


def _trust_domains(mesh: Mapping[str, Json], found: Findings) -> None:
    if problem := trust_domain_problem(mesh.get("trustDomain", "")):
        found.error(problem, "trustDomain")
    for place, alias in enumerate(mesh.get("trustDomainAliases") or ()):
        if problem := trust_domain_problem(alias):
            found.error(problem, "trustDomainAliases", place)


def _locality(setting: Mapping[str, Json]) -> Findings:
    found = Findings()
    distribute, failover = setting.get("distribute") or [], setting.get("failover") or []
    for name in ("failover", "failoverPriority"):
        if distribute and setting.get(name):
            found.error("must not be set together with distribute", name)
    _localities([entry.get("from", "") for entry in distribute], found, "distribute")
    for place, entry in enumerate(distribute):
        weights = entry.get("to") or {}
        for locality, weight in weights.items():
            if not 1 <= weight <= 100:
                found.error(f"weight {weight} must be from 1 to 100", "distribute", place, "to", locality)
        if sum(weights.values()) != 100:
            found.error(f"weights add up to {sum(weights.values())}, not 100", "distribute", place, "to")
        _localities(list(weights), found, "distribute", place, "to")
    for place, entry in enumerate(failover):
        if entry.get("from", "") == entry.get("to", ""):
            found.error("must differ from `from`", "failover", place, "to")
        if "*" in entry.get("to", ""):
            found.error("must not hold a wildcard", "failover", place, "to")
    return found


def _localities(localities: Sequence[str], found: Findings, *path: str | int) -> None:
    """Check the form of localities and that none lies within another."""
    seen: list[tuple[str, ...]] = []
    for locality in localities:
        if "*" in locality[:-1]:
            found.error(f'"{locality}": a wildcard must stand at the end', *path)
            continue
        parts = tuple(locality.split("/"))
        if len(parts) > 3 or "" in parts:
            found.error(f'"{locality}" must be region/zone/subzone', *path)
            continue
        known = parts[:-1] if parts[-1] == "*" else parts
        if any(known[: len(other)] == other[: len(known)] for other in seen):
            found.error(f'"{locality}" overlaps with another locality', *path)
        seen.append(known)


def _providers(providers: Sequence[Mapping[str, Json]], found: Findings) -> None:
    names = Counter(p.get("name", "") for p in providers)
    for place, provider in enumerate(providers):
        path = ("extensionProviders", place)
        name = provider.get("name", "")
        if not name:
            found.warn("has no name", *path)
        elif names[name] > 1:
            found.warn(f'the name "{name}" is used {names[name]} times', *path)
        kinds = [key for key in provider if key != "name"]
        if not kinds:
            found.warn("names no provider", *path)
        for kind in kinds:
            _backend(provider[kind], found, *path, kind)


def _backend(settings: Mapping[str, Json], found: Findings, *path: str | int) -> None:
    """Check the service and port that most providers have."""
    if "service" not in settings and "port" not in settings:
        return
    host = (settings.get("service") or "").rpartition("/")[2]
    if problem := wildcard_name_problem(host):
        found.warn(problem, *path, "service")
    if problem := port_problem(settings.get("port", 0)):
        found.warn(problem, *path, "port")


def _ecdh_curves(mesh: Mapping[str, Json], release: Release, found: Findings) -> None:
    if (mesh.get("meshMTLS") or {}).get("ecdhCurves"):
        found.error("is for tlsDefaults only", "meshMTLS", "ecdhCurves")
    known = release.fact("mesh.ecdh_curves")
    curves = (mesh.get("tlsDefaults") or {}).get("ecdhCurves") or []
    for place, curve in enumerate(curves):
        if curve not in known:
            found.warn(f'unknown curve "{curve}"; known are {", ".join(known)}', "tlsDefaults", "ecdhCurves", place)
        if curve in curves[:place]:
            found.warn(f'"{curve}" is listed twice', "tlsDefaults", "ecdhCurves", place)
