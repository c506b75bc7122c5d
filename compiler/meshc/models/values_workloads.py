"""Models of the Helm values that describe workloads: resources, gateways, CNI, istiod."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from meshc.models.proto_types import Since
from meshc.models.values_types import (
    Any_,
    Count,
    Flag,
    Int,
    IntOrText,
    Map,
    Maps,
    Number,
    TextMap,
    Texts,
    ValuesMessage,
)


class ResourceValues(ValuesMessage):
    """Requests and limits of a container."""

    limits: TextMap | None = None
    requests: TextMap | None = None


class UtilizationValues(ValuesMessage):
    """What an autoscaler aims at."""

    target_average_utilization: Int | None = None


class ServiceAccountValues(ValuesMessage):
    """A workload's service account."""

    annotations: Map | None = None


class EnabledValues(ValuesMessage):
    """A switch."""

    enabled: Flag | None = None


class SecretVolumeValues(ValuesMessage):
    """A secret mounted into a gateway."""

    mount_path: str | None = None
    name: str | None = None
    secret_name: str | None = None


class WorkloadValues(ValuesMessage):
    """What istiod and the gateways have in common."""

    enabled: Flag | None = None
    hub: str | None = None
    tag: Any_ | None = None
    namespace: str | None = None
    affinity: Map | None = None
    autoscale_behavior: Map | None = None
    autoscale_enabled: Flag | None = None
    autoscale_max: Int | None = None
    autoscale_min: Int | None = None
    cpu: UtilizationValues | None = None
    env: Map | None = None
    image_pull_policy: str | None = None
    ip_families: Texts | None = None
    ip_family_policy: str | None = None
    memory: UtilizationValues | None = None
    node_selector: Map | None = None
    pod_annotations: Map | None = None
    pod_labels: Map | None = None
    priority_class_name: str | None = None
    readiness_probe: Map | None = None
    replica_count: Int | None = None
    resources: ResourceValues | None = None
    rolling_max_surge: IntOrText | None = None
    rolling_max_unavailable: IntOrText | None = None
    service_annotations: Map | None = None
    tolerations: Maps | None = None
    topology_spread_constraints: Maps | None = None


class GatewayValues(WorkloadValues):
    """A classic gateway."""

    additional_containers: Maps | None = None
    config_volumes: Maps | None = None
    custom_service: Flag | None = None
    external_traffic_policy: str | None = None
    ingress_ports: Maps | None = None
    injection_template: str | None = None
    labels: TextMap | None = None
    load_balancer_class: str | None = None
    load_balancer_ip: str | None = None
    load_balancer_source_ranges: Texts | None = None
    name: str | None = None
    pod_anti_affinity_label_selector: Maps | None = None
    pod_anti_affinity_term_label_selector: Maps | None = None
    ports: Maps | None = None
    run_as_root: Flag | None = None
    secret_volumes: list[SecretVolumeValues] | None = None
    service_account: ServiceAccountValues | None = None
    type: str | None = None


class GatewaysValues(ValuesMessage):
    """The classic gateways, and what injected and managed gateways share."""

    enabled: Flag | None = None
    istio_egressgateway: Annotated[GatewayValues | None, Field(alias="istio-egressgateway")] = None
    istio_ingressgateway: Annotated[GatewayValues | None, Field(alias="istio-ingressgateway")] = None
    security_context: Map | None = None
    seccomp_profile: Map | None = None


class CniUsageValues(ValuesMessage):
    """Whether and how the CNI plugin does the traffic redirection; the chart's CNI values may stand beside."""

    enabled: Flag | None = None
    chained: Flag | None = None
    provider: str | None = None


class CniRepairValues(ValuesMessage):
    """What the node agent does about pods that started without redirection."""

    enabled: Flag | None = None
    hub: str | None = None
    tag: Any_ | None = None
    image: str | None = None
    label_pods: Flag | None = None
    delete_pods: Flag | None = None
    repair_pods: Flag | None = None
    init_container_name: str | None = None
    broken_pod_label_key: str | None = None
    broken_pod_label_value: str | None = None


