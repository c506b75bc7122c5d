"""Helm values of an Istio installation as closed Pydantic models (docs/istio/injection.md § 2.2, docs/istio/profiles.md § 4.5).

The models say which values there are and of which type; `models.values_reading` reads documents by the tables derived
from them, so that no compile run imports Pydantic for it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from meshc.models.proto_types import Since
from meshc.models.values_types import Any_, Count, Flag, Map, Maps, TextMap, Texts, ValuesMessage
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

Tracer = Literal["zipkin", "lightstep", "datadog", "stackdriver", "openCensusAgent", "none"]


class MultiClusterValues(ValuesMessage):
    """The cluster's name in a mesh of several."""

    cluster_name: str | None = None
    enabled: Flag | None = None
    global_domain_suffix: str | None = None
    include_envoy_filter: Flag | None = None


class StartupProbeValues(ValuesMessage):
    """The proxy's startup probe."""

    enabled: Flag | None = None
    failure_threshold: Count | None = None


class ProxyValues(ValuesMessage):
    """The injected proxy."""

    auto_inject: str | None = None
    cap_net_bind_service: Any_ | None = None
    cluster_domain: str | None = None
    component_log_level: str | None = None
    enable_core_dump: Flag | None = None
    exclude_inbound_ports: str | None = None
    exclude_ip_ranges: str | None = None
    exclude_outbound_ports: str | None = None
    hold_application_until_proxy_starts: Flag | None = None
    image: str | None = None
    include_inbound_ports: str | None = None
    include_ip_ranges: str | None = None
    include_outbound_ports: str | None = None
    lifecycle: Map | None = None
    log_level: str | None = None
    outlier_log_path: str | None = None
    privileged: Flag | None = None
    readiness_failure_threshold: Count | None = None
    readiness_initial_delay_seconds: Count | None = None
    readiness_period_seconds: Count | None = None
    resources: ResourceValues | None = None
    seccomp_profile: Map | None = None
    startup_probe: StartupProbeValues | None = None
    status_port: Count | None = None
    tracer: Tracer | None = None
    variant: str | None = None


class ProxyInitValues(ValuesMessage):
    """The init container."""

    image: str | None = None
    force_apply_iptables: Annotated[Flag | None, Since("1.24")] = None
    resources: ResourceValues | None = None


class TokenValues(ValuesMessage):
    """The service-account token."""

    aud: str | None = None


class SdsValues(ValuesMessage):
    """The token that proves a workload's identity."""

    token: TokenValues | None = None


class StsValues(ValuesMessage):
    """The token exchange server in the agent."""

    service_port: Count | None = None


class AddressValues(ValuesMessage):
    """A tracer's address."""

    address: str | None = None


class LightstepValues(AddressValues):
    """The Lightstep tracer."""

    access_token: str | None = None


class StackdriverTracerValues(ValuesMessage):
    """The Stackdriver tracer."""

    debug: Flag | None = None
    max_number_of_annotations: Count | None = None
    max_number_of_attributes: Count | None = None
    max_number_of_message_events: Count | None = None


class TracerValues(ValuesMessage):
    """Where traces go."""

    datadog: AddressValues | None = None
    lightstep: LightstepValues | None = None
    stackdriver: StackdriverTracerValues | None = None
    zipkin: AddressValues | None = None


class IstiodValues(ValuesMessage):
    """Switches of istiod."""

    enable_analysis: Flag | None = None


class AgentgatewayValues(ValuesMessage):
    """The agentgateway data plane."""

    image: str | None = None


class WaypointValues(ValuesMessage):
    """Waypoint proxies."""

    affinity: Map | None = None
    node_selector: Map | None = None
    resources: ResourceValues | None = None
    tolerations: Maps | None = None
    topology_spread_constraints: Maps | None = None


