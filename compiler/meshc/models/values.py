"""Helm values of an Istio installation (docs/istio/injection.md § 2.2, docs/istio/profiles.md § 4.5)."""

from __future__ import annotations

from meshc.models.value_fields import (
    ValuesMessage,
    anything,
    count,
    enum,
    flag,
    message,
    string,
    string_map,
    strings,
    struct,
    structs,
)
from meshc.models.values_workloads import (
    ArchValues,
    CniUsageValues,
    CniValues,
    EnabledValues,
    GatewaysValues,
    LoggingValues,
    PilotValues,
    ResourceValues,
)


class MultiClusterValues(ValuesMessage):
    """The cluster's name in a mesh of several."""

    cluster_name = string()
    enabled = flag()
    global_domain_suffix = string()
    include_envoy_filter = flag()


class StartupProbeValues(ValuesMessage):
    """The proxy's startup probe."""

    enabled = flag()
    failure_threshold = count()


class ProxyValues(ValuesMessage):
    """The injected proxy."""

    auto_inject = string()
    cap_net_bind_service = anything()
    cluster_domain = string()
    component_log_level = string()
    enable_core_dump = flag()
    exclude_inbound_ports = string()
    exclude_ip_ranges = string()
    exclude_outbound_ports = string()
    hold_application_until_proxy_starts = flag()
    image = string()
    include_inbound_ports = string()
    include_ip_ranges = string()
    include_outbound_ports = string()
    lifecycle = struct()
    log_level = string()
    outlier_log_path = string()
    privileged = flag()
    readiness_failure_threshold = count()
    readiness_initial_delay_seconds = count()
    readiness_period_seconds = count()
    resources = message(ResourceValues)
    seccomp_profile = struct()
    startup_probe = message(StartupProbeValues)
    status_port = count()
    tracer = enum("zipkin", "lightstep", "datadog", "stackdriver", "openCensusAgent", "none")
    variant = string()


class ReaderServiceAccountValues(ValuesMessage):
    """A ServiceAccount made elsewhere that may read the cluster for remote control planes."""

    name = string()
    namespace = string()


class ProxyInitValues(ValuesMessage):
    """The init container."""

    image = string()
    force_apply_iptables = flag(since="1.24")
    resources = message(ResourceValues)


class TokenValues(ValuesMessage):
    """The service-account token."""

    aud = string()


class SdsValues(ValuesMessage):
    """The token that proves a workload's identity."""

    token = message(TokenValues)


class StsValues(ValuesMessage):
    """The token exchange server in the agent."""

    service_port = count()


class AddressValues(ValuesMessage):
    """A tracer's address."""

    address = string()


class LightstepValues(AddressValues):
    """The Lightstep tracer."""

    access_token = string()


class StackdriverTracerValues(ValuesMessage):
    """The Stackdriver tracer."""

    debug = flag()
    max_number_of_annotations = count()
    max_number_of_attributes = count()
    max_number_of_message_events = count()


class TracerValues(ValuesMessage):
    """Where traces go."""

    datadog = message(AddressValues)
    lightstep = message(LightstepValues)
    stackdriver = message(StackdriverTracerValues)
    zipkin = message(AddressValues)


class IstiodValues(ValuesMessage):
    """Switches of istiod."""

    enable_analysis = flag()


class AgentgatewayValues(ValuesMessage):
    """The agentgateway data plane."""

    image = string()


class WaypointValues(ValuesMessage):
    """Waypoint proxies."""

    affinity = struct()
    node_selector = struct()
    resources = message(ResourceValues)
    tolerations = structs()
    topology_spread_constraints = structs()


