"""Single choices of the Envoy bootstrap: xDS type, discovery, log format, limits, cluster manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.errors import InputError
from meshc.gotext.parsing import parse_int

Json = Any
_UNLIMITED = 2147483647
_TIME = "%Y-%m-%dT%T.%f"
_TEXT_LOG = {"text_format": f"{_TIME}Z\t%l\tenvoy %n %g:%#\t%v\tthread=%t"}
_JSON_LOG = {
    "json_format": {
        "time": f"{_TIME}Z",
        "level": "%l",
        "scope": "envoy %n",
        "msg": "%j",
        "caller": "%g:%#",
        "thread": "%t",
    }
}
_WORKLOAD_SOCKETS = "./var/run/secrets/workload-spiffe-uds"


def log_format(agent: Agent) -> Json | None:
    """Envoy's own log format, since 1.22."""
    if not agent.release.has("bootstrap.application_log_config"):
        return None
    return _JSON_LOG if agent.flags.log_as_json else _TEXT_LOG


def api_type(agent: Agent) -> str:
    """Kind of the ADS stream: incremental by flag, and for waypoints always since 1.18 (docs/istio/bootstrap.md § 2.7)."""
    waypoint = agent.waypoint and agent.release.has("bootstrap.waypoint_delta")
    return "DELTA_GRPC" if waypoint or agent.flag("ISTIO_DELTA_XDS") else "GRPC"


def metadata_discovery(agent: Agent, typed: Mapping[str, Json]) -> bool:
    """Whether Envoy asks for workload metadata (docs/istio/bootstrap.md § 2.5)."""
    release = agent.release
    found = (agent.waypoint and release.has("bootstrap.waypoint_delta")) or bool(typed.get("METADATA_DISCOVERY"))
    if release.has("bootstrap.metadata_discovery_needs_delta"):
        return found and api_type(agent) != "GRPC"
    return found


def connection_limit(agent: Agent) -> int | None:
    """Downstream connections the overload manager allows; None before 1.28 (docs/istio/bootstrap.md § 2.10)."""
    if not agent.release.has("bootstrap.overload_manager"):
        return None
    if not agent.release.has("bootstrap.connection_limit_settable"):
        return _UNLIMITED
    metadata, runtime = (agent.config.get(k) or {} for k in ("proxyMetadata", "runtimeValues"))
    for text in (
        metadata.get("ISTIO_META_GLOBAL_DOWNSTREAM_MAX_CONNECTIONS"),
        runtime.get("overload.global_downstream_max_connections"),
    ):
        number = parse_int(text or "")
        if number is not None:
            return number
    return _UNLIMITED


def cluster_manager(agent: Agent, raw: Mapping[str, Json]) -> Json | None:
    """`/cluster_manager`, or None where the release and the inputs give none (docs/istio/bootstrap.md § 2.12)."""
    release = agent.release
    members: dict[str, Json] = {}
    if agent.flags.outlier_log_path:
        members["outlier_detection"] = {"event_log_path": agent.flags.outlier_log_path}
    load_stats = raw.get("LOAD_STATS_CONFIG_JSON")
    if isinstance(load_stats, str) and load_stats and release.has("bootstrap.load_stats_config"):
        members["load_stats_config"] = _load_stats(load_stats)
    by_flag = release.has("bootstrap.deferred_clusters_flag") and agent.flag("ENABLE_DEFERRED_CLUSTER_CREATION")
    if by_flag or (members and release.has("bootstrap.deferred_clusters_inside")):
        members = {"enable_deferred_cluster_creation": True, **members}
    return members or None


def deferred_stats(agent: Agent) -> bool:
    """Whether statistics are created on first use (docs/istio/bootstrap.md § 2.13)."""
    release = agent.release
    by_flag = release.has("bootstrap.deferred_stats_flag") and agent.flag("ENABLE_DEFERRED_STATS_CREATION")
    return by_flag or release.has("bootstrap.deferred_stats")


def workload_socket(agent: Agent, typed: Mapping[str, Json]) -> str:
    """Path of the socket behind `sds-grpc` (docs/istio/bootstrap.md § 2.8)."""
    name = typed["WORKLOAD_IDENTITY_SOCKET_FILE"] if agent.release.has("bootstrap.workload_socket_name") else "socket"
    return f"{_WORKLOAD_SOCKETS}/{name}"


def files_socket(agent: Agent, raw: Mapping[str, Json]) -> bool:
    """Whether certificates from files have a cluster of their own, beside an external workload socket."""
    return "file-credential" in raw and agent.release.has("bootstrap.sds_files_cluster")


def _load_stats(text: str) -> Json:
    try:
        return orjson.loads(text)
    except ValueError as error:
        hint = 'write Envoy\'s ApiConfigSource as JSON, e.g. {"api_type": "GRPC", "transport_api_version": "V3"}'
        raise InputError(
            "the value is not JSON", path=["metadata", "LOAD_STATS_CONFIG_JSON"], value=text, hint=hint
        ) from error
