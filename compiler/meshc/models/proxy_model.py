"""ProxyConfig as a closed Pydantic model: Istio's field names, in declaration order, with the release that brought each."""

from __future__ import annotations

from typing import Annotated, Literal

from meshc.models.proto_types import (
    BoolValue,
    Double,
    Duration,
    Int32,
    Int32Value,
    Int64Value,
    Message,
    Numbers,
    OneOf,
    Since,
    UInt32,
)

ForwardClientCertDetails = Literal[
    "UNDEFINED", "SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET", "ALWAYS_FORWARD_ONLY"
]
TraceContext = Literal["UNSPECIFIED", "W3C_TRACE_CONTEXT", "GRPC_BIN", "CLOUD_TRACE_CONTEXT", "B3"]


class ClientTLSSettings(Message):
    """TLS settings of a connection the proxy opens."""

    mode: Literal["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"] | None = None
    client_certificate: str | None = None
    private_key: str | None = None
    ca_certificates: str | None = None
    credential_name: str | None = None
    subject_alt_names: list[str] | None = None
    sni: str | None = None
    insecure_skip_verify: BoolValue | None = None
    ca_crl: Annotated[str | None, Since("1.22")] = None


class TcpKeepalive(Message):
    """Keep-alive probes of a TCP connection."""

    probes: UInt32 | None = None
    time: Duration | None = None
    interval: Duration | None = None


class RemoteService(Message):
    """A service that Envoy itself talks to."""

    address: str | None = None
    tls_settings: ClientTLSSettings | None = None
    tcp_keepalive: TcpKeepalive | None = None


class Zipkin(Message):
    """Zipkin collector."""

    address: str | None = None


class Lightstep(Message):
    """Lightstep satellite pool."""

    address: str | None = None
    access_token: str | None = None


class Datadog(Message):
    """Datadog agent."""

    address: str | None = None


class Stackdriver(Message):
    """Google Cloud tracing."""

    debug: bool | None = None
    max_number_of_attributes: Int64Value | None = None
    max_number_of_annotations: Int64Value | None = None
    max_number_of_message_events: Int64Value | None = None


class OpenCensusAgent(Message):
    """OpenCensus agent."""

    address: str | None = None
    context: list[TraceContext] | None = None


class LiteralTag(Message):
    """A tag with a fixed value."""

    value: str | None = None


class NamedTag(Message):
    """A tag read from an environment variable or a request header."""

    name: str | None = None
    default_value: str | None = None


class CustomTag(Message):
    """One tag added to every span."""

    literal: Annotated[LiteralTag | None, OneOf("type")] = None
    environment: Annotated[NamedTag | None, OneOf("type")] = None
    header: Annotated[NamedTag | None, OneOf("type")] = None


class Tracing(Message):
    """Tracer and sampling of a proxy."""

    zipkin: Annotated[Zipkin | None, OneOf("tracer")] = None
    lightstep: Annotated[Lightstep | None, OneOf("tracer")] = None
    datadog: Annotated[Datadog | None, OneOf("tracer")] = None
    stackdriver: Annotated[Stackdriver | None, OneOf("tracer")] = None
    open_census_agent: Annotated[OpenCensusAgent | None, OneOf("tracer")] = None
    custom_tags: dict[str, CustomTag] | None = None
    max_path_tag_length: UInt32 | None = None
    sampling: Double | None = None
    tls_settings: ClientTLSSettings | None = None
    enable_istio_tags: Annotated[BoolValue | None, Since("1.25")] = None


class SDS(Message):
    """Secret discovery."""

    enabled: bool | None = None
    k8s_sa_jwt_path: str | None = None


class ProxyProtocolConfiguration(Message):
    """PROXY protocol on gateway listeners; it has no settings."""


class Topology(Message):
    """How many trusted proxies stand before a gateway and what it tells them."""

    num_trusted_proxies: UInt32 | None = None
    forward_client_cert_details: ForwardClientCertDetails | None = None
    proxy_protocol: Annotated[ProxyProtocolConfiguration | None, Since("1.19")] = None


