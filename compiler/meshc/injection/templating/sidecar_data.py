"""Template data of `sidecar`: each field of `templates/sidecar.yaml.j2`, and the rule that decides it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from meshc.catalog import Release
from meshc.gotext import printing
from meshc.injection import hold_application
from meshc.injection.functions.container_ports import exclude_inbound_port
from meshc.injection.functions.container_resources import estimated_concurrency
from meshc.injection.functions.encoding import directory
from meshc.injection.functions.multus import NETWORKS, append_multus_network
from meshc.injection.functions.otel import otel_resource_attributes
from meshc.injection.functions.proxy_images import proxy_image
from meshc.injection.installation import Installation, unquoted
from meshc.injection.templating.agent_data import (
    AgentData,
    agent_data,
    annotation,
    chosen_image,
    computed_image,
    container_resources,
)
from meshc.injection.templating.json_annotations import (
    DATADOG_ENV,
    environment,
    named_objects,
)
from meshc.injection.templating.template_input import TemplateInput
from meshc.injection.templating.workload_facts import shortened
from meshc.models import annotation_names as names
from meshc.models.label_names import SERVICE_WORKLOAD_NAME
from meshc.models.proxy_config import ProxyImage
from meshc.trees import ABSENT
from meshc.yamlio import Json


class SidecarPodData(TypedDict):
    """The pod's metadata and spec, in the template's order."""

    enableHBONE: bool
    istioCNI: bool
    networks: object
    interceptionMode: str
    includeOutboundIPRanges: str
    excludeOutboundIPRanges: str
    includeInboundPorts: str
    excludeInboundPorts: str
    includeOutboundPorts: str | None
    annotatedExcludeOutboundPorts: str | None
    nativeSidecar: bool
    enableCoreDump: bool
    userVolumes: list[dict[str, Json]]
    lightstepCertificates: str | None


class CaptureData(TypedDict):
    """The init containers `istio-init`, `istio-validation` and `enable-core-dump`, in the template's order."""

    proxyInitImage: str
    resources: Json
    proxyListenPort: str
    proxyInboundListenPort: str
    excludeOutboundPorts: str | None
    virtualInterfaces: list[str]
    excludeInterfaces: str | None
    forceApplyIptables: bool
    nativeNftables: bool
    privileged: Json
    seccompProfile: Json


class SidecarProxyData(TypedDict):
    """The container `istio-proxy`, in the template's order."""

    concurrency: int
    outlierLogPath: str | None
    localhostProbes: bool
    metadataInterceptionMode: str
    datadogEnv: list[dict[str, str]]
    otelResourceAttributes: str
    statusPort: str
    startupProbeEnabled: bool
    startupProbeFailureThreshold: Json
    kubernetesCertificates: bool
    userVolumeMounts: list[dict[str, Json]]
    holdApplicationUntilProxyStarts: bool
    readinessInitialDelaySeconds: Json
    readinessPeriodSeconds: Json
    readinessFailureThreshold: Json
    capNetBindService: bool
    iptablesTraceLogging: bool
    crlConfigMapName: str


class SidecarData(AgentData, SidecarPodData, CaptureData, SidecarProxyData):
    """All fields of `templates/sidecar.yaml.j2`."""


def sidecar_data(pod: TemplateInput, once: Installation) -> SidecarData:
    """The template's fields for one pod; `once` is what the settings decide for all pods.

    Raises InjectionError and `NotAMap` for settings or annotations that the template cannot use.
    """
    shared = agent_data(pod, once)
    shared["canonicalName"] = shortened(shared["canonicalName"], once.release)
    if once.release.has("sidecar.workload_name_label"):
        shared["workloadName"] = pod.labels.get(SERVICE_WORKLOAD_NAME) or shared["workloadName"]
    return {**shared, **_pod_data(pod, once), **_capture_data(pod, once), **_proxy_data(pod, once)}


