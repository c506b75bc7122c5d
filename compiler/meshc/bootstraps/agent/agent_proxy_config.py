"""The ProxyConfig in force in a pod, as its agent puts it together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from meshc.bootstraps.agent.agent_inputs import Flags
from meshc.bootstraps.envoy import address_family
from meshc.catalog import Release
from meshc.errors import SettingsError, raise_all
from meshc.gotext.parsing import parse_int
from meshc.models import mesh, proxy
from meshc.models.proxy_config import ProxyConfig

Json = Any
CONFIG_ANNOTATION = "proxy.istio.io/config"
_DISCOVERY_ANNOTATION = "sidecar.istio.io/discoveryAddress"
_STATUS_PORT_ANNOTATION = "status.sidecar.istio.io/port"


@dataclass(frozen=True)
class Sources:
    """Where the ProxyConfig comes from: role, flags, environment, mesh file (text or document), pod annotations.

    `hosts` maps host names to addresses for `statsdUdpAddress`, which the agent looks up.
    """

    release: Release
    role: str = "sidecar"
    flags: Flags = field(default_factory=Flags)
    env: Mapping[str, str] = field(default_factory=dict)
    mesh: Json = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Effective:
    """The merged ProxyConfig and what Istio would only warn about."""

    config: dict[str, Json]
    warnings: tuple[str, ...] = ()


def effective(sources: Sources) -> Effective:
    """Merge defaults, mesh file, `PROXY_CONFIG` and annotation, then the agent's own steps (docs/istio/bootstrap.md § 1.2).

    Raises SettingsError or ErrorGroup for what makes the agent stop: unreadable text, wrong types, invalid values.
    """
    config, warnings = _merged(sources)
    _set_concurrency(config, sources)
    if config.get("serviceCluster") == "":
        config["serviceCluster"] = sources.flags.service_cluster
    warnings += _resolve_statsd(config, sources.hosts)
    _check(config, sources.release)
    _set_from_annotations(config, sources.annotations)
    if sources.flags.template_file and not config.get("customConfigFile"):
        config["proxyBootstrapTemplatePath"] = sources.flags.template_file
    return Effective(config, tuple(warnings))


def _merged(sources: Sources) -> tuple[dict[str, Json], list[str]]:
    release = sources.release
    config = proxy.defaults(release)
    if sources.role != "sidecar":
        config = config.changed(ProxyConfig.concurrency, None)
    warnings: list[str] = []
    for name, document in _layers(sources):
        config, more = proxy.overlay(config, document, release, path=(name,))
        warnings += more
    return dict(config.document), warnings


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
        (CONFIG_ANNOTATION, sources.annotations.get(CONFIG_ANNOTATION, "")),
    ):
        if text:
            found.append((name, proxy.parse_text(text, file=name)))
    return found


def _set_concurrency(config: dict[str, Json], sources: Sources) -> None:
    limit = parse_int(sources.env.get("ISTIO_CPU_LIMIT", ""))
    if limit and sources.release.has("bootstrap.cpu_limit_concurrency") and config.get("concurrency") is None:
        config["concurrency"] = limit
    if sources.flags.concurrency:
        config["concurrency"] = sources.flags.concurrency


def _resolve_statsd(config: dict[str, Json], hosts: Mapping[str, str]) -> list[str]:
    text = config.get("statsdUdpAddress") or ""
    host, _, port = text.rpartition(":")
    if not text or address_family.parse(host.strip("[]")) is not None:
        return []
    address = address_family.parse(hosts.get(host, ""))
    if address is None:
        # A bootstrap with an unresolved name would differ from the agent's, which empties the field then.
        config["statsdUdpAddress"] = ""
        return [f"statsdUdpAddress: {host} is not resolved offline; say hosts.{host}=ADDRESS to keep the sink"]
    config["statsdUdpAddress"] = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    return []


def _check(config: Mapping[str, Json], release: Release) -> None:
    findings = proxy.validate(ProxyConfig(config), release)
    errors = [SettingsError(text, path=("proxyConfig", *place)) for place, text in findings.errors]
    raise_all(errors)


def _set_from_annotations(config: dict[str, Json], annotations: Mapping[str, str]) -> None:
    if _DISCOVERY_ANNOTATION in annotations:
        config["discoveryAddress"] = annotations[_DISCOVERY_ANNOTATION]
    if _STATUS_PORT_ANNOTATION in annotations:
        config["statusPort"] = parse_int(annotations[_STATUS_PORT_ANNOTATION]) or 0