class HTTPHeader(Message):
    """A header of a probe request."""

    name: str | None = None
    value: str | None = None


class HTTPHealthCheck(Message):
    """Probe by an HTTP request."""

    path: str | None = None
    port: UInt32 | None = None
    host: str | None = None
    scheme: str | None = None
    http_headers: list[HTTPHeader] | None = None


class TCPHealthCheck(Message):
    """Probe by opening a connection."""

    host: str | None = None
    port: UInt32 | None = None


class ExecHealthCheck(Message):
    """Probe by running a command."""

    command: list[str] | None = None


class GrpcHealthCheck(Message):
    """Probe by a gRPC health request."""

    port: UInt32 | None = None
    service: str | None = None


class ReadinessProbe(Message):
    """Readiness probe of a workload outside Kubernetes."""

    initial_delay_seconds: Int32 | None = None
    timeout_seconds: Int32 | None = None
    period_seconds: Int32 | None = None
    success_threshold: Int32 | None = None
    failure_threshold: Int32 | None = None
    http_get: Annotated[HTTPHealthCheck | None, OneOf("method")] = None
    tcp_socket: Annotated[TCPHealthCheck | None, OneOf("method")] = None
    exec: Annotated[ExecHealthCheck | None, OneOf("method")] = None
    grpc: Annotated[GrpcHealthCheck | None, OneOf("method"), Since("1.25")] = None


class ProxyStatsMatcher(Message):
    """Statistics created beside the usual ones."""

    inclusion_prefixes: list[str] | None = None
    inclusion_suffixes: list[str] | None = None
    inclusion_regexps: list[str] | None = None


class ProxyImage(Message):
    """Which variant of the proxy image runs."""

    image_type: str | None = None


class PrivateKeyMethod(Message):
    """Settings of one accelerator for private-key operations."""

    poll_delay: Duration | None = None
    fallback: Annotated[BoolValue | None, Since("1.21")] = None


class PrivateKeyProvider(Message):
    """Who performs private-key operations."""

    cryptomb: Annotated[PrivateKeyMethod | None, OneOf("provider")] = None
    qat: Annotated[PrivateKeyMethod | None, OneOf("provider")] = None


class SetCurrentClientCertDetails(Message):
    """Which parts of the client certificate are forwarded."""

    subject: BoolValue | None = None
    cert: BoolValue | None = None
    chain: BoolValue | None = None
    dns: BoolValue | None = None
    uri: BoolValue | None = None


class DisabledHeader(Message):
    """A header that can be left out."""

    disabled: BoolValue | None = None


class EnabledHeader(Message):
    """A header that can be asked for."""

    enabled: BoolValue | None = None


class ServerHeader(Message):
    """The `server` header."""

    disabled: BoolValue | None = None
    value: str | None = None


class MetadataExchangeHeaders(Message):
    """Headers by which proxies exchange metadata."""

    mode: Literal["UNDEFINED", "IN_MESH"] | None = None


class ProxyHeaders(Message):
    """Headers that a proxy adds."""

    forwarded_client_cert: ForwardClientCertDetails | None = None
    set_current_client_cert_details: Annotated[SetCurrentClientCertDetails | None, Since("1.24")] = None
    request_id: DisabledHeader | None = None
    server: ServerHeader | None = None
    attempt_count: DisabledHeader | None = None
    envoy_debug_headers: DisabledHeader | None = None
    metadata_exchange_headers: MetadataExchangeHeaders | None = None
    preserve_http1_header_case: Annotated[BoolValue | None, Since("1.25")] = None
    x_forwarded_host: Annotated[EnabledHeader | None, Since("1.28")] = None
    x_forwarded_port: Annotated[EnabledHeader | None, Since("1.28")] = None