def _pod_data(pod: TemplateInput, once: Installation) -> SidecarPodData:
    annotations = pod.annotations
    return {
        "enableHBONE": pod.proxy_config.proxy_metadata.get("ISTIO_META_ENABLE_HBONE") == "true",
        "istioCNI": once.istio_cni,
        "networks": _networks(annotations, once.release) if once.istio_cni and once.multus else ABSENT,
        "interceptionMode": annotations.get(names.SIDECAR_INTERCEPTION_MODE, pod.proxy_config.interception_mode),
        "includeOutboundIPRanges": annotation(pod, once, names.SIDECAR_TRAFFIC_INCLUDE_OUTBOUND_IP_RANGES),
        "excludeOutboundIPRanges": annotation(pod, once, names.SIDECAR_TRAFFIC_EXCLUDE_OUTBOUND_IP_RANGES),
        "includeInboundPorts": annotation(pod, once, names.SIDECAR_TRAFFIC_INCLUDE_INBOUND_PORTS),
        # kubelets ask the agent from outside, so its status port is never captured
        "excludeInboundPorts": exclude_inbound_port(
            status_port(pod, once), annotation(pod, once, names.SIDECAR_TRAFFIC_EXCLUDE_INBOUND_PORTS)
        ),
        "includeOutboundPorts": _outbound_ports(
            pod, once, names.SIDECAR_TRAFFIC_INCLUDE_OUTBOUND_PORTS, by_values=once.captures_outbound_ports
        ),
        "annotatedExcludeOutboundPorts": _outbound_ports(
            pod, once, names.SIDECAR_TRAFFIC_EXCLUDE_OUTBOUND_PORTS, by_values=once.annotates_excluded_outbound_ports
        ),
        "nativeSidecar": _is_native(pod, once),
        "enableCoreDump": once.release.has("sidecar.core_dump")
        and annotation(pod, once, names.SIDECAR_ENABLE_CORE_DUMP) == "true",
        "userVolumes": named_objects(annotations, names.SIDECAR_USER_VOLUME),
        "lightstepCertificates": _lightstep_certificates(pod, once),
    }


def _capture_data(pod: TemplateInput, once: Installation) -> CaptureData:
    annotations, values = pod.annotations, once.proxy
    return {
        "proxyInitImage": chosen_image(pod, once, once.general.proxy_init.image, computed_init_image),
        "resources": container_resources(pod, once),
        "proxyListenPort": str(once.mesh.proxy_listen_port or 15001),
        "proxyInboundListenPort": str(once.mesh.proxy_inbound_listen_port or 15006),
        "excludeOutboundPorts": _outbound_ports(
            pod, once, names.SIDECAR_TRAFFIC_EXCLUDE_OUTBOUND_PORTS, by_values=once.excludes_outbound_ports
        ),
        "virtualInterfaces": _virtual_interfaces(annotations, once.release),
        "excludeInterfaces": annotations.get(names.SIDECAR_TRAFFIC_EXCLUDE_INTERFACES),
        "forceApplyIptables": bool(once.general.proxy_init.force_apply_iptables),
        "nativeNftables": bool(once.general.native_nftables),
        "privileged": unquoted(printing.printed(values.privileged)),
        "seccompProfile": values.seccomp_profile if once.release.has("sidecar.seccomp_profile") else None,
    }


def _proxy_data(pod: TemplateInput, once: Installation) -> SidecarProxyData:
    annotations, values, config = pod.annotations, once.proxy, pod.proxy_config
    return {
        "concurrency": concurrency(pod, once),
        "outlierLogPath": once.outlier_log_path,
        "localhostProbes": once.localhost_probes,
        # an empty annotation counts for the init container, but not here
        "metadataInterceptionMode": annotations.get(names.SIDECAR_INTERCEPTION_MODE) or config.interception_mode,
        "datadogEnv": environment(annotations, DATADOG_ENV) if once.tracer_is("datadog") else [],
        "otelResourceAttributes": _otel_resource_attributes(pod, once),
        "statusPort": status_port(pod, once),
        "startupProbeEnabled": bool(values.startup_probe.enabled),
        "startupProbeFailureThreshold": unquoted(printing.printed(values.startup_probe.failure_threshold)),
        "kubernetesCertificates": once.signed_by_kubernetes,
        "userVolumeMounts": named_objects(annotations, names.SIDECAR_USER_VOLUME_MOUNT),
        "holdApplicationUntilProxyStarts": hold_application.adds_hook(
            config, values.hold_application_until_proxy_starts
        ),
        "readinessInitialDelaySeconds": readiness(pod, once, names.SIDECAR_STATUS_READINESS_INITIAL_DELAY_SECONDS),
        "readinessPeriodSeconds": readiness(pod, once, names.SIDECAR_STATUS_READINESS_PERIOD_SECONDS),
        "readinessFailureThreshold": readiness(pod, once, names.SIDECAR_STATUS_READINESS_FAILURE_THRESHOLD),
        "capNetBindService": annotation(pod, once, names.SIDECAR_CAP_NET_BIND_SERVICE) == "true",
        "iptablesTraceLogging": config.proxy_metadata.get("IPTABLES_TRACE_LOGGING") == "true",
        "crlConfigMapName": once.crl_config_map,
    }


