"""The public door: both bootstraps of one proxy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.bootstraps import grpc_bootstrap, known_facts
from meshc.bootstraps.agent import agent_reading
from meshc.bootstraps.agent.agent_reading import Reading
from meshc.bootstraps.envoy import envoy_bootstrap
from meshc.bootstraps.files import Bootstraps
from meshc.bootstraps.node import node_facts
from meshc.errors import SettingsError
from meshc.gotext.strings import clean_path
from meshc.kubernetes.pods import Pod, pod_of
from meshc.settings import Settings

Json = Any
_GRPC_PATH = "etc/istio/proxy/grpc-bootstrap.json"
__all__ = ["Bootstraps", "bootstrap"]
_TEMPLATE = "./var/lib/istio/envoy/envoy_bootstrap_tmpl.json"


def bootstrap(
    pod: Mapping[str, Json] | None, settings: Settings, facts: Mapping[str, Json] | None = None
) -> Bootstraps:
    """Compile `envoy-rev.json` and `grpc-bootstrap.json` of one proxy.

    `pod` is an injected Pod, or a workload whose template is injected or a gateway's; None when `facts` hold
    everything.  `facts` are named in `meshc.bootstraps.known_facts.KNOWN` and win over the manifest; without them stand-ins
    take the place of addresses and names only a running pod has (`facts.STAND_INS`).  Raises MeshcError.
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
    writes_envoy = not reading.agent.switched_on("DISABLE_ENVOY") and (alone or not config.get("customConfigFile"))
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
        envoy_path=clean_path(f"{config.get('configPath', '')}/envoy-rev.json") if writes_envoy else "",
        grpc_path=clean_path(grpc_path) if grpc_path else "",
        host_ip=env.get("HOST_IP", ""),
        warnings=reading.warnings,
    )


def _simple(pod: Pod, settings: Settings, facts: Mapping[str, Json]) -> Bootstraps:
    built, warnings = grpc_bootstrap.simple(pod, settings, facts)
    data = grpc_bootstrap.dump(built)
    return Bootstraps(grpc=data, grpc_document=built, grpc_path=grpc_bootstrap.SIMPLE_PATH, warnings=warnings)


def _check_template(reading: Reading) -> None:
    for source, text in (
        ("ISTIO_BOOTSTRAP", reading.agent.env.get("ISTIO_BOOTSTRAP", "")),
        ("proxyConfig.proxyBootstrapTemplatePath", reading.agent.config.get("proxyBootstrapTemplatePath", "")),
    ):
        if text and clean_path(text).lstrip("/") != clean_path(_TEMPLATE):
            hint = "leave it out: meshc compiles Istio's own bootstrap template only; use --override for additions"
            raise SettingsError(
                "a bootstrap template of one's own is not supported", path=source, value=text, hint=hint
            )
