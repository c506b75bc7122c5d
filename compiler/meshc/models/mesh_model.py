"""MeshConfig as a closed Pydantic model: Istio's field names, in declaration order, with the release that brought each."""

from __future__ import annotations

from typing import Annotated, Literal

from meshc.models.mesh_providers import DefaultProviders, ExtensionProvider
from meshc.models.mesh_traffic import (
    CA,
    Certificate,
    CertificateData,
    ConfigSource,
    HTTPRetry,
    InboundTrafficPolicy,
    LabelSelector,
    LocalityLoadBalancerSetting,
    OutboundTrafficPolicy,
    ProxyPathNormalization,
    ServiceScopeConfigs,
    ServiceSettings,
    TLSConfig,
)
from meshc.models.proto_types import BoolValue, Duration, Int32, Message, Since
from meshc.models.proxy_model import ProxyConfig, TcpKeepalive


class MeshConfig(Message):
    """Mesh-wide settings: key `mesh` of ConfigMap `istio`."""

    proxy_listen_port: Int32 | None = None
    """Port on which Envoy takes redirected outbound traffic."""
    proxy_inbound_listen_port: Annotated[Int32 | None, Since("1.18")] = None
    """Port on which Envoy takes redirected inbound traffic."""
    proxy_http_port: Int32 | None = None
    """Port of an HTTP proxy in Envoy; 0 for none."""
    connect_timeout: Duration | None = None
    """Timeout of Envoy's connections; whole milliseconds between 1ms and 1h."""
    protocol_detection_timeout: Duration | None = None
    """How long Envoy waits for the first bytes to tell the protocol; 0s for ever."""
    tcp_keepalive: TcpKeepalive | None = None
    """Keep-alive probes of all connections."""
    ingress_class: str | None = None
    """Ingress class that Istio serves."""
    ingress_service: str | None = None
    """Service whose address goes into the status of Ingress resources."""
    ingress_controller_mode: Literal["UNSPECIFIED", "OFF", "DEFAULT", "STRICT"] | None = None
    """Which Ingress resources Istio serves."""
    ingress_selector: str | None = None
    """Value of label `istio` on the gateway that serves Ingress resources."""
    enable_tracing: bool | None = None
    """Send spans for traffic."""
    access_log_file: str | None = None
    """File of access logs, e.g. /dev/stdout; empty for none."""
    access_log_format: str | None = None
    """Format of access logs; empty for Envoy's own."""
    access_log_encoding: Literal["TEXT", "JSON"] | None = None
    """Encoding of access logs."""
    enable_envoy_access_log_service: bool | None = None
    """Send access logs to defaultConfig.envoyAccessLogService."""
    disable_envoy_listener_log: bool | None = None
    """Leave out access logs of listeners."""
    default_config: ProxyConfig | None = None
    """Proxy settings of every workload; merged field by field onto the built-in ones."""
    outbound_traffic_policy: OutboundTrafficPolicy | None = None
    """What happens to traffic for unknown destinations."""
    inbound_traffic_policy: Annotated[InboundTrafficPolicy | None, Since("1.22")] = None
    """Where inbound traffic is sent."""
    config_sources: list[ConfigSource] | None = None
    """Where the control plane reads configuration from."""
    enable_auto_mtls: BoolValue | None = None
    """Use mutual TLS wherever both sides can."""
    trust_domain: str | None = None
    """Trust domain of workload identities."""
    trust_domain_aliases: list[str] | None = None
    """Further trust domains taken as this one."""
    ca_certificates: list[CertificateData] | None = None
    """Further roots of trust."""
    default_service_export_to: list[str] | None = None
    """Namespaces that see a service when it says nothing."""
    default_virtual_service_export_to: list[str] | None = None
    """Namespaces that see a VirtualService when it says nothing."""
    default_destination_rule_export_to: list[str] | None = None
    """Namespaces that see a DestinationRule when it says nothing."""
    root_namespace: str | None = None
    """Namespace whose resources apply mesh-wide."""
    locality_lb_setting: LocalityLoadBalancerSetting | None = None
    """Load balancing by locality."""
    dns_refresh_rate: Duration | None = None
    """How often Envoy resolves names again."""
    h2_upgrade_policy: Literal["DO_NOT_UPGRADE", "UPGRADE"] | None = None
    """Upgrade HTTP/1.1 connections inside the mesh to HTTP/2."""
    inbound_cluster_stat_name: str | None = None
    """Pattern of statistic names of inbound clusters."""
    outbound_cluster_stat_name: str | None = None
    """Pattern of statistic names of outbound clusters."""
    certificates: list[Certificate] | None = None
    """Certificates the control plane provisions."""
    service_settings: list[ServiceSettings] | None = None
    """Settings of groups of services."""
    enable_prometheus_merge: BoolValue | None = None
    """Serve the application's metrics together with the proxy's."""
    verify_certificate_at_client: BoolValue | None = None
    """Deprecated: verify server certificates against the system's roots."""
    ca: CA | None = None
    """An external certificate authority."""
    extension_providers: list[ExtensionProvider] | None = None
    """Backends for tracing, metrics, access logs, authorization; merged by name."""
    default_providers: DefaultProviders | None = None
    """Providers used where a Telemetry resource names none."""
    discovery_selectors: list[LabelSelector] | None = None
    """Namespaces the control plane looks at."""
    path_normalization: ProxyPathNormalization | None = None
    """How request paths are normalised."""
    default_http_retry_policy: HTTPRetry | None = None
    """Retries where a VirtualService says nothing."""
    mesh_mTLS: TLSConfig | None = None
    """TLS inside the mesh."""
    tls_defaults: Annotated[TLSConfig | None, Since("1.18")] = None
    """TLS of everything else."""
    service_scope_configs: Annotated[list[ServiceScopeConfigs] | None, Since("1.27")] = None
    """Which services are visible beyond their cluster (ambient multicluster)."""