class CniAmbientValues(ValuesMessage):
    """Ambient mode in the node agent."""

    enabled: Flag | None = None
    config_dir: str | None = None
    dns_capture: Flag | None = None
    ipv6: Flag | None = None
    redirect_mode: str | None = None
    reconcile_iptables_on_startup: Flag | None = None
    share_host_network_namespace: Flag | None = None
    enablement_selectors: Maps | None = None
    enable_ambient_detection_retry: Flag | None = None


class ResourceQuotaValues(ValuesMessage):
    """A quota for the pods of the node agent."""

    enabled: Flag | None = None
    pods: Int | None = None


class LoggingValues(ValuesMessage):
    """Log levels by scope, `default:info`."""

    level: str | None = None


class CniValues(CniUsageValues):
    """The CNI node agent."""

    hub: str | None = None
    tag: Any_ | None = None
    variant: str | None = None
    image: str | None = None
    namespace: str | None = None
    pull_policy: str | None = None
    affinity: Map | None = None
    ambient: CniAmbientValues | None = None
    cni_bin_dir: Annotated[str | None, Field(alias="cniBinDir")] = None
    cni_conf_dir: Annotated[str | None, Field(alias="cniConfDir")] = None
    cni_conf_file_name: Annotated[str | None, Field(alias="cniConfFileName")] = None
    cni_netns_dir: Annotated[str | None, Field(alias="cniNetnsDir")] = None
    daemon_set_labels: Map | None = None
    env: Map | None = None
    exclude_namespaces: Texts | None = None
    istio_owned_cni_config: Flag | None = None
    istio_owned_cni_config_file_name: str | None = None
    log_level: str | None = None
    logging: LoggingValues | None = None
    pod_annotations: Map | None = None
    pod_labels: Map | None = None
    privileged: Flag | None = None
    psp_cluster_role: Annotated[str | None, Field(alias="psp_cluster_role")] = None
    repair: CniRepairValues | None = None
    resource_quotas: ResourceQuotaValues | None = None
    resources: ResourceValues | None = None
    rolling_max_unavailable: IntOrText | None = None
    se_linux_options: Map | None = None
    seccomp_profile: Map | None = None
    termination_grace_period_seconds: Int | None = None
    tolerations: Maps | None = None
    update_strategy: Map | None = None
    use_app_armor_annotation: Flag | None = None


class TaintValues(ValuesMessage):
    """The controller that takes the taint of nodes without a CNI agent away."""

    enabled: Flag | None = None
    namespace: str | None = None
    name: Annotated[str | None, Since("1.30.3")] = None


class PilotValues(WorkloadValues):
    """istiod."""

    cni: CniValues | None = None
    config_map: Flag | None = None
    config_namespace: str | None = None
    config_source: Map | None = None
    crl_config_map_name: str | None = None
    deployment_annotations: Map | None = None
    deployment_labels: Map | None = None
    enable_protocol_sniffing_for_inbound: Flag | None = None
    enable_protocol_sniffing_for_outbound: Flag | None = None
    env_var_from: Annotated[Maps | None, Since("1.26")] = None
    extra_container_args: Texts | None = None
    image: str | None = None
    init_containers: Maps | None = None
    jwks_resolver_extra_root_ca: str | None = None
    keepalive_max_server_connection_age: str | None = None
    pdb: Annotated[Map | None, Since("1.27")] = None
    plugins: Texts | None = None
    pod_disruption_budget: Map | None = None
    seccomp_profile: Map | None = None
    service_account_annotations: Map | None = None
    taint: Annotated[TaintValues | None, Since("1.22")] = None
    trace_sampling: Number | None = None
    trusted_ztunnel_name: Annotated[str | None, Since("1.25.2")] = None
    trusted_ztunnel_namespace: Annotated[str | None, Since("1.23")] = None
    use_mcp: Flag | None = None
    variant: str | None = None
    volume_mounts: Maps | None = None
    volumes: Maps | None = None


class ArchValues(ValuesMessage):
    """How much each processor architecture is wanted, 0 to 3."""

    amd64: Count | None = None
    arm64: Count | None = None
    ppc64le: Count | None = None
    s390x: Count | None = None
