"""Messages of the networking and security APIs that MeshConfig refers to."""

from __future__ import annotations

from typing import Annotated, Literal

from meshc.models.proto_types import BoolValue, Duration, Int32, Message, Numbers, OneOf, Since, UInt32
from meshc.models.proxy_model import ClientTLSSettings


class Distribute(Message):
    """Where traffic from one locality goes, in percent."""

    from_: str | None = None
    to: dict[str, UInt32] | None = None


class Failover(Message):
    """Where traffic of a region goes when the region is down."""

    from_: str | None = None
    to: str | None = None


class LocalityLoadBalancerSetting(Message):
    """Load balancing by locality: `distribute` or failover, not both."""

    distribute: list[Distribute] | None = None
    failover: list[Failover] | None = None
    failover_priority: list[str] | None = None
    enabled: BoolValue | None = None


class HTTPRetry(Message):
    """Retries of HTTP requests."""

    attempts: Int32 | None = None
    per_try_timeout: Duration | None = None
    retry_on: str | None = None
    retry_remote_localities: BoolValue | None = None
    retry_ignore_previous_hosts: BoolValue | None = None
    backoff: Duration | None = None


class LabelSelectorRequirement(Message):
    """One expression of a label selector."""

    key: str | None = None
    operator: str | None = None
    values: list[str] | None = None


class LabelSelector(Message):
    """A Kubernetes label selector."""

    match_labels: dict[str, str] | None = None
    match_expressions: list[LabelSelectorRequirement] | None = None


class OutboundTrafficPolicy(Message):
    """What happens to traffic for unknown destinations."""

    mode: Literal["REGISTRY_ONLY", "ALLOW_ANY"] | None = None


class InboundTrafficPolicy(Message):
    """Where inbound traffic is sent."""

    mode: Literal["PASSTHROUGH", "LOCALHOST"] | None = None


class ConfigSource(Message):
    """Where the control plane reads configuration from."""

    address: str | None = None
    tls_settings: ClientTLSSettings | None = None
    subscribed_resources: list[Literal["SERVICE_REGISTRY"]] | None = None


class Certificate(Message):
    """A certificate the control plane provisions."""

    secret_name: str | None = None
    dns_names: list[str] | None = None


class CertificateData(Message):
    """A further root of trust."""

    pem: Annotated[str | None, OneOf("certificate_data")] = None
    spiffe_bundle_url: Annotated[str | None, OneOf("certificate_data")] = None
    cert_signers: list[str] | None = None
    trust_domains: list[str] | None = None


class CA(Message):
    """An external certificate authority."""

    address: str | None = None
    tls_settings: ClientTLSSettings | None = None
    request_timeout: Duration | None = None
    istiod_side: bool | None = None


class ServiceSettingsValues(Message):
    """Settings of a group of services."""

    cluster_local: bool | None = None


class ServiceSettings(Message):
    """Settings for the services named by `hosts`."""

    settings: ServiceSettingsValues | None = None
    hosts: list[str] | None = None


class ServiceScopeConfigs(Message):
    """Which services are visible beyond their cluster (ambient multicluster)."""

    namespace_selector: LabelSelector | None = None
    services_selector: LabelSelector | None = None
    scope: Literal["LOCAL", "GLOBAL"] | None = None


class ProxyPathNormalization(Message):
    """How request paths are normalised."""

    normalization: Literal["DEFAULT", "NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"] | None = None


class TLSConfig(Message):
    """TLS protocol settings."""

    min_protocol_version: Annotated[Literal["TLS_AUTO", "TLSV1_2", "TLSV1_3"] | None, Numbers(TLSV1_2=3, TLSV1_3=4)] = (
        None
    )
    ecdh_curves: Annotated[list[str] | None, Since("1.18")] = None
    cipher_suites: Annotated[list[str] | None, Since("1.18")] = None
