"""Extension providers of MeshConfig: external authorization, tracing, metrics and access-log backends."""

from __future__ import annotations

from meshc.models.fields import (
    bool_value,
    boolean,
    duration,
    enum,
    int32,
    int64_value,
    mapping,
    message,
    repeated,
    string,
    struct,
    uint32,
)
from meshc.models.message import Message


class RequestBody(Message):
    """Which part of the request body an authorizer gets."""

    max_request_bytes = uint32()
    allow_partial_message = boolean()
    pack_as_bytes = boolean()


class ExternalAuthorizationHttpProvider(Message):
    """External authorizer asked over HTTP."""

    service = string()
    port = uint32()
    timeout = duration()
    path_prefix = string()
    fail_open = boolean()
    status_on_error = string()
    include_headers_in_check = repeated(string())
    include_request_headers_in_check = repeated(string())
    include_additional_headers_in_check = mapping(string())
    include_request_body_in_check = message(RequestBody)
    headers_to_upstream_on_allow = repeated(string())
    headers_to_downstream_on_deny = repeated(string())
    headers_to_downstream_on_allow = repeated(string())
    clear_route_cache = bool_value()


class ExternalAuthorizationGrpcProvider(Message):
    """External authorizer asked over gRPC."""

    service = string()
    port = uint32()
    timeout = duration()
    fail_open = boolean()
    status_on_error = string()
    include_request_body_in_check = message(RequestBody)
    clear_route_cache = bool_value()


class ProviderHeader(Message):
    """A header sent with exported data; its value is given or read from the environment."""

    name = string()
    value = string(oneof="header_value")
    env_name = string(oneof="header_value")


class HttpService(Message):
    """How exported data is sent over HTTP."""

    path = string()
    timeout = duration()
    headers = repeated(message(ProviderHeader))


class GrpcService(Message):
    """How exported data is sent over gRPC."""

    timeout = duration()
    initial_metadata = repeated(message(ProviderHeader))


class ZipkinTracingProvider(Message):
    """Zipkin collector."""

    service = string()
    port = uint32()
    max_tag_length = uint32()
    enable_64bit_trace_id = boolean()
    path = string()
    trace_context_option = enum("USE_B3", "USE_B3_WITH_W3C_PROPAGATION")
    timeout = duration()
    headers = repeated(message(ProviderHeader))


class LightstepTracingProvider(Message):
    """Lightstep satellite pool."""

    service = string()
    port = uint32()
    access_token = string()
    max_tag_length = uint32()


class DatadogTracingProvider(Message):
    """Datadog agent."""

    service = string()
    port = uint32()
    max_tag_length = uint32()


class SkyWalkingTracingProvider(Message):
    """SkyWalking receiver."""

    service = string()
    port = uint32()
    access_token = string()


class StackdriverLogging(Message):
    """Labels of Google Cloud log entries."""

    labels = mapping(string())


class StackdriverProvider(Message):
    """Google Cloud tracing, metrics and logging."""

    debug = boolean()
    max_number_of_attributes = int64_value()
    max_number_of_annotations = int64_value()
    max_number_of_message_events = int64_value()
    max_tag_length = uint32()
    logging = message(StackdriverLogging)


class OpenCensusAgentTracingProvider(Message):
    """OpenCensus agent."""

    service = string()
    port = uint32()
    context = repeated(enum("UNSPECIFIED", "W3C_TRACE_CONTEXT", "GRPC_BIN", "CLOUD_TRACE_CONTEXT", "B3"))
    max_tag_length = uint32()


class EmptyProvider(Message):
    """A provider without settings (Prometheus), or a detector that is switched on by being there."""


class LogFormat(Message):
    """Format of a log line: text or labels."""

    text = string(oneof="log_format")
    labels = struct(oneof="log_format")


class EnvoyFileAccessLogProvider(Message):
    """Access log in a file."""

    path = string()
    log_format = message(LogFormat)
    omit_empty_values = boolean()


class EnvoyHttpGrpcLogProvider(Message):
    """Access logs of HTTP sent over gRPC."""

    service = string()
    port = uint32()
    log_name = string()
    filter_state_objects_to_log = repeated(string())
    additional_request_headers_to_log = repeated(string())
    additional_response_headers_to_log = repeated(string())
    additional_response_trailers_to_log = repeated(string())


class EnvoyTcpGrpcLogProvider(Message):
    """Access logs of TCP sent over gRPC."""

    service = string()
    port = uint32()
    log_name = string()
    filter_state_objects_to_log = repeated(string())


class OpenTelemetryLogFormat(Message):
    """Body and attributes of an OpenTelemetry log record."""

    text = string()
    labels = struct()


class EnvoyOpenTelemetryLogProvider(Message):
    """Access logs sent as OpenTelemetry."""

    service = string()
    port = uint32()
    log_name = string()
    log_format = message(OpenTelemetryLogFormat)


class ResourceDetectors(Message):
    """Where attributes of the resource come from."""

    environment = message(EmptyProvider)
    dynatrace = message(EmptyProvider)


class DynatraceApi(Message):
    """Access to the Dynatrace API."""

    service = string()
    port = uint32()
    http = message(HttpService)


class DynatraceSampler(Message):
    """Sampler that Dynatrace steers."""

    tenant = string()
    cluster_id = int32()
    root_spans_per_minute = uint32()
    http_service = message(DynatraceApi)


class OpenTelemetryTracingProvider(Message):
    """OpenTelemetry collector."""

    service = string()
    port = uint32()
    max_tag_length = uint32()
    http = message(HttpService, since="1.21")
    grpc = message(GrpcService)
    resource_detectors = message(ResourceDetectors, since="1.21")
    dynatrace_sampler = message(DynatraceSampler, oneof="sampling", since="1.22")
    service_attribute_enrichment = enum("ISTIO_CANONICAL", "OTEL_SEMANTIC_CONVENTIONS", since="1.30")


class SDSProvider(Message):
    """Secrets served by an external SDS server."""

    name = string()
    service = string()
    port = uint32()


class ExtensionProvider(Message):
    """A named backend that other settings refer to."""

    name = string()
    envoy_ext_authz_http = message(ExternalAuthorizationHttpProvider, oneof="provider")
    envoy_ext_authz_grpc = message(ExternalAuthorizationGrpcProvider, oneof="provider")
    zipkin = message(ZipkinTracingProvider, oneof="provider")
    lightstep = message(LightstepTracingProvider, oneof="provider")
    datadog = message(DatadogTracingProvider, oneof="provider")
    stackdriver = message(StackdriverProvider, oneof="provider")
    opencensus = message(OpenCensusAgentTracingProvider, oneof="provider")
    skywalking = message(SkyWalkingTracingProvider, oneof="provider")
    opentelemetry = message(OpenTelemetryTracingProvider, oneof="provider")
    prometheus = message(EmptyProvider, oneof="provider")
    envoy_file_access_log = message(EnvoyFileAccessLogProvider, oneof="provider")
    envoy_http_als = message(EnvoyHttpGrpcLogProvider, oneof="provider")
    envoy_tcp_als = message(EnvoyTcpGrpcLogProvider, oneof="provider")
    envoy_otel_als = message(EnvoyOpenTelemetryLogProvider, oneof="provider")
    sds = message(SDSProvider, oneof="provider")


class DefaultProviders(Message):
    """Providers used where a Telemetry resource names none."""

    tracing = repeated(string())
    metrics = repeated(string())
    access_logging = repeated(string())
