"""Extension providers of MeshConfig: external authorization, tracing, metrics and access-log backends."""

from __future__ import annotations

from typing import Annotated, Literal

from meshc.models.proto_types import (
    BoolValue,
    Duration,
    Int32,
    Int64Value,
    Message,
    OneOf,
    Since,
    Struct,
    UInt32,
)
from meshc.models.proxy_model import TraceContext


class RequestBody(Message):
    """Which part of the request body an authorizer gets."""

    max_request_bytes: UInt32 | None = None
    allow_partial_message: bool | None = None
    pack_as_bytes: bool | None = None


class ExternalAuthorizationHttpProvider(Message):
    """External authorizer asked over HTTP."""

    service: str | None = None
    port: UInt32 | None = None
    timeout: Duration | None = None
    path_prefix: str | None = None
    fail_open: bool | None = None
    status_on_error: str | None = None
    include_headers_in_check: list[str] | None = None
    include_request_headers_in_check: list[str] | None = None
    include_additional_headers_in_check: dict[str, str] | None = None
    include_request_body_in_check: RequestBody | None = None
    headers_to_upstream_on_allow: list[str] | None = None
    headers_to_downstream_on_deny: list[str] | None = None
    headers_to_downstream_on_allow: list[str] | None = None
    clear_route_cache: BoolValue | None = None


class ExternalAuthorizationGrpcProvider(Message):
    """External authorizer asked over gRPC."""

    service: str | None = None
    port: UInt32 | None = None
    timeout: Duration | None = None
    fail_open: bool | None = None
    status_on_error: str | None = None
    include_request_body_in_check: RequestBody | None = None
    clear_route_cache: BoolValue | None = None


class ProviderHeader(Message):
    """A header sent with exported data; its value is given or read from the environment."""

    name: str | None = None
    value: Annotated[str | None, OneOf("header_value")] = None
    env_name: Annotated[str | None, OneOf("header_value")] = None


class HttpService(Message):
    """How exported data is sent over HTTP."""

    path: str | None = None
    timeout: Duration | None = None
    headers: list[ProviderHeader] | None = None


class GrpcService(Message):
    """How exported data is sent over gRPC."""

    timeout: Duration | None = None
    initial_metadata: list[ProviderHeader] | None = None


class ZipkinTracingProvider(Message):
    """Zipkin collector."""

    service: str | None = None
    port: UInt32 | None = None
    max_tag_length: UInt32 | None = None
    enable_64bit_trace_id: bool | None = None
    path: str | None = None
    trace_context_option: Literal["USE_B3", "USE_B3_WITH_W3C_PROPAGATION"] | None = None
    timeout: Duration | None = None
    headers: list[ProviderHeader] | None = None


class LightstepTracingProvider(Message):
    """Lightstep satellite pool."""

    service: str | None = None
    port: UInt32 | None = None
    access_token: str | None = None
    max_tag_length: UInt32 | None = None


class DatadogTracingProvider(Message):
    """Datadog agent."""

    service: str | None = None
    port: UInt32 | None = None
    max_tag_length: UInt32 | None = None


class SkyWalkingTracingProvider(Message):
    """SkyWalking receiver."""

    service: str | None = None
    port: UInt32 | None = None
    access_token: str | None = None


class StackdriverLogging(Message):
    """Labels of Google Cloud log entries."""

    labels: dict[str, str] | None = None


class StackdriverProvider(Message):
    """Google Cloud tracing, metrics and logging."""

    debug: bool | None = None
    max_number_of_attributes: Int64Value | None = None
    max_number_of_annotations: Int64Value | None = None
    max_number_of_message_events: Int64Value | None = None
    max_tag_length: UInt32 | None = None
    logging: StackdriverLogging | None = None


class OpenCensusAgentTracingProvider(Message):
    """OpenCensus agent."""

    service: str | None = None
    port: UInt32 | None = None
    context: list[TraceContext] | None = None
    max_tag_length: UInt32 | None = None


class EmptyProvider(Message):
    """A provider without settings (Prometheus), or a detector that is switched on by being there."""


class LogFormat(Message):
    """Format of a log line: text or labels."""

    text: Annotated[str | None, OneOf("log_format")] = None
    labels: Annotated[Struct | None, OneOf("log_format")] = None


class EnvoyFileAccessLogProvider(Message):
    """Access log in a file."""

    path: str | None = None
    log_format: LogFormat | None = None
    omit_empty_values: bool | None = None


