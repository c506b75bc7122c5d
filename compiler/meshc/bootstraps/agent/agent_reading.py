"""From a pod, or from facts alone, to what the agent in it would know."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from meshc.bootstraps.agent import agent_proxy_config, args, cloud, container_env, kubelet, node_identity
from meshc.bootstraps.agent.agent_inputs import Agent, Flags
from meshc.bootstraps.agent.container_env import Surroundings
from meshc.errors import InputError
from meshc.kubernetes.pods import Pod
from meshc.models import proxy
from meshc.settings import Settings

Json = Any
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
    mesh: Json = None
    pod_ips: tuple[str, ...] = ()


def from_pod(pod: Pod, settings: Settings, facts: Mapping[str, Json]) -> Reading:
    """Read an injected pod as its agent would (docs/istio/bootstrap.md § 5); checked facts win over the manifest.

    Raises InputError for a pod without proxy, SettingsError for a ProxyConfig the agent would refuse.
    """
    container = _proxy_container(pod)
    around = kubelet.of(pod, settings, facts)
    env = container_env.resolve(container, around, kubelet.image_env(settings.release, facts))
    env.update(facts.get("env", {}))
    words = facts.get("args") or container_env.expand_all(container.get("args") or [], env)
    role, flags = args.parse(words)
    labels, annotations = _podinfo(pod, container, around)
    process = _Process(role, flags, env, labels, annotations, _mesh_file(pod, container, flags, settings, facts))
    return _reading(replace(process, pod_ips=kubelet.pod_ips(pod, facts)), settings, facts)


def from_facts(settings: Settings, facts: Mapping[str, Json]) -> Reading:
    """The same from facts alone, which hold everything (docs/istio/bootstrap.md § 1.1)."""
    role, flags = args.parse(facts["args"]) if "args" in facts else ("sidecar", Flags())
    ips = facts.get("pod_ips") or tuple(facts[k] for k in ("pod_ip",) if k in facts)
    process = _Process(role, flags, kubelet.plain_env(facts), None, None, settings.mesh_document or None, ips)
    if "node_id" in facts:
        process = replace(process, role=facts["node_id"].partition("~")[0])
    return _reading(process, settings, facts)


def _proxy_container(pod: Pod) -> Mapping[str, Json]:
    if pod.proxy is None:
        hint = "inject it first (`meshc inject`), or give the pod of a gateway"
        raise InputError("the pod has no container istio-proxy", path="spec.containers", hint=hint)
    return pod.proxy


def _reading(process: _Process, settings: Settings, facts: Mapping[str, Json]) -> Reading:
    given = {name: facts[name] for name in _FLAG_FACTS if name in facts}
    process = replace(
        process,
        role=facts.get("role", process.role),
        flags=replace(process.flags, **given),
        labels=facts.get("labels", process.labels),
        annotations=facts.get("annotations", process.annotations),
        mesh=facts.get("mesh_config", process.mesh),
    )
    if process.annotations is not None and "kubelet_annotations" in facts:
        process = replace(process, annotations={**process.annotations, **facts["kubelet_annotations"]})
    args.check_role(process.role, settings.release)
    config, warnings = _config(process, settings, facts)
    ips = facts.get("instance_ips") or node_identity.addresses(
        process.env, process.pod_ips, annotations=process.annotations or {}, release=settings.release
    )
    node_id = facts.get("node_id") or node_identity.node_id(process.role, ips, env=process.env, flags=process.flags)
    agent = Agent(
        release=settings.release,
        config=config,
        node_id=node_id,
        addresses=tuple(ips),
        flags=process.flags,
        env=process.env,
        labels=process.labels,
        annotations=process.annotations,
        platform=cloud.from_env(process.env, settings.release, facts.get("platform")),
        credential_socket=facts.get("credential_socket", False),
        workload_socket=facts.get("workload_socket", False),
        binary_version=facts.get("binary_version", str(settings.release)),
        pilot_san=facts.get("pilot_san"),
    )
    return Reading(agent, process.role, warnings)


def _config(process: _Process, settings: Settings, facts: Mapping[str, Json]) -> tuple[Json, tuple[str, ...]]:
    if "proxy_config" in facts:
        path = ("facts", "proxy_config")
        config, warnings = proxy.read(facts["proxy_config"], settings.release, strict=True, path=path)
        return config.document, warnings
    sources = agent_proxy_config.Sources(
        settings.release,
        process.role,
        process.flags,
        process.env,
        process.mesh,
        process.annotations or {},
        facts.get("hosts", {}),
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
    pod: Pod, container: Mapping[str, Json], flags: Flags, settings: Settings, facts: Mapping[str, Json]
) -> Json:
    folder, name = posixpath.split(flags.mesh_config)
    volume = pod.volume_at(container, folder) or {}
    config_map = volume.get("configMap")
    if not config_map:
        return None
    for document in (*facts.get("objects", ()), *settings.of_kind("ConfigMap")):
        if document.get("kind") == "ConfigMap" and document["metadata"].get("name") == config_map.get("name"):
            return (document.get("data") or {}).get(name)
    if not str(config_map.get("name", "")).startswith("istio"):
        hint = "give the ConfigMap among the input documents or as a fact of `objects`"
        raise InputError("the mesh file's ConfigMap is not known", path="volumes", value=config_map, hint=hint)
    return settings.mesh_document
