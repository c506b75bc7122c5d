"""The message MeshConfig: Istio's field names, in declaration order, with the release that brought each."""

from __future__ import annotations

from meshc.models.fields import bool_value, boolean, duration, enum, int32, message, repeated, string
from meshc.models.mesh_providers import DefaultProviders, ExtensionProvider
from meshc.models.mesh_traffic import (
    CA,
    Certificate,
    CertificateData,
    ConfigSource,
    DefaultTrafficPolicy,
    HTTPRetry,
    InboundTrafficPolicy,
    LabelSelector,
    LocalityLoadBalancerSetting,
    OutboundTrafficPolicy,
    ProxyPathNormalization,
    ServiceEntryVisibility,
    ServiceScopeConfigs,
    ServiceSettings,
    TLSConfig,
    ZoneAwareLoadBalancerSetting,
)
from meshc.models.message import Message
from meshc.models.proxy_config import ProxyConfig, TcpKeepalive


class MeshConfig(Message):
    """Mesh-wide settings: key `mesh` of ConfigMap `istio`."""

    proxy_listen_port = int32("Port on which Envoy takes redirected outbound traffic.")
    proxy_inbound_listen_port = int32("Port on which Envoy takes redirected inbound traffic.", since="1.18")
    proxy_http_port = int32("Port of an HTTP proxy in Envoy; 0 for none.")
    connect_timeout = duration("Timeout of Envoy's connections; whole milliseconds between 1ms and 1h.")
    hbone_idle_timeout = duration("How long idle HBONE connections are kept.", since="1.30")
    protocol_detection_timeout = duration("How long Envoy waits for the first bytes to tell the protocol; 0s for ever.")
    tcp_keepalive = message(TcpKeepalive, "Keep-alive probes of all connections.")
    ingress_class = string("Ingress class that Istio serves.")
    ingress_service = string("Service whose address goes into the status of Ingress resources.")
    ingress_controller_mode = enum(
        "UNSPECIFIED", "OFF", "DEFAULT", "STRICT", doc="Which Ingress resources Istio serves."
    )
    ingress_selector = string("Value of label `istio` on the gateway that serves Ingress resources.")
    enable_tracing = boolean("Send spans for traffic.")
    access_log_file = string("File of access logs, e.g. /dev/stdout; empty for none.")
    access_log_format = string("Format of access logs; empty for Envoy's own.")
    access_log_encoding = enum("TEXT", "JSON", doc="Encoding of access logs.")
    enable_envoy_access_log_service = boolean("Send access logs to defaultConfig.envoyAccessLogService.")
    disable_envoy_listener_log = boolean("Leave out access logs of listeners.")
    default_config = message(
        ProxyConfig, "Proxy settings of every workload; merged field by field onto the built-in ones."
    )
    outbound_traffic_policy = message(OutboundTrafficPolicy, "What happens to traffic for unknown destinations.")
    inbound_traffic_policy = message(InboundTrafficPolicy, "Where inbound traffic is sent.", since="1.22")
    config_sources = repeated(message(ConfigSource), "Where the control plane reads configuration from.")
    enable_auto_mtls = bool_value("Use mutual TLS wherever both sides can.")
    trust_domain = string("Trust domain of workload identities.")
    trust_domain_aliases = repeated(string(), "Further trust domains taken as this one.")
    ca_certificates = repeated(message(CertificateData), "Further roots of trust.")
    default_service_export_to = repeated(string(), "Namespaces that see a service when it says nothing.")
    default_virtual_service_export_to = repeated(string(), "Namespaces that see a VirtualService when it says nothing.")
    default_destination_rule_export_to = repeated(
        string(), "Namespaces that see a DestinationRule when it says nothing."
    )
    root_namespace = string("Namespace whose resources apply mesh-wide.")
    locality_lb_setting = message(LocalityLoadBalancerSetting, "Load balancing by locality.")
    zone_aware_lb_setting = message(
        ZoneAwareLoadBalancerSetting, "Load balancing by zone, beside localityLbSetting.", since="1.31"
    )
    dns_refresh_rate = duration("How often Envoy resolves names again.")
    h2_upgrade_policy = enum("DO_NOT_UPGRADE", "UPGRADE", doc="Upgrade HTTP/1.1 connections inside the mesh to HTTP/2.")
    inbound_cluster_stat_name = string("Pattern of statistic names of inbound clusters.")
    outbound_cluster_stat_name = string("Pattern of statistic names of outbound clusters.")
    certificates = repeated(message(Certificate), "Certificates the control plane provisions.")
    service_settings = repeated(message(ServiceSettings), "Settings of groups of services.")
    enable_prometheus_merge = bool_value("Serve the application's metrics together with the proxy's.")
    verify_certificate_at_client = bool_value("Deprecated: verify server certificates against the system's roots.")
    ca = message(CA, "An external certificate authority.")
    extension_providers = repeated(
        message(ExtensionProvider), "Backends for tracing, metrics, access logs, authorization; merged by name."
    )
    default_providers = message(DefaultProviders, "Providers used where a Telemetry resource names none.")
    discovery_selectors = repeated(message(LabelSelector), "Namespaces the control plane looks at.")
    path_normalization = message(ProxyPathNormalization, "How request paths are normalised.")
    default_http_retry_policy = message(HTTPRetry, "Retries where a VirtualService says nothing.")
    mesh_mTLS = message(TLSConfig, "TLS inside the mesh.")
    tls_defaults = message(TLSConfig, "TLS of everything else.", since="1.18")
    service_scope_configs = repeated(
        message(ServiceScopeConfigs),
        "Which services are visible beyond their cluster (ambient multicluster).",
        since="1.27",
    )
    default_traffic_policy = message(
        DefaultTrafficPolicy, "Connection pool and outlier detection where no DestinationRule says any.", since="1.31"
    )
    service_entry_visibility = message(ServiceEntryVisibility, "Who sees ServiceEntries.", since="1.31")
    default_inbound_http_retry_policy = message(
        HTTPRetry, "Retries of inbound requests where a VirtualService says nothing.", since="1.32"
    )
