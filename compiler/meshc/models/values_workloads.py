"""Helm values that describe workloads: resources, gateways, CNI, istiod."""

from __future__ import annotations

from meshc.models.value_fields import (
    ValuesMessage,
    anything,
    count,
    flag,
    int_or_string,
    integer,
    message,
    messages,
    number,
    string,
    string_map,
    strings,
    struct,
    structs,
)


class ResourceValues(ValuesMessage):
    """Requests and limits of a container."""

    limits = string_map()
    requests = string_map()


class UtilizationValues(ValuesMessage):
    """What an autoscaler aims at."""

    target_average_utilization = integer()


class ServiceAccountValues(ValuesMessage):
    """A workload's service account."""

    annotations = struct()


class EnabledValues(ValuesMessage):
    """A switch."""

    enabled = flag()


class SecretVolumeValues(ValuesMessage):
    """A secret mounted into a gateway."""

    mount_path = string()
    name = string()
    secret_name = string()


class WorkloadValues(ValuesMessage):
    """What istiod and the gateways have in common."""

    enabled = flag()
    hub = string()
    tag = anything()
    namespace = string()
    affinity = struct()
    autoscale_behavior = struct()
    autoscale_enabled = flag()
    autoscale_max = integer()
    autoscale_min = integer()
    cpu = message(UtilizationValues)
    env = struct()
    image_pull_policy = string()
    ip_families = strings()
    ip_family_policy = string()
    memory = message(UtilizationValues)
    node_selector = struct()
    pod_annotations = struct()
    pod_labels = struct()
    priority_class_name = string()
    readiness_probe = struct()
    replica_count = integer()
    resources = message(ResourceValues)
    rolling_max_surge = int_or_string()
    rolling_max_unavailable = int_or_string()
    service_annotations = struct()
    tolerations = structs()
    topology_spread_constraints = structs()


class GatewayValues(WorkloadValues):
    """A classic gateway."""

    additional_containers = structs()
    config_volumes = structs()
    custom_service = flag()
    external_traffic_policy = string()
    ingress_ports = structs()
    injection_template = string()
    labels = string_map()
    load_balancer_class = string()
    load_balancer_ip = string()
    load_balancer_source_ranges = strings()
    name = string()
    pod_anti_affinity_label_selector = structs()
    pod_anti_affinity_term_label_selector = structs()
    ports = structs()
    run_as_root = flag()
    secret_volumes = messages(SecretVolumeValues)
    service_account = message(ServiceAccountValues)
    type = string()


class GatewaysValues(ValuesMessage):
    """The classic gateways, and what injected and managed gateways share."""

    enabled = flag()
    istio_egressgateway = message(GatewayValues, json="istio-egressgateway")
    istio_ingressgateway = message(GatewayValues, json="istio-ingressgateway")
    security_context = struct()
    seccomp_profile = struct()


class CniUsageValues(ValuesMessage):
    """Whether and how the CNI plugin does the traffic redirection; the chart's CNI values may stand beside."""

    enabled = flag()
    chained = flag()
    provider = string()


class CniRepairValues(ValuesMessage):
    """What the node agent does about pods that started without redirection."""

    enabled = flag()
    hub = string()
    tag = anything()
    image = string()
    label_pods = flag()
    delete_pods = flag()
    repair_pods = flag()
    init_container_name = string()
    broken_pod_label_key = string()
    broken_pod_label_value = string()


class CniAmbientValues(ValuesMessage):
    """Ambient mode in the node agent."""

    enabled = flag()
    config_dir = string()
    dns_capture = flag()
    ipv6 = flag()
    redirect_mode = string()
    reconcile_iptables_on_startup = flag()
    share_host_network_namespace = flag()
    enablement_selectors = structs()
    enable_ambient_detection_retry = flag()


class ResourceQuotaValues(ValuesMessage):
    """A quota for the pods of the node agent."""

    enabled = flag()
    pods = integer()


class LoggingValues(ValuesMessage):
    """Log levels by scope, `default:info`."""

    level = string()


class CniValues(CniUsageValues):
    """The CNI node agent."""

    hub = string()
    tag = anything()
    variant = string()
    image = string()
    namespace = string()
    pull_policy = string()
    affinity = struct()
    ambient = message(CniAmbientValues)
    cni_bin_dir = string(json="cniBinDir")
    cni_conf_dir = string(json="cniConfDir")
    cni_conf_file_name = string(json="cniConfFileName")
    cni_netns_dir = string(json="cniNetnsDir")
    daemon_set_labels = struct()
    env = struct()
    exclude_namespaces = strings()
    istio_owned_cni_config = flag()
    istio_owned_cni_config_file_name = string()
    log_level = string()
    logging = message(LoggingValues)
    pod_annotations = struct()
    pod_labels = struct()
    privileged = flag()
    psp_cluster_role = string(json="psp_cluster_role")
    repair = message(CniRepairValues)
    resource_quotas = message(ResourceQuotaValues)
    resources = message(ResourceValues)
    rolling_max_unavailable = int_or_string()
    se_linux_options = struct()
    seccomp_profile = struct()
    termination_grace_period_seconds = integer()
    tolerations = structs()
    update_strategy = struct()
    use_app_armor_annotation = flag()


class TaintValues(ValuesMessage):
    """The controller that takes the taint of nodes without a CNI agent away."""

    enabled = flag()
    namespace = string()
    name = string(since="1.30.3")


class PilotValues(WorkloadValues):
    """istiod."""

    cni = message(CniValues)
    config_map = flag()
    config_namespace = string()
    config_source = struct()
    crl_config_map_name = string()
    deployment_annotations = struct()
    deployment_labels = struct()
    enable_protocol_sniffing_for_inbound = flag()
    enable_protocol_sniffing_for_outbound = flag()
    env_var_from = structs(since="1.26")
    extra_container_args = strings()
    image = string()
    init_containers = structs()
    jwks_resolver_extra_root_ca = string()
    keepalive_max_server_connection_age = string()
    pdb = struct(since="1.27")
    plugins = strings()
    pod_disruption_budget = struct()
    seccomp_profile = struct()
    service_account_annotations = struct()
    taint = message(TaintValues, since="1.22")
    trace_sampling = number()
    trusted_ztunnel_name = string(since="1.25.2")
    trusted_ztunnel_namespace = string(since="1.23")
    use_mcp = flag()
    variant = string()
    volume_mounts = structs()
    volumes = structs()


class ArchValues(ValuesMessage):
    """How much each processor architecture is wanted, 0 to 3."""

    amd64 = count()
    arm64 = count()
    ppc64le = count()
    s390x = count()