class GlobalValues(ValuesMessage):
    """What all charts share."""

    agentgateway: Annotated[AgentgatewayValues | None, Since("1.29")] = None
    arch: ArchValues | None = None
    autoscalingv2_api: Annotated[Flag | None, Field(alias="autoscalingv2API")] = None
    ca_address: str | None = None
    ca_name: str | None = None
    cert_signers: Texts | None = None
    config_cluster: Flag | None = None
    config_root_namespace: str | None = None
    config_validation: Flag | None = None
    default_config_visibility_settings: Texts | None = None
    default_node_selector: Map | None = None
    default_pod_disruption_budget: EnabledValues | None = None
    default_resources: ResourceValues | None = None
    default_tolerations: Maps | None = None
    enabled: Flag | None = None
    external_istiod: Flag | None = None
    hub: str | None = None
    image_pull_policy: str | None = None
    image_pull_secrets: Texts | None = None
    ip_families: Texts | None = None
    ip_family_policy: str | None = None
    istio_namespace: str | None = None
    istiod: IstiodValues | None = None
    jwt_policy: str | None = None
    log_as_json: Flag | None = None
    logging: LoggingValues | None = None
    mesh_id: str | None = None
    mesh_networks: Map | None = None
    mount_mtls_certs: Flag | None = None
    multi_cluster: MultiClusterValues | None = None
    namespace: str | None = None
    native_nftables: Annotated[Flag | None, Since("1.27")] = None
    network: str | None = None
    network_policy: Annotated[EnabledValues | None, Since("1.28")] = None
    omit_sidecar_injector_config_map: Flag | None = None
    one_namespace: Flag | None = None
    operator_manage_webhooks: Flag | None = None
    pilot_cert_provider: str | None = None
    platform: str | None = None
    pod_dns_search_namespaces: Texts | None = None
    priority_class_name: str | None = None
    profile: str | None = None
    proxy: ProxyValues | None = None
    proxy_init: ProxyInitValues | None = None
    remote_pilot_address: str | None = None
    resource_scope: Annotated[str | None, Since("1.28")] = None
    revision: str | None = None
    sds: SdsValues | None = None
    sts: StsValues | None = None
    tag: Any_ | None = None
    tracer: TracerValues | None = None
    trust_bundle_name: str | None = None
    trust_domain: str | None = None
    use_mcp: Flag | None = None
    variant: str | None = None
    waypoint: Annotated[WaypointValues | None, Since("1.24")] = None


class InjectorValues(ValuesMessage):
    """The injection webhook."""

    always_inject_selector: Maps | None = None
    default_templates: Texts | None = None
    enable_namespaces_by_default: Flag | None = None
    injected_annotations: TextMap | None = None
    injection_url: str | None = None
    never_inject_selector: Maps | None = None
    object_selector: Map | None = None
    reinvocation_policy: str | None = None
    rewrite_app_http_probe: Flag | None = None
    templates: Map | None = None
    use_legacy_selectors: Flag | None = None


class PrometheusTelemetryValues(ValuesMessage):
    """Metrics for Prometheus."""

    enabled: Flag | None = None
    config_override: Map | None = None
    wasm_enabled: Flag | None = None


class StackdriverTelemetryValues(ValuesMessage):
    """Telemetry for Stackdriver."""

    enabled: Flag | None = None
    config_override: Map | None = None
    disable_outbound: Flag | None = None
    logging: Flag | None = None
    monitoring: Flag | None = None
    topology: Flag | None = None


class TelemetryV2Values(ValuesMessage):
    """Telemetry in the proxies."""

    enabled: Flag | None = None
    access_log_policy: Map | None = None
    metadata_exchange: Map | None = None
    prometheus: PrometheusTelemetryValues | None = None
    stackdriver: StackdriverTelemetryValues | None = None


class TelemetryValues(ValuesMessage):
    """Telemetry."""

    enabled: Flag | None = None
    v2: TelemetryV2Values | None = None


class BaseValues(ValuesMessage):
    """Cluster-wide resources."""

    enable_crd_templates: Flag | None = None
    enable_istio_config_crds: Flag | None = None
    excluded_crds: Texts | None = None
    validate_gateway: Flag | None = None
    validation_ca_bundle: str | None = None
    validation_url: str | None = None


class IstiodRemoteValues(ValuesMessage):
    """An istiod outside the cluster."""

    enabled: Flag | None = None
    enabled_local_injector_istiod: Annotated[Flag | None, Since("1.27")] = None
    hub: str | None = None
    injection_ca_bundle: str | None = None
    injection_path: str | None = None
    injection_url: str | None = None
    tag: Any_ | None = None


class ExperimentalValues(ValuesMessage):
    """Experimental switches."""

    stable_validation_policy: Flag | None = None


class Values(ValuesMessage):
    """All values of an installation."""

    base: BaseValues | None = None
    cni: CniValues | None = None
    compatibility_version: Annotated[str | None, Since("1.21")] = None
    default_revision: str | None = None
    experimental: ExperimentalValues | None = None
    gateway_classes: Annotated[Map | None, Since("1.26")] = None
    gateways: GatewaysValues | None = None
    global_: GlobalValues | None = None
    istio_cni: CniUsageValues | None = None
    istiod_remote: IstiodRemoteValues | None = None
    mesh_config: Map | None = None
    owner_name: str | None = None
    pilot: PilotValues | None = None
    platform: str | None = None
    profile: str | None = None
    revision: str | None = None
    revision_tags: Texts | None = None
    sidecar_injector_webhook: InjectorValues | None = None
    sidecar_injector_webhook_annotations: Map | None = None
    telemetry: TelemetryValues | None = None
    ztunnel: Map | None = None
