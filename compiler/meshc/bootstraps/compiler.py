"""Compiles both bootstraps of one proxy: the public door of this package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from meshc.bootstraps import grpc_bootstrap, known_facts
from meshc.bootstraps.agent import agent_reading
from meshc.bootstraps.agent.agent_reading import Reading
from meshc.bootstraps.envoy import envoy_bootstrap
from meshc.bootstraps.known_facts import Facts
from meshc.bootstraps.node import node_facts
from meshc.errors import SettingsError
from meshc.gotext.strings import clean_path
from meshc.kubernetes.pods import Pod, pod_of
from meshc.settings import Settings
from meshc.yamlio import Json

_GRPC_PATH = "etc/istio/proxy/grpc-bootstrap.json"
_TEMPLATE = "./var/lib/istio/envoy/envoy_bootstrap_tmpl.json"


@dataclass(frozen=True, kw_only=True)
class Bootstraps:
    """The files one proxy's agent writes, as bytes and as the documents they hold; None for a file it does not write.

    `envoy_path` and `grpc_path` are places in the container, relative to `/`; `host_ip` is what `$(HOST_IP)` stands
    for in a custom bootstrap; `warnings` what Istio would log.  The documents share their larger parts with other
    results: copy one before changing it.
    """

    envoy: bytes | None = None
    grpc: bytes | None = None
    envoy_document: Json = None
    grpc_document: Json = None
    envoy_path: str = ""
    grpc_path: str = ""
    host_ip: str = ""
    warnings: tuple[str, ...] = ()

    def data(self, kind: str) -> bytes | None:
        """The file of a kind, `envoy` or `grpc`, as bytes."""
        return self.envoy if kind == "envoy" else self.grpc

    def document(self, kind: str) -> Json:
        """The file of a kind, `envoy` or `grpc`, as a document."""
        return self.envoy_document if kind == "envoy" else self.grpc_document


def bootstrap(
    pod: Mapping[str, Json] | None, settings: Settings, facts: Mapping[str, Json] | None = None
) -> Bootstraps:
    """Compile `envoy-rev.json` and `grpc-bootstrap.json` of one proxy.

    `pod` is an injected Pod, or a workload whose template is injected or a gateway's; None when `facts` hold
    everything.  `facts` are named in `known_facts.KNOWN` and win over the manifest; without them, addresses and names
    that only a running pod has are those of `known_facts.STAND_INS`.  Raises MeshcError.
    """
    given = known_facts.checked(facts or {})
    if pod is None:
        return _compiled(agent_reading.from_facts(settings, given), alone=True)
    found = pod_of(pod)
    if grpc_bootstrap.is_simple(found):
        return _simple(found, settings, given)
    return _compiled(agent_reading.from_pod(found, settings, given), alone=False)


def _compiled(reading: Reading, *, alone: bool) -> Bootstraps:
    node = node_facts.prepare(reading.agent)
    config, env = reading.agent.config, reading.agent.env
    # Facts read back from a running proxy name the file the agent was given: its bootstrap is compiled all the same.
    writes_envoy = not reading.agent.switched_on("DISABLE_ENVOY") and (alone or not config.custom_config_file)
    if writes_envoy:
        _check_template(reading)
    grpc_path = env.get("GRPC_XDS_BOOTSTRAP", _GRPC_PATH)
    for_envoy = envoy_bootstrap.build(node) if writes_envoy else None
    for_grpc = grpc_bootstrap.build(node) if grpc_path else None
    return Bootstraps(
        envoy=envoy_bootstrap.dump(for_envoy) if writes_envoy else None,
        grpc=grpc_bootstrap.dump(for_grpc) if grpc_path else None,
        envoy_document=for_envoy,
        grpc_document=for_grpc,
        envoy_path=clean_path(f"{config.config_path}/envoy-rev.json") if writes_envoy else "",
        grpc_path=clean_path(grpc_path) if grpc_path else "",
        host_ip=env.get("HOST_IP", ""),
        warnings=reading.warnings,
    )


def _simple(pod: Pod, settings: Settings, facts: Facts) -> Bootstraps:
    built, warnings = grpc_bootstrap.simple(pod, settings, facts)
    data = grpc_bootstrap.dump(built)
    return Bootstraps(grpc=data, grpc_document=built, grpc_path=grpc_bootstrap.SIMPLE_PATH, warnings=warnings)


def _check_template(reading: Reading) -> None:
    for source, path in (
        ("ISTIO_BOOTSTRAP", reading.agent.env.get("ISTIO_BOOTSTRAP", "")),
        ("proxyConfig.proxyBootstrapTemplatePath", reading.agent.config.proxy_bootstrap_template_path),
    ):
        if path and clean_path(path).lstrip("/") != clean_path(_TEMPLATE):
            hint = "leave it out: meshc compiles Istio's own bootstrap template only; use --override for additions"
            raise SettingsError("a custom bootstrap template is not supported", path=source, value=path, hint=hint)