def computed_init_image(pod: TemplateInput, once: Installation) -> str:
    """The computed image of the init container: the proxy's, or since 1.31 one with a name of its own."""
    if not once.release.has("sidecar.init_image"):
        return computed_image(pod, once)
    return proxy_image(
        once.general,
        once.general.proxy_init.image,
        image=ProxyImage(),
        annotations=pod.annotations,
        variant=once.image_variant,
    )


def status_port(pod: TemplateInput, once: Installation) -> str:
    """The agent's port for probes, as a string; `0` means that the proxy gets no probes."""
    return annotation(pod, once, names.SIDECAR_STATUS_PORT)


def readiness(pod: TemplateInput, once: Installation, name: str) -> Json:
    """One number of the proxy's readiness probe: the pod's annotation, else the value it stands for."""
    return unquoted(annotation(pod, once, name))


def concurrency(pod: TemplateInput, once: Installation) -> int:
    """The estimated number of worker threads; 0 in releases that leave it to the proxy."""
    if not once.release.has("sidecar.estimated_concurrency"):
        return 0
    return estimated_concurrency(pod.proxy_config.concurrency, pod.annotations, once.resources)


def _outbound_ports(pod: TemplateInput, once: Installation, name: str, *, by_values: bool) -> str | None:
    """A list of outbound ports; null where neither the pod nor the values have one, so that nothing is passed on."""
    return annotation(pod, once, name) if by_values or name in pod.annotations else None


def _is_native(pod: TemplateInput, once: Installation) -> bool:
    """Whether the proxy is an init container that keeps running.

    Since 1.27 the injector's decision counts (`native_sidecars.py`), before that the switch in its environment.
    """
    said = pod.annotations.get(names.SIDECAR_NATIVE_SIDECAR)
    if once.release.has("injection.native_sidecars_auto"):
        return (said or ("true" if pod.native_sidecars else "false")) != "false"
    if said is not None and once.release.has("injection.native_sidecar_annotation"):
        return said == "true"
    return once.release.has("injection.native_sidecars") and once.features.get("ENABLE_NATIVE_SIDECARS") == "true"


def _virtual_interfaces(annotations: Mapping[str, str], release: Release) -> list[str]:
    """The interface lists for `-k`: of two annotations only one counts in some releases, both in others."""
    kubevirt = annotations.get(names.SIDECAR_TRAFFIC_KUBEVIRT_INTERFACES)
    reroute = annotations.get(names.IO_ISTIO_REROUTE_VIRTUAL_INTERFACES)
    if not release.has("sidecar.reroute_interfaces"):
        reroute = None
    if reroute is not None and not release.has("sidecar.both_interface_lists"):
        return [reroute]
    return [text for text in (kubevirt, reroute) if text is not None]


def _networks(annotations: Mapping[str, str], release: Release) -> str:
    """The Multus annotation with the network of the Istio CNI plugin."""
    return append_multus_network(
        annotations.get(NETWORKS, ""),
        release.fact("sidecar.multus_network"),
        namespaced=release.has("sidecar.multus_namespace"),
    )


def _lightstep_certificates(pod: TemplateInput, once: Installation) -> str | None:
    """Directory of Lightstep's CA certificates, null where they are not mounted; empty where the ProxyConfig names none."""
    tls = pod.proxy_config.tracing.tls_settings
    return directory(tls.ca_certificates) if once.tracer_is("lightstep") and tls else None


def _otel_resource_attributes(pod: TemplateInput, once: Installation) -> str:
    if not once.describes_services:
        return ""
    namespace = pod.workload.namespace
    return otel_resource_attributes(once.mesh.document, pod.annotations, pod.labels, namespace, pod.containers)
