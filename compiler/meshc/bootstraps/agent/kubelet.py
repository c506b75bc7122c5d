"""What the kubelet would tell a pod's containers: from the manifest, from facts, else stand-ins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from meshc.bootstraps.agent.container_env import Surroundings
from meshc.bootstraps.known_facts import STAND_INS
from meshc.catalog import Release
from meshc.kubernetes.pods import Pod
from meshc.settings import Settings

Json = Any
_PLAIN = {"POD_NAME": "pod_name", "POD_NAMESPACE": "namespace", "INSTANCE_IP": "pod_ip", "HOST_IP": "host_ip"}


def of(pod: Pod, settings: Settings, facts: Mapping[str, Json]) -> Surroundings:
    """Field values, labels, annotations and referenced objects of a pod (docs/istio/bootstrap.md § 5, steps 2, 3)."""
    return Surroundings(
        fields=_fields(pod, settings, facts),
        labels=pod.labels,
        annotations=pod.annotations,
        allocatable=facts.get("allocatable", {}),
        objects=_objects((*facts.get("objects", ()), *settings.of_kind("ConfigMap"), *settings.of_kind("Secret"))),
    )


def pod_ips(pod: Pod, facts: Mapping[str, Json]) -> tuple[str, ...]:
    """The pod's addresses, the first one first."""
    if "pod_ips" in facts or "pod_ip" in facts:
        given = facts.get("pod_ips", ())
        return tuple(dict.fromkeys([facts.get("pod_ip") or given[0], *given])) if given or "pod_ip" in facts else ()
    return pod.addresses or (STAND_INS["pod_ip"],)


def image_env(release: Release, facts: Mapping[str, Json]) -> dict[str, str]:
    """Variables baked into the proxy image; the proxy commit only where it is known."""
    env = {"ISTIO_META_ISTIO_VERSION": str(release)} if release.has("bootstrap.version_from_image") else {}
    commit = facts.get("proxy_sha", release.fact("bootstrap.proxy_sha"))
    return {**env, **({"ISTIO_META_ISTIO_PROXY_SHA": commit} if commit else {})}


def plain_env(facts: Mapping[str, Json]) -> dict[str, str]:
    """Environment without a pod: the facts that stand in variables, under the given environment."""
    env = {variable: facts[name] for variable, name in _PLAIN.items() if name in facts}
    if "service_account" in facts:
        env["SERVICE_ACCOUNT"] = facts["service_account"]
    return {**env, **facts.get("env", {})}


def _fields(pod: Pod, settings: Settings, facts: Mapping[str, Json]) -> dict[str, str]:
    ips = pod_ips(pod, facts)
    written = pod.namespace or pod.metadata.get("namespace")
    namespace = facts.get("namespace") or written or settings.namespace or STAND_INS["namespace"]
    name = pod.metadata.get("name") or (f"{pod.workload}-pod" if pod.workload else STAND_INS["pod_name"])
    account = pod.spec.get("serviceAccountName") or pod.spec.get("serviceAccount") or "default"
    host_ip = facts.get("host_ip") or pod.host_ip or STAND_INS["host_ip"]
    return {
        "metadata.name": facts.get("pod_name", name),
        "metadata.namespace": namespace,
        "metadata.uid": facts.get("pod_uid") or pod.metadata.get("uid") or STAND_INS["pod_uid"],
        "spec.nodeName": facts.get("node_name") or pod.spec.get("nodeName") or STAND_INS["node_name"],
        "spec.serviceAccountName": facts.get("service_account", account),
        "status.podIP": ips[0] if ips else "",
        "status.podIPs": ",".join(ips),
        "status.hostIP": host_ip,
    }


def _objects(documents: tuple[Json, ...]) -> dict[tuple[str, str], Mapping[str, str]]:
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for document in documents:
        name = (document.get("metadata") or {}).get("name", "")
        if document.get("kind") == "ConfigMap":
            found["configMapKeyRef", name] = _texts(document.get("data"))
        elif document.get("kind") == "Secret":
            found["secretKeyRef", name] = {**_decoded(document.get("data")), **_texts(document.get("stringData"))}
    return found


def _decoded(data: Json) -> dict[str, str]:
    found = {}
    for key, text in _texts(data).items():
        try:
            found[key] = base64.b64decode(text, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found


def _texts(value: Json) -> dict[str, str]:
    return {k: v for k, v in (value or {}).items() if isinstance(v, str)}