class ProxyConfig(Message):
    """Configuration of one proxy: mesh `defaultConfig`, annotation `proxy.istio.io/config`, environment `PROXY_CONFIG`."""

    config_path: str | None = None
    """Folder in which the agent writes Envoy's bootstrap."""
    binary_path: str | None = None
    """Path of the Envoy binary."""
    service_cluster: Annotated[str | None, OneOf("cluster_name")] = None
    """Name of the cluster this proxy belongs to; excludes tracingServiceName."""
    tracing_service_name: Annotated[
        Literal["APP_LABEL_AND_NAMESPACE", "CANONICAL_NAME_ONLY", "CANONICAL_NAME_AND_NAMESPACE"] | None,
        OneOf("cluster_name"),
    ] = None
    """How the service name in traces is built; excludes serviceCluster."""
    drain_duration: Duration | None = None
    """Time Envoy takes to drain connections on a hot restart; whole seconds."""
    discovery_address: str | None = None
    """host:port of the control plane."""
    discovery_refresh_delay: Duration | None = None
    """Deprecated, without effect."""
    zipkin_address: str | None = None
    """Deprecated: use tracing.zipkin.address."""
    statsd_udp_address: str | None = None
    """host:port of a statsd server."""
    envoy_metrics_service_address: str | None = None
    """Deprecated: use envoyMetricsService.address."""
    proxy_admin_port: Int32 | None = None
    """Port of Envoy's admin interface."""
    availability_zone: str | None = None
    """Deprecated, without effect."""
    control_plane_auth_policy: Annotated[Literal["NONE", "MUTUAL_TLS", "INHERIT"] | None, Numbers(INHERIT=1000)] = None
    """How the proxy authenticates to the control plane."""
    custom_config_file: str | None = None
    """A complete Envoy configuration used in place of a generated bootstrap."""
    stat_name_length: Int32 | None = None
    """Longest name of a statistic."""
    concurrency: Int32Value | None = None
    """Number of worker threads; 0 means one per core."""
    proxy_bootstrap_template_path: str | None = None
    """A bootstrap template other than the shipped one."""
    interception_mode: Literal["REDIRECT", "TPROXY", "NONE"] | None = None
    """How inbound traffic is redirected to the proxy."""
    tracing: Tracing | None = None
    """Tracer; replaced as a whole by a higher layer."""
    sds: SDS | None = None
    """Deprecated, without effect."""
    envoy_access_log_service: RemoteService | None = None
    """Service that receives access logs over gRPC."""
    envoy_metrics_service: RemoteService | None = None
    """Service that receives metrics over gRPC."""
    proxy_metadata: dict[str, str] | None = None
    """Environment variables of the proxy container; layers add up, key by key."""
    runtime_values: dict[str, str] | None = None
    """Envoy runtime values."""
    status_port: Int32 | None = None
    """Port of the agent's health and metrics endpoint."""
    extra_stat_tags: list[str] | None = None
    """Tags taken out of statistic names beside the usual ones."""
    gateway_topology: Topology | None = None
    """Trusted proxies before a gateway."""
    termination_drain_duration: Duration | None = None
    """Time connections get to finish when the pod stops."""
    mesh_id: str | None = None
    """Identity of the mesh."""
    readiness_probe: ReadinessProbe | None = None
    """Readiness probe of a workload on a virtual machine."""
    proxy_stats_matcher: ProxyStatsMatcher | None = None
    """Statistics created beside the usual ones; replaced as a whole."""
    hold_application_until_proxy_starts: BoolValue | None = None
    """Start the application only when the proxy is ready."""
    ca_certificates_pem: list[str] | None = None
    """Further root certificates of the control plane."""
    image: ProxyImage | None = None
    """Variant of the proxy image."""
    private_key_provider: PrivateKeyProvider | None = None
    """Accelerator for private-key operations."""
    proxy_headers: Annotated[ProxyHeaders | None, Since("1.19")] = None
    """Headers the proxy adds."""
    file_flush_interval: Annotated[Duration | None, Since("1.29")] = None
    """How often access-log files are flushed."""
    file_flush_min_size_kb: Annotated[UInt32 | None, Since("1.29")] = None
    """Flush access-log files from this size on."""
    stats_compression: Annotated[BoolValue | None, Since("1.29")] = None
    """Compress the answers of the metrics endpoint."""
