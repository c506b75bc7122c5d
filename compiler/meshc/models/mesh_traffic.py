"""Messages of the networking and security APIs that MeshConfig refers to."""

from __future__ import annotations

from meshc.models.fields import (
    bool_value,
    boolean,
    duration,
    enum,
    int32,
    mapping,
    message,
    repeated,
    string,
    uint32,
    uint32_value,
)
from meshc.models.message import Message
from meshc.models.proxy_config import ClientTLSSettings, TcpKeepalive


class Distribute(Message):
    """Where traffic from one locality goes, in percent."""

    from_ = string()
    to = mapping(uint32())


class Failover(Message):
    """Where traffic of a region goes when the region is down."""

    from_ = string()
    to = string()


class LocalityLoadBalancerSetting(Message):
    """Load balancing by locality: `distribute` or failover, not both."""

    distribute = repeated(message(Distribute))
    failover = repeated(message(Failover))
    failover_priority = repeated(string())
    enabled = bool_value()


class ZoneAwareLoadBalancerSetting(Message):
    """Load balancing by zone in Envoy itself, with failover between regions."""

    enabled = bool_value()
    failover = repeated(message(Failover))
    failover_priority = repeated(string())
    min_cluster_size = uint32_value()


class TCPSettings(Message):
    """Connection pool of TCP and HTTP destinations."""

    max_connections = int32()
    connect_timeout = duration()
    tcp_keepalive = message(TcpKeepalive)
    max_connection_duration = duration()
    idle_timeout = duration()


class ConnectionKeepalive(Message):
    """Keep-alive of HTTP/2 connections."""

    interval = duration()
    timeout = duration()


class HTTPSettings(Message):
    """Connection pool of HTTP destinations."""

    http1_max_pending_requests = int32()
    http2_max_requests = int32()
    max_requests_per_connection = int32()
    max_retries = int32()
    idle_timeout = duration()
    h2_upgrade_policy = enum("DEFAULT", "DO_NOT_UPGRADE", "UPGRADE")
    use_client_protocol = boolean()
    max_concurrent_streams = int32()
    http2_keep_alive = message(ConnectionKeepalive)


class ConnectionPoolSettings(Message):
    """Connection pool of a destination: `http` or `tcp`, or both."""

    tcp = message(TCPSettings)
    http = message(HTTPSettings)


class OutlierDetection(Message):
    """When endpoints are ejected from load balancing."""

    consecutive_errors = int32("Deprecated.")
    split_external_local_origin_errors = boolean()
    consecutive_local_origin_failures = uint32_value()
    consecutive_gateway_errors = uint32_value()
    consecutive_5xx_errors = uint32_value()
    interval = duration()
    base_ejection_time = duration()
    max_ejection_percent = int32()
    min_health_percent = int32()
    outlier_detection_http_error_codes = repeated(uint32())


class DefaultTrafficPolicy(Message):
    """What a DestinationRule says for destinations without one."""

    connection_pool = message(ConnectionPoolSettings)
    outlier_detection = message(OutlierDetection)


class HTTPRetry(Message):
    """Retries of HTTP requests."""

    attempts = int32()
    per_try_timeout = duration()
    retry_on = string()
    retry_remote_localities = bool_value()
    retry_ignore_previous_hosts = bool_value()
    backoff = duration()


class LabelSelectorRequirement(Message):
    """One expression of a label selector."""

    key = string()
    operator = string()
    values = repeated(string())


class LabelSelector(Message):
    """A Kubernetes label selector."""

    match_labels = mapping(string())
    match_expressions = repeated(message(LabelSelectorRequirement))


_VISIBILITY = ("VISIBILITY_UNSPECIFIED", "NONE", "NAMESPACE", "PUBLIC")


class VisibilityMatchRule(Message):
    """Namespaces that a visibility policy is about."""

    namespace_selector = message(LabelSelector, oneof="matcher")


class VisibilityPolicy(Message):
    """The visibility of the ServiceEntries of some namespaces."""

    visibility = enum(*_VISIBILITY)
    matching_rules = repeated(message(VisibilityMatchRule))


class ServiceEntryVisibility(Message):
    """Who sees ServiceEntries."""

    default_visibility = enum(*_VISIBILITY)
    apply_to_sidecars = boolean()
    policies = repeated(message(VisibilityPolicy))


class OutboundTrafficPolicy(Message):
    """What happens to traffic for unknown destinations."""

    mode = enum("REGISTRY_ONLY", "ALLOW_ANY", "ALLOW_ANY_DYNAMIC_DNS", numbers={"ALLOW_ANY_DYNAMIC_DNS": 3})
    tls = message(ClientTLSSettings, since="1.30")


class InboundTrafficPolicy(Message):
    """Where inbound traffic is sent."""

    mode = enum("PASSTHROUGH", "LOCALHOST")


class ConfigSource(Message):
    """Where the control plane reads configuration from."""

    address = string()
    tls_settings = message(ClientTLSSettings)
    subscribed_resources = repeated(enum("SERVICE_REGISTRY"))


class Certificate(Message):
    """A certificate the control plane provisions."""

    secret_name = string()
    dns_names = repeated(string())


class CertificateData(Message):
    """A further root of trust."""

    pem = string(oneof="certificate_data")
    spiffe_bundle_url = string(oneof="certificate_data")
    cert_signers = repeated(string())
    trust_domains = repeated(string())


class CA(Message):
    """An external certificate authority."""

    address = string()
    tls_settings = message(ClientTLSSettings)
    request_timeout = duration()
    istiod_side = boolean()


class ServiceSettingsValues(Message):
    """Settings of a group of services."""

    cluster_local = boolean()


class ServiceSettings(Message):
    """Settings for the services named by `hosts`."""

    settings = message(ServiceSettingsValues)
    hosts = repeated(string())


class ServiceScopeConfigs(Message):
    """Which services are visible beyond their cluster (ambient multicluster)."""

    namespace_selector = message(LabelSelector)
    services_selector = message(LabelSelector)
    scope = enum("LOCAL", "GLOBAL")


class ProxyPathNormalization(Message):
    """How request paths are normalised."""

    normalization = enum("DEFAULT", "NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES")


class TLSConfig(Message):
    """TLS protocol settings."""

    min_protocol_version = enum("TLS_AUTO", "TLSV1_2", "TLSV1_3", numbers={"TLSV1_2": 3, "TLSV1_3": 4})
    ecdh_curves = repeated(string(), since="1.18")
    cipher_suites = repeated(string(), since="1.18")
