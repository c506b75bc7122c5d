"""What the kubelet would tell a pod's containers: from facts, else from the manifest, else stand-ins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from meshc.bootstraps.agent.container_env import Surroundings
from meshc.bootstraps.known_facts import STAND_INS, Facts
from meshc.catalog import Release
from meshc.kubernetes.pods import Pod
from meshc.settings import Settings
from meshc.yamlio import Json


def of(pod: Pod, settings: Settings, facts: Facts) -> Surroundings:
    """Field values, labels, annotations and referenced objects of a pod (docs/istio/bootstrap.md § 5, steps 2, 3)."""
    return Surroundings(
        fields=_fields(pod, settings, facts),
        labels=pod.labels,
        annotations=pod.annotations,
        allocatable=facts.allocatable,
        objects=_objects((*facts.objects, *settings.of_kind("ConfigMap"), *settings.of_kind("Secret"))),
    )


def pod_ips(pod: Pod, facts: Facts) -> tuple[str, ...]:
    """The pod's addresses, the first one first."""
    if facts.pod_ips is not None or facts.pod_ip is not None:
        return tuple(ip for ip in dict.fromkeys([facts.pod_ip, *(facts.pod_ips or ())]) if ip)
    # A documentation address (RFC 5737) shows clearly that nobody knows the real one.
    return pod.addresses or (STAND_INS["pod_ip"],)


def image_env(release: Release, facts: Facts) -> dict[str, str]:
    """Variables baked into the proxy image; the proxy commit only where it is known."""
    env = {"ISTIO_META_ISTIO_VERSION": str(release)} if release.has("bootstrap.version_from_image") else {}
    commit = release.fact("bootstrap.proxy_sha") if facts.proxy_sha is None else facts.proxy_sha
    return {**env, **({"ISTIO_META_ISTIO_PROXY_SHA": commit} if commit else {})}


def plain_env(facts: Facts) -> dict[str, str]:
    """Environment without a pod: the variables that facts name, under the environment given as a fact."""
    known = {
        "POD_NAME": facts.pod_name,
        "POD_NAMESPACE": facts.namespace,
        "INSTANCE_IP": facts.pod_ip,
        "HOST_IP": facts.host_ip,
        "SERVICE_ACCOUNT": facts.service_account,
    }
    return {**{name: value for name, value in known.items() if value is not None}, **facts.env}


def _fields(pod: Pod, settings: Settings, facts: Facts) -> dict[str, str]:
    ips = pod_ips(pod, facts)
    written = pod.namespace or pod.metadata.get("namespace")
    namespace = facts.namespace or written or settings.namespace or STAND_INS["namespace"]
    name = pod.metadata.get("name") or (f"{pod.workload}-pod" if pod.workload else STAND_INS["pod_name"])
    account = pod.spec.get("serviceAccountName") or pod.spec.get("serviceAccount") or "default"
    host_ip = facts.host_ip or pod.host_ip or STAND_INS["host_ip"]
    return {
        "metadata.name": name if facts.pod_name is None else facts.pod_name,
        "metadata.namespace": namespace,
        "metadata.uid": facts.pod_uid or pod.metadata.get("uid") or STAND_INS["pod_uid"],
        "spec.nodeName": facts.node_name or pod.spec.get("nodeName") or STAND_INS["node_name"],
        "spec.serviceAccountName": account if facts.service_account is None else facts.service_account,
        "status.podIP": ips[0] if ips else "",
        "status.podIPs": ",".join(ips),
        "status.hostIP": host_ip,
    }


def _objects(documents: tuple[Json, ...]) -> dict[tuple[str, str], Mapping[str, str]]:
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for document in documents:
        name = (document.get("metadata") or {}).get("name", "")
        if document.get("kind") == "ConfigMap":
            found["configMapKeyRef", name] = _strings(document.get("data"))
        elif document.get("kind") == "Secret":
            found["secretKeyRef", name] = {**_decoded(document.get("data")), **_strings(document.get("stringData"))}
    return found


def _decoded(data: Json) -> dict[str, str]:
    found = {}
    for key, encoded in _strings(data).items():
        try:
            found[key] = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found


def _strings(value: Json) -> dict[str, str]:
    return {k: v for k, v in (value or {}).items() if isinstance(v, str)}
