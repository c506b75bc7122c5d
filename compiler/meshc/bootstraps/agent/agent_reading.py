"""From a pod, or from facts alone, to what the agent in it would know."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, replace

from meshc.bootstraps.agent import agent_proxy_config, args, cloud, container_env, kubelet, node_identity
from meshc.bootstraps.agent.agent_inputs import Agent, Flags
from meshc.bootstraps.agent.container_env import Surroundings
from meshc.bootstraps.known_facts import Facts
from meshc.errors import InputError
from meshc.kubernetes.pods import Pod
from meshc.models import proxy
from meshc.models.proxy_config import ProxyConfig
from meshc.settings import Settings
from meshc.trees import Absent
from meshc.yamlio import Json

_PODINFO = "/etc/istio/pod"
_FLAG_FACTS = ("domain", "service_cluster", "concurrency", "outlier_log_path", "sts_port", "log_as_json")


@dataclass(frozen=True)
class Reading:
    """The agent's inputs and what was noticed on the way."""

    agent: Agent
    role: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Process:
    """The agent as started: role, flags, environment, podinfo, mesh file."""

    role: str
    flags: Flags
    env: Mapping[str, str]
    labels: Mapping[str, str] | None
    annotations: Mapping[str, str] | None
    mesh: str | Mapping[str, Json] | None = None
    pod_ips: tuple[str, ...] = ()


def from_pod(pod: Pod, settings: Settings, facts: Facts) -> Reading:
    """Read an injected pod as its agent would (docs/istio/bootstrap.md § 5); checked facts win over the manifest.

    Raises InputError for a pod without proxy, SettingsError for a ProxyConfig the agent would refuse.
    """
    container = _proxy_container(pod)
    around = kubelet.of(pod, settings, facts)
    env = container_env.resolve(container, around, kubelet.image_env(settings.release, facts))
    # Facts are what somebody saw in the running pod, so they win over what the manifest leads to.
    env.update(facts.env)
    words = facts.args or container_env.expand_all(container.get("args") or [], env)
    role, flags = args.parse(words)
    labels, annotations = _podinfo(pod, container, around)
    process = _Process(role, flags, env, labels, annotations, _mesh_file(pod, container, flags, settings, facts))
    return _reading(replace(process, pod_ips=kubelet.pod_ips(pod, facts)), settings, facts)


def from_facts(settings: Settings, facts: Facts) -> Reading:
    """The same from facts alone, which hold everything (docs/istio/bootstrap.md § 1.1)."""
    role, flags = args.parse(facts.args) if facts.args is not None else ("sidecar", Flags())
    ips = facts.pod_ips or (() if facts.pod_ip is None else (facts.pod_ip,))
    process = _Process(role, flags, kubelet.plain_env(facts), None, None, settings.mesh_document or None, ips)
    if facts.node_id is not None:
        process = replace(process, role=facts.node_id.partition("~")[0])
    return _reading(process, settings, facts)


def _proxy_container(pod: Pod) -> Mapping[str, Json]:
    if pod.proxy is None:
        hint = "inject it first (`meshc inject`), or give the pod of a gateway"
        raise InputError("the pod has no container istio-proxy", path="spec.containers", hint=hint)
    return pod.proxy


def _reading(process: _Process, settings: Settings, facts: Facts) -> Reading:
    given = {name: value for name in _FLAG_FACTS if (value := getattr(facts, name)) is not None}
    process = replace(
        process,
        role=process.role if facts.role is None else facts.role,
        flags=replace(process.flags, **given),
        labels=process.labels if isinstance(facts.labels, Absent) else facts.labels,
        annotations=process.annotations if isinstance(facts.annotations, Absent) else facts.annotations,
        mesh=process.mesh if facts.mesh_config is None else facts.mesh_config,
    )
    if process.annotations is not None:
        process = replace(process, annotations={**process.annotations, **facts.kubelet_annotations})
    args.check_role(process.role, settings.release)
    config, warnings = _config(process, settings, facts)
    ips = facts.instance_ips or node_identity.addresses(
        process.env, process.pod_ips, annotations=process.annotations or {}, release=settings.release
    )
    node_id = facts.node_id or node_identity.node_id(process.role, ips, env=process.env, flags=process.flags)
    agent = Agent(
        release=settings.release,
        config=config,
        node_id=node_id,
        addresses=tuple(ips),
        flags=process.flags,
        env=process.env,
        labels=process.labels,
        annotations=process.annotations,
        platform=cloud.from_env(process.env, settings.release, facts.platform),
        credential_socket=facts.credential_socket,
        workload_socket=facts.workload_socket,
        binary_version=str(settings.release) if facts.binary_version is None else facts.binary_version,
        pilot_san=facts.pilot_san,
    )
    return Reading(agent, process.role, warnings)


def _config(process: _Process, settings: Settings, facts: Facts) -> tuple[ProxyConfig, tuple[str, ...]]:
    if facts.proxy_config is not None:
        path = ("facts", "proxy_config")
        config, warnings = proxy.read(facts.proxy_config, settings.release, strict=True, path=path)
        return config, warnings
    sources = agent_proxy_config.Sources(
        settings.release,
        process.role,
        process.flags,
        process.env,
        process.mesh,
        process.annotations or {},
        facts.hosts,
    )
    found = agent_proxy_config.effective(sources)
    return found.config, found.warnings


def _podinfo(
    pod: Pod, container: Mapping[str, Json], around: Surroundings
) -> tuple[Mapping[str, str] | None, Mapping[str, str] | None]:
    volume = pod.volume_at(container, _PODINFO) or {}
    found: dict[str, Mapping[str, str]] = {}
    for item in (volume.get("downwardAPI") or {}).get("items") or []:
        path = (item.get("fieldRef") or {}).get("fieldPath")
        if path in ("metadata.labels", "metadata.annotations"):
            found[item.get("path", "")] = around.labels if path == "metadata.labels" else around.annotations
    return found.get("labels"), found.get("annotations")


def _mesh_file(
    pod: Pod, container: Mapping[str, Json], flags: Flags, settings: Settings, facts: Facts
) -> str | Mapping[str, Json] | None:
    directory, name = posixpath.split(flags.mesh_config)
    volume = pod.volume_at(container, directory) or {}
    config_map = volume.get("configMap")
    if not config_map:
        return None
    for document in (*facts.objects, *settings.of_kind("ConfigMap")):
        if document.get("kind") == "ConfigMap" and document["metadata"].get("name") == config_map.get("name"):
            content: str | None = (document.get("data") or {}).get(name)
            return content
    if not str(config_map.get("name", "")).startswith("istio"):
        hint = "give the ConfigMap among the input documents or as a fact of `objects`"
        raise InputError("the ConfigMap of the mesh file is not known", path="volumes", value=config_map, hint=hint)
    of_settings: Mapping[str, Json] = settings.mesh_document
    return of_settings
