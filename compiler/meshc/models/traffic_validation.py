"""Validation of MeshConfig's zone-aware load balancing and default traffic policy (docs/istio/changes-1.31.md § 6)."""

from __future__ import annotations

from meshc.gotext import durations
from meshc.models.findings import Findings
from meshc.models.mesh_traffic import (
    ConnectionPoolSettings,
    DefaultTrafficPolicy,
    Failover,
    HTTPSettings,
    OutlierDetection,
    TCPSettings,
    ZoneAwareLoadBalancerSetting,
)
from meshc.models.message import Field, Message, declared
from meshc.models.proxy_config import TcpKeepalive

_LOCALITY_LABELS = ("topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone")


def zones(setting: ZoneAwareLoadBalancerSetting, found: Findings) -> None:
    """Check `zoneAwareLbSetting`: failover is between regions."""
    for entry in setting.failover:
        if entry.from_ == entry.to:
            found.error("must differ from `from`", entry.at(Failover.to))
        for field in (Failover.from_, Failover.to):
            if any(mark in entry.value_of(field) for mark in "/*"):
                found.error("must be a region, without / and *", entry.at(field))
    for index, label in enumerate(setting.failover_priority):
        if label in _LOCALITY_LABELS:
            text = f"{label} must not be listed: priorities come after the locality"
            found.error(text, (*setting.at(ZoneAwareLoadBalancerSetting.failover_priority), index))


def policy(setting: DefaultTrafficPolicy, found: Findings) -> None:
    """Check `defaultTrafficPolicy` by the rules of a DestinationRule."""
    pool, outliers = setting.connection_pool, setting.outlier_detection
    if pool:
        if not pool.http and not pool.tcp:
            found.error("must have http or tcp", setting.at(DefaultTrafficPolicy.connection_pool))
        _not_negative(pool.http, found)
        _not_negative(pool.tcp, found)
        _pool_durations(pool, found)
        if pool.http.use_client_protocol and pool.http.h2_upgrade_policy == "UPGRADE":
            text = "must not be UPGRADE together with useClientProtocol"
            found.error(text, pool.http.at(HTTPSettings.h2_upgrade_policy))
    _durations(outliers, found, OutlierDetection.base_ejection_time, OutlierDetection.interval)
    if outliers.consecutive_local_origin_failures and not outliers.split_external_local_origin_errors:
        text = "needs splitExternalLocalOriginErrors"
        found.error(text, outliers.at(OutlierDetection.consecutive_local_origin_failures))
    for field in (OutlierDetection.max_ejection_percent, OutlierDetection.min_health_percent):
        if not 0 <= outliers.value_of(field) <= 100:
            found.error("must be from 0 to 100", outliers.at(field))


def _not_negative(settings: Message, found: Findings) -> None:
    """Check the counts of a connection pool."""
    for field in declared(type(settings)).values():
        if field.kind == "int32" and settings.document.get(field.json, 0) < 0:
            found.error("must not be negative", settings.at(field))


def _pool_durations(pool: ConnectionPoolSettings, found: Findings) -> None:
    _durations(pool.http, found, HTTPSettings.idle_timeout)
    _durations(pool.tcp, found, TCPSettings.connect_timeout, TCPSettings.max_connection_duration)
    if pool.tcp.idle_timeout != "0s":
        _durations(pool.tcp, found, TCPSettings.idle_timeout)
    _durations(pool.tcp.tcp_keepalive, found, TcpKeepalive.time, TcpKeepalive.interval)


def _durations(settings: Message, found: Findings, *fields: Field[str | None]) -> None:
    """Check durations that are set: at least 1ms, in whole milliseconds."""
    for field in fields:
        text = settings.value_of(field)
        if text is None:
            continue
        length = durations.parse(text)
        if length < durations.MILLISECOND or length % durations.MILLISECOND:
            found.error(f"{text} must be whole milliseconds, at least 1ms", settings.at(field))
