"""The message ProxyConfig: Istio's field names, in declaration order, with the release that brought each."""

from __future__ import annotations

from meshc.models.fields import (
    bool_value,
    boolean,
    double,
    duration,
    enum,
    int32,
    int32_value,
    int64_value,
    mapping,
    message,
    repeated,
    string,
    uint32,
)
from meshc.models.message import Message


class ClientTLSSettings(Message):
    """TLS settings of a connection the proxy opens."""

    mode = enum("DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL")
    client_certificate = string()
    private_key = string()
    ca_certificates = string()
    credential_name = string()
    subject_alt_names = repeated(string())
    sni = string()
    insecure_skip_verify = bool_value()
    ca_crl = string(since="1.22")


class TcpKeepalive(Message):
    """Keep-alive probes of a TCP connection."""

    probes = uint32()
    time = duration()
    interval = duration()


class RemoteService(Message):
    """A service that Envoy itself talks to."""

    address = string()
    tls_settings = message(ClientTLSSettings)
    tcp_keepalive = message(TcpKeepalive)


class Zipkin(Message):
    """Zipkin collector."""

    address = string()


class Lightstep(Message):
    """Lightstep satellite pool."""

    address = string()
    access_token = string()


class Datadog(Message):
    """Datadog agent."""

    address = string()


class Stackdriver(Message):
    """Google Cloud tracing."""

    debug = boolean()
    max_number_of_attributes = int64_value()
    max_number_of_annotations = int64_value()
    max_number_of_message_events = int64_value()


class OpenCensusAgent(Message):
    """OpenCensus agent."""

    address = string()
    context = repeated(enum("UNSPECIFIED", "W3C_TRACE_CONTEXT", "GRPC_BIN", "CLOUD_TRACE_CONTEXT", "B3"))


class LiteralTag(Message):
    """A tag with a fixed value."""

    value = string()


class NamedTag(Message):
    """A tag read from an environment variable or a request header."""

    name = string()
    default_value = string()


class CustomTag(Message):
    """One tag added to every span."""

    literal = message(LiteralTag, oneof="type")
    environment = message(NamedTag, oneof="type")
    header = message(NamedTag, oneof="type")


class Tracing(Message):
    """Tracer and sampling of a proxy."""

    zipkin = message(Zipkin, oneof="tracer")
    lightstep = message(Lightstep, oneof="tracer")
    datadog = message(Datadog, oneof="tracer")
    stackdriver = message(Stackdriver, oneof="tracer")
    open_census_agent = message(OpenCensusAgent, oneof="tracer")
    custom_tags = mapping(message(CustomTag))
    max_path_tag_length = uint32()
    sampling = double()
    tls_settings = message(ClientTLSSettings)
    enable_istio_tags = bool_value(since="1.25")


class SDS(Message):
    """Secret discovery."""

    enabled = boolean()
    k8s_sa_jwt_path = string()


class ProxyProtocolConfiguration(Message):
    """PROXY protocol on gateway listeners; it has no settings."""


class Topology(Message):
    """How many trusted proxies are in front of a gateway, and how it forwards client certificates."""

    num_trusted_proxies = uint32()
    forward_client_cert_details = enum(
        "UNDEFINED", "SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET", "ALWAYS_FORWARD_ONLY"
    )
    proxy_protocol = message(ProxyProtocolConfiguration, since="1.19")


class HTTPHeader(Message):
    """A header of a probe request."""

    name = string()
    value = string()


class HTTPHealthCheck(Message):
    """Probe by an HTTP request."""

    path = string()
    port = uint32()
    host = string()
    scheme = string()
    http_headers = repeated(message(HTTPHeader))


class TCPHealthCheck(Message):
    """Probe by opening a connection."""

    host = string()
    port = uint32()


class ExecHealthCheck(Message):
    """Probe by running a command."""

    command = repeated(string())


class GrpcHealthCheck(Message):
    """Probe by a gRPC health request."""

    port = uint32()
    service = string()