class EnvoyHttpGrpcLogProvider(Message):
    """Access logs of HTTP sent over gRPC."""

    service: str | None = None
    port: UInt32 | None = None
    log_name: str | None = None
    filter_state_objects_to_log: list[str] | None = None
    additional_request_headers_to_log: list[str] | None = None
    additional_response_headers_to_log: list[str] | None = None
    additional_response_trailers_to_log: list[str] | None = None


class EnvoyTcpGrpcLogProvider(Message):
    """Access logs of TCP sent over gRPC."""

    service: str | None = None
    port: UInt32 | None = None
    log_name: str | None = None
    filter_state_objects_to_log: list[str] | None = None


class OpenTelemetryLogFormat(Message):
    """Body and attributes of an OpenTelemetry log record."""

    text: str | None = None
    labels: Struct | None = None


class EnvoyOpenTelemetryLogProvider(Message):
    """Access logs sent as OpenTelemetry."""

    service: str | None = None
    port: UInt32 | None = None
    log_name: str | None = None
    log_format: OpenTelemetryLogFormat | None = None


class ResourceDetectors(Message):
    """Where attributes of the resource come from."""

    environment: EmptyProvider | None = None
    dynatrace: EmptyProvider | None = None


class DynatraceApi(Message):
    """Access to the Dynatrace API."""

    service: str | None = None
    port: UInt32 | None = None
    http: HttpService | None = None


class DynatraceSampler(Message):
    """Sampler that Dynatrace steers."""

    tenant: str | None = None
    cluster_id: Int32 | None = None
    root_spans_per_minute: UInt32 | None = None
    http_service: DynatraceApi | None = None


class OpenTelemetryTracingProvider(Message):
    """OpenTelemetry collector."""

    service: str | None = None
    port: UInt32 | None = None
    max_tag_length: UInt32 | None = None
    http: Annotated[HttpService | None, Since("1.21")] = None
    grpc: GrpcService | None = None
    resource_detectors: Annotated[ResourceDetectors | None, Since("1.21")] = None
    dynatrace_sampler: Annotated[DynatraceSampler | None, OneOf("sampling"), Since("1.22")] = None
    service_attribute_enrichment: Annotated[
        Literal["ISTIO_CANONICAL", "OTEL_SEMANTIC_CONVENTIONS"] | None,
        Since("1.30"),
    ] = None


class SDSProvider(Message):
    """Secrets served by an external SDS server."""

    name: str | None = None
    service: str | None = None
    port: UInt32 | None = None


class ExtensionProvider(Message):
    """A named backend that other settings refer to."""

    name: str | None = None
    envoy_ext_authz_http: Annotated[ExternalAuthorizationHttpProvider | None, OneOf("provider")] = None
    envoy_ext_authz_grpc: Annotated[ExternalAuthorizationGrpcProvider | None, OneOf("provider")] = None
    zipkin: Annotated[ZipkinTracingProvider | None, OneOf("provider")] = None
    lightstep: Annotated[LightstepTracingProvider | None, OneOf("provider")] = None
    datadog: Annotated[DatadogTracingProvider | None, OneOf("provider")] = None
    stackdriver: Annotated[StackdriverProvider | None, OneOf("provider")] = None
    opencensus: Annotated[OpenCensusAgentTracingProvider | None, OneOf("provider")] = None
    skywalking: Annotated[SkyWalkingTracingProvider | None, OneOf("provider")] = None
    opentelemetry: Annotated[OpenTelemetryTracingProvider | None, OneOf("provider")] = None
    prometheus: Annotated[EmptyProvider | None, OneOf("provider")] = None
    envoy_file_access_log: Annotated[EnvoyFileAccessLogProvider | None, OneOf("provider")] = None
    envoy_http_als: Annotated[EnvoyHttpGrpcLogProvider | None, OneOf("provider")] = None
    envoy_tcp_als: Annotated[EnvoyTcpGrpcLogProvider | None, OneOf("provider")] = None
    envoy_otel_als: Annotated[EnvoyOpenTelemetryLogProvider | None, OneOf("provider")] = None
    sds: Annotated[SDSProvider | None, OneOf("provider")] = None


class DefaultProviders(Message):
    """Providers used where a Telemetry resource names none."""

    tracing: list[str] | None = None
    metrics: list[str] | None = None
    access_logging: list[str] | None = None