class GlobalValues(ValuesMessage):
    """What all charts share."""

    agentgateway = message(AgentgatewayValues, since="1.29")
    arch = message(ArchValues)
    autoscalingv2_api = flag(json="autoscalingv2API")
    ca_address = string()
    ca_name = string()
    cert_signers = strings()
    config_cluster = flag()
    config_root_namespace = string()
    config_validation = flag()
    default_config_visibility_settings = strings()
    default_node_selector = struct()
    default_pod_disruption_budget = message(EnabledValues)
    default_resources = message(ResourceValues)
    default_tolerations = structs()
    enabled = flag()
    external_istiod = flag()
    hub = string()
    image_pull_policy = string()
    image_pull_secrets = strings()
    ip_families = strings()
    ip_family_policy = string()
    istio_namespace = string()
    istiod = message(IstiodValues)
    jwt_policy = string()
    log_as_json = flag()
    logging = message(LoggingValues)
    mesh_id = string()
    mesh_networks = struct()
    mount_mtls_certs = flag()
    multi_cluster = message(MultiClusterValues)
    namespace = string()
    native_nftables = flag(since="1.27")
    network = string()
    network_policy = message(EnabledValues, since="1.28")
    omit_sidecar_injector_config_map = flag()
    one_namespace = flag()
    operator_manage_webhooks = flag()
    pilot_cert_provider = string()
    platform = string()
    pod_dns_search_namespaces = strings()
    priority_class_name = string()
    profile = string()
    proxy = message(ProxyValues)
    proxy_init = message(ProxyInitValues)
    reader_service_account = message(ReaderServiceAccountValues, since="1.31")
    remote_pilot_address = string()
    resource_scope = string(since="1.28")
    revision = string()
    sds = message(SdsValues)
    sts = message(StsValues)
    tag = anything()
    tracer = message(TracerValues)
    trust_bundle_name = string()
    trust_domain = string()
    use_mcp = flag()
    variant = string()
    waypoint = message(WaypointValues, since="1.24")


class InjectorValues(ValuesMessage):
    """The injection webhook."""

    always_inject_selector = structs()
    default_templates = strings()
    enable_namespaces_by_default = flag()
    injected_annotations = string_map()
    injection_url = string()
    never_inject_selector = structs()
    object_selector = struct()
    reinvocation_policy = string()
    rewrite_app_http_probe = flag()
    templates = struct()
    use_legacy_selectors = flag()


class PrometheusTelemetryValues(ValuesMessage):
    """Metrics for Prometheus."""

    enabled = flag()
    config_override = struct()
    wasm_enabled = flag()


class StackdriverTelemetryValues(ValuesMessage):
    """Telemetry for Stackdriver."""

    enabled = flag()
    config_override = struct()
    disable_outbound = flag()
    logging = flag()
    monitoring = flag()
    topology = flag()


class TelemetryV2Values(ValuesMessage):
    """Telemetry in the proxies."""

    enabled = flag()
    access_log_policy = struct()
    metadata_exchange = struct()
    prometheus = message(PrometheusTelemetryValues)
    stackdriver = message(StackdriverTelemetryValues)


class TelemetryValues(ValuesMessage):
    """Telemetry."""

    enabled = flag()
    v2 = message(TelemetryV2Values)


class BaseValues(ValuesMessage):
    """Cluster-wide resources."""

    enable_crd_templates = flag()
    enable_istio_config_crds = flag()
    excluded_crds = strings()
    validate_gateway = flag()
    validation_ca_bundle = string()
    validation_url = string()


class IstiodRemoteValues(ValuesMessage):
    """An istiod outside the cluster."""

    enabled = flag()
    enabled_local_injector_istiod = flag(since="1.27")
    hub = string()
    injection_ca_bundle = string()
    injection_path = string()
    injection_url = string()
    tag = anything()


class ExperimentalValues(ValuesMessage):
    """Experimental switches."""

    stable_validation_policy = flag()


class Values(ValuesMessage):
    """All values of an installation."""

    base = message(BaseValues)
    cni = message(CniValues)
    compatibility_version = string(since="1.21")
    default_revision = string()
    experimental = message(ExperimentalValues)
    gateway_classes = struct(since="1.26")
    gateways = message(GatewaysValues)
    global_ = message(GlobalValues)
    istio_cni = message(CniUsageValues)
    istiod_remote = message(IstiodRemoteValues)
    mesh_config = struct()
    owner_name = string()
    pilot = message(PilotValues)
    platform = string()
    profile = string()
    revision = string()
    revision_tags = strings()
    sidecar_injector_webhook = message(InjectorValues)
    sidecar_injector_webhook_annotations = struct()
    telemetry = message(TelemetryValues)
    ztunnel = struct()