class ReadinessProbe(Message):
    """Readiness probe of a workload outside Kubernetes."""

    initial_delay_seconds = int32()
    timeout_seconds = int32()
    period_seconds = int32()
    success_threshold = int32()
    failure_threshold = int32()
    http_get = message(HTTPHealthCheck, oneof="method")
    tcp_socket = message(TCPHealthCheck, oneof="method")
    exec = message(ExecHealthCheck, oneof="method")
    grpc = message(GrpcHealthCheck, oneof="method", since="1.25")


class ProxyStatsMatcher(Message):
    """Statistics created beside the usual ones."""

    inclusion_prefixes = repeated(string())
    inclusion_suffixes = repeated(string())
    inclusion_regexps = repeated(string())


class ProxyImage(Message):
    """Which variant of the proxy image runs."""

    image_type = string()


class PrivateKeyMethod(Message):
    """Settings of one accelerator for private-key operations."""

    poll_delay = duration()
    fallback = bool_value(since="1.21")


class PrivateKeyProvider(Message):
    """Who performs private-key operations."""

    cryptomb = message(PrivateKeyMethod, oneof="provider")
    qat = message(PrivateKeyMethod, oneof="provider")


class SetCurrentClientCertDetails(Message):
    """Which parts of the client certificate are forwarded."""

    subject = bool_value()
    cert = bool_value()
    chain = bool_value()
    dns = bool_value()
    uri = bool_value()


class DisabledHeader(Message):
    """A header that can be left out."""

    disabled = bool_value()


class EnabledHeader(Message):
    """A header that can be asked for."""

    enabled = bool_value()


class ServerHeader(Message):
    """The `server` header."""

    disabled = bool_value()
    value = string()


class MetadataExchangeHeaders(Message):
    """Headers by which proxies exchange metadata."""

    mode = enum("UNDEFINED", "IN_MESH")


class ProxyHeaders(Message):
    """Headers that a proxy adds."""

    forwarded_client_cert = enum(
        "UNDEFINED", "SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET", "ALWAYS_FORWARD_ONLY"
    )
    set_current_client_cert_details = message(SetCurrentClientCertDetails, since="1.24")
    request_id = message(DisabledHeader)
    server = message(ServerHeader)
    attempt_count = message(DisabledHeader)
    envoy_debug_headers = message(DisabledHeader)
    metadata_exchange_headers = message(MetadataExchangeHeaders)
    preserve_http1_header_case = bool_value(since="1.25")
    x_forwarded_host = message(EnabledHeader, since="1.28")
    x_forwarded_port = message(EnabledHeader, since="1.28")


class ConnectionSettings(Message):
    """Limits and timeouts of a proxy's connections, applied over xDS (docs/istio/changes-1.31.md § 6)."""

    profile = enum("SIDECAR", "EDGE", doc="Defaults for the fields that are not set.")
    listener_per_connection_buffer_limit_bytes = int32_value()
    cluster_per_connection_buffer_limit_bytes = int32_value()
    http_idle_timeout = duration()
    http_max_connection_duration = duration()
    http_drain_timeout = duration()
    http_request_timeout = duration()
    http_request_headers_timeout = duration()
    http_stream_idle_timeout = duration()
    http_max_stream_duration = duration()
    http_max_concurrent_streams = int32_value()
    http2_initial_stream_window_size = int32_value("At least 65535 bytes.")
    http2_initial_connection_window_size = int32_value("At least 65535 bytes.")
    http_headers_with_underscores_action = enum(
        "HEADERS_WITH_UNDERSCORES_UNSPECIFIED",
        "HEADERS_WITH_UNDERSCORES_ALLOW",
        "HEADERS_WITH_UNDERSCORES_REJECT_REQUEST",
        "HEADERS_WITH_UNDERSCORES_DROP_HEADER",
    )
    http_merge_slashes = bool_value()
    http_path_with_escaped_slashes_action = enum(
        "PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED",
        "KEEP_UNCHANGED",
        "REJECT_REQUEST",
        "UNESCAPE_AND_REDIRECT",
        "UNESCAPE_AND_FORWARD",
    )
    listener_connection_limit = int32_value()
    global_downstream_connection_limit = int32_value()


