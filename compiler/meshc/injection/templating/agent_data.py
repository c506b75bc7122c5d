"""Template data that `sidecar`, `gateway` and `grpc-agent` share: the pod, the agent's container, its volumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypedDict

from orjson import dumps, loads

from meshc.catalog import Release
from meshc.gotext import printing
from meshc.injection.functions.container_resources import resources
from meshc.injection.functions.proxy_images import proxy_image
from meshc.injection.installation import Installation
from meshc.injection.openshift_ids import DEFAULT_ID
from meshc.injection.templating.template_input import TemplateInput
from meshc.injection.templating.workload_facts import canonical_name, canonical_revision, owner, pod_ports
from meshc.istio_names import PROXY
from meshc.models import annotation_names as names
from meshc.models import proxy
from meshc.models.proxy_config import ProxyConfig
from meshc.yamlio import Json


class AgentPodData(TypedDict):
    """The pod's metadata and spec, in the order of `templates/sidecar.yaml.j2`."""

    labels: Mapping[str, str]
    canonicalName: str
    canonicalRevision: str
    revision: Json
    appContainers: list[str]
    annotations: Mapping[str, str]
    fsGroup: bool
    gkeWorkloadCertificate: bool
    bootstrapOverride: str | None
    imagePullSecrets: object


class AgentContainerData(TypedDict):
    """The container `istio-proxy`, in the order of `templates/sidecar.yaml.j2`."""

    image: str
    domain: str
    proxyLogLevel: str
    proxyComponentLogLevel: str
    agentLogLevel: str
    stsPort: str | None
    logAsJson: bool
    lifecycle: Json
    jwtPolicy: str
    pilotCertProvider: str
    caAddress: str
    proxyConfig: str
    podPorts: str
    compliancePolicy: str
    goDebug: str | None
    clusterName: str
    network: str | None
    workloadName: str
    workloadOwner: str | None
    meshID: str | None
    trustDomain: str | None
    proxyMetadata: list[dict[str, str]]
    imagePullPolicy: object
    istiodCertificates: bool
    projectedToken: bool
    mountMtlsCerts: bool
    ProxyGID: int
    ProxyUID: int


class AgentVolumesData(TypedDict):
    """The agent's volumes, in the order of `templates/sidecar.yaml.j2`."""

    tokenAudience: str
    rootCertificates: dict[str, Json]
    serviceAccount: str


class AgentData(AgentPodData, AgentContainerData, AgentVolumesData):
    """All fields that the templates share."""


def agent_data(pod: TemplateInput, once: Installation) -> AgentData:
    """The shared fields for one pod; `once` is what the settings decide for all pods.

    Raises InjectionError and `NotAMap` for settings or annotations that the templates cannot use.
    """
    return {**_pod_data(pod, once), **_container_data(pod, once), **_volumes_data(pod, once)}


def _pod_data(pod: TemplateInput, once: Installation) -> AgentPodData:
    labels, annotations = pod.labels, pod.annotations
    return {
        "labels": labels,
        "canonicalName": canonical_name(labels, pod.workload),
        "canonicalRevision": canonical_revision(labels),
        "revision": once.revision,
        "appContainers": [c.get("name", "") for c in pod.containers if c.get("name") != PROXY],
        "annotations": annotations,
        "fsGroup": once.fs_group,
        "gkeWorkloadCertificate": once.gke_workload_certificate,
        "bootstrapOverride": annotations.get(names.SIDECAR_BOOTSTRAP_OVERRIDE),
        "imagePullSecrets": once.pull_secrets,
    }


def _container_data(pod: TemplateInput, once: Installation) -> AgentContainerData:
    general, values = once.general, once.proxy
    metadata = pod.proxy_config.proxy_metadata
    assigns_ids = once.release.has("templates.proxy_ids")
    return {
        "image": chosen_image(pod, once, values.image, computed_image),
        "domain": once.domain,
        "proxyLogLevel": annotation(pod, once, names.SIDECAR_LOG_LEVEL),
        "proxyComponentLogLevel": annotation(pod, once, names.SIDECAR_COMPONENT_LOG_LEVEL),
        "agentLogLevel": annotation(pod, once, names.SIDECAR_AGENT_LOG_LEVEL),
        "stsPort": once.sts_port,
        "logAsJson": bool(general.log_as_json),
        "lifecycle": values.lifecycle,
        "jwtPolicy": once.jwt_policy,
        "pilotCertProvider": printing.printed(general.pilot_cert_provider),
        "caAddress": once.ca_address,
        "proxyConfig": _proxy_text(dumps(pod.proxy_config.document), once.release),
        "podPorts": pod_ports(pod.containers),
        "compliancePolicy": once.compliance_policy,
        "goDebug": once.go_debug,
        "clusterName": once.cluster,
        "network": once.network,
        "workloadName": pod.workload.name,
        "workloadOwner": owner(pod.workload),
        "meshID": once.mesh_id,
        "trustDomain": once.trust_domain,
        "proxyMetadata": [{"name": name, "value": metadata[name]} for name in sorted(metadata)],
        "imagePullPolicy": once.pull_policy,
        "istiodCertificates": once.signed_by_istiod,
        "projectedToken": once.projected_token,
        "mountMtlsCerts": bool(general.mount_mtls_certs),
        # `openshift_ids.py` reads them off the namespace; releases that did not know the ids wrote 1337
        "ProxyGID": (assigns_ids and pod.proxy_gid) or DEFAULT_ID,
        "ProxyUID": (assigns_ids and pod.proxy_uid) or DEFAULT_ID,
    }


def _volumes_data(pod: TemplateInput, once: Installation) -> AgentVolumesData:
    return {
        "tokenAudience": once.token_audience,
        "rootCertificates": once.root_certificates,
        "serviceAccount": pod.spec.get("serviceAccountName") or "default",
    }


def annotation(pod: TemplateInput, once: Installation, name: str) -> str:
    """The pod's annotation, also when it is empty, else the value it stands for (docs/istio/sidecar-template.md § 10.2).

    Which value that is, `models/annotation_names.py` says.
    """
    found = pod.annotations.get(name)
    return once.annotation_default(name) if found is None else found


def chosen_image(
    pod: TemplateInput,
    once: Installation,
    value: str | None,
    computed: Callable[[TemplateInput, Installation], str],
) -> str:
    """The image that the annotation, else a value, names in full (with a `/`), else the computed one."""
    named = pod.annotations.get(names.SIDECAR_PROXY_IMAGE, printing.sprint(value))
    return named if "/" in named else computed(pod, once)


def computed_image(pod: TemplateInput, once: Installation) -> str:
    """The image made of hub, name, tag and type (docs/istio/sidecar-template.md § 10.3)."""
    return proxy_image(
        once.general,
        once.proxy.image,
        image=pod.proxy_config.image,
        annotations=pod.annotations,
        variant=once.image_variant,
        inherits=once.release.has("templates.empty_image_type_inherits"),
    )


def container_resources(pod: TemplateInput, once: Installation) -> Json:
    """Resources of the injected containers: the pod's annotations, else the values."""
    omit_nulls = once.release.has("templates.omit_null_resources")
    return resources(pod.annotations, once.resources, omit_nulls=omit_nulls)


@lru_cache(maxsize=512)
def _proxy_text(config: bytes, release: Release) -> str:
    """The value of `PROXY_CONFIG`; most pods of a mesh share one."""
    return proxy.to_json_text(ProxyConfig(loads(config)), release) + "\n"