class ProxyConfig(Message):
    """Configuration of one proxy: mesh `defaultConfig`, annotation `proxy.istio.io/config`, environment `PROXY_CONFIG`."""

    config_path = string("Directory in which the agent writes Envoy's bootstrap.")
    binary_path = string("Path of the Envoy binary.")
    service_cluster = string(
        "Name of the cluster this proxy belongs to; excludes tracingServiceName.", oneof="cluster_name"
    )
    tracing_service_name = enum(
        "APP_LABEL_AND_NAMESPACE",
        "CANONICAL_NAME_ONLY",
        "CANONICAL_NAME_AND_NAMESPACE",
        doc="How the service name in traces is built; excludes serviceCluster.",
        oneof="cluster_name",
    )
    drain_duration = duration("Time Envoy takes to drain connections on a hot restart; whole seconds.")
    discovery_address = string("host:port of the control plane.")
    discovery_refresh_delay = duration("Deprecated, without effect.")
    zipkin_address = string("Deprecated: use tracing.zipkin.address.")
    statsd_udp_address = string("host:port of a statsd server.")
    envoy_metrics_service_address = string("Deprecated: use envoyMetricsService.address.")
    proxy_admin_port = int32("Port of Envoy's admin interface.")
    availability_zone = string("Deprecated, without effect.")
    control_plane_auth_policy = enum(
        "NONE",
        "MUTUAL_TLS",
        "INHERIT",
        doc="How the proxy authenticates to the control plane.",
        numbers={"INHERIT": 1000},
    )
    custom_config_file = string("A complete Envoy configuration used in place of a generated bootstrap.")
    stat_name_length = int32("Longest name of a statistic.")
    concurrency = int32_value("Number of worker threads; 0 means one per core.")
    proxy_bootstrap_template_path = string("A bootstrap template other than the shipped one.")
    interception_mode = enum("REDIRECT", "TPROXY", "NONE", doc="How inbound traffic is redirected to the proxy.")
    tracing = message(Tracing, "Tracer; replaced as a whole by a higher layer.")
    sds = message(SDS, "Deprecated, without effect.")
    envoy_access_log_service = message(RemoteService, "Service that receives access logs over gRPC.")
    envoy_metrics_service = message(RemoteService, "Service that receives metrics over gRPC.")
    proxy_metadata = mapping(string(), "Environment variables of the proxy container; layers add up, key by key.")
    runtime_values = mapping(string(), "Envoy runtime values.")
    status_port = int32("Port of the agent's health and metrics endpoint.")
    extra_stat_tags = repeated(string(), "Tags extracted from statistic names in addition to the default ones.")
    gateway_topology = message(Topology, "Trusted proxies before a gateway.")
    termination_drain_duration = duration("Time connections get to finish when the pod stops.")
    mesh_id = string("Identity of the mesh.")
    readiness_probe = message(ReadinessProbe, "Readiness probe of a workload on a virtual machine.")
    proxy_stats_matcher = message(ProxyStatsMatcher, "Statistics created beside the usual ones; replaced as a whole.")
    hold_application_until_proxy_starts = bool_value("Start the application only when the proxy is ready.")
    ca_certificates_pem = repeated(string(), "Further root certificates of the control plane.")
    image = message(ProxyImage, "Variant of the proxy image.")
    private_key_provider = message(PrivateKeyProvider, "Accelerator for private-key operations.")
    proxy_headers = message(ProxyHeaders, "Headers the proxy adds.", since="1.19")
    file_flush_interval = duration("How often access-log files are flushed.", since="1.29")
    file_flush_min_size_kb = uint32("Flush access-log files from this size on.", since="1.29")
    stats_compression = bool_value("Compress the answers of the metrics endpoint.", since="1.29")
    connection_settings = message(
        ConnectionSettings, "Limits and timeouts of connections; replaced as a whole by a higher layer.", since="1.31"
    )
