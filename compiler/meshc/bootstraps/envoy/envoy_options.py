"""Single choices of the Envoy bootstrap: runtime layer, xDS type, discovery, log format, limits, cluster manager."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import orjson

from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.bootstraps.node.node_metadata import Metadata
from meshc.catalog import Release
from meshc.errors import InputError
from meshc.gotext.parsing import parse_int

Node = dict[str, object]
"""A part of the bootstrap."""

STRIP_FRAGMENT = "HTTP_STRIP_FRAGMENT_FROM_PATH_UNSAFE_IF_DISABLED"
"""Environment variable that turns the runtime key STRIP_FRAGMENT_KEY off."""

STRIP_FRAGMENT_KEY = "envoy.reloadable_features.http_strip_fragment_from_path_unsafe_if_disabled"
_BOOLEANS = {"true": True, "false": False}
_UNLIMITED = 2147483647
_TIME = "%Y-%m-%dT%T.%f"
_TEXT_LOG: Node = {"text_format": f"{_TIME}Z\t%l\tenvoy %n %g:%#\t%v\tthread=%t"}
_JSON_LOG: Node = {
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


def log_format(agent: Agent) -> Node | None:
    """Format of Envoy's own log, since 1.22; None before."""
    if not agent.release.has("bootstrap.application_log_config"):
        return None
    return _JSON_LOG if agent.flags.log_as_json else _TEXT_LOG


def static_layer(agent: Agent) -> Node:
    """The static runtime layer: the release's defaults, the environment's, `runtimeValues` (docs/istio/bootstrap.md § 2.4).

    An empty runtime value removes the key.  Since 1.19 `true` and `false` become booleans; everything else stays a
    string.  The result is shared: do not change it.
    """
    fips = agent.env.get("COMPLIANCE_POLICY") == "fips-140-2"
    common = _common_layer(agent.release, fips=fips, strips_fragment=agent.flag(STRIP_FRAGMENT))
    configured = agent.config.runtime_values
    return _with_runtime_values(common, configured, agent.release) if configured else common


@lru_cache(maxsize=256)
def _common_layer(release: Release, *, fips: bool, strips_fragment: bool) -> Node:
    layer: Node = dict(release.fact("bootstrap.runtime_layer"))
    if fips and release.has("bootstrap.fips_runtime"):
        layer.update(release.fact("bootstrap.fips_runtime"))
    if not strips_fragment:
        layer[STRIP_FRAGMENT_KEY] = "false"
    return {key: layer[key] for key in sorted(layer)}


def _with_runtime_values(common: Node, configured: Mapping[str, str], release: Release) -> Node:
    layer = dict(common)
    booleans = release.has("bootstrap.runtime_booleans")
    for key, value in configured.items():
        if value == "":
            layer.pop(key, None)
        else:
            layer[key] = _BOOLEANS.get(value, value) if booleans else value
    return {key: layer[key] for key in sorted(layer)}


def api_type(agent: Agent) -> str:
    """Kind of the ADS stream: incremental by flag, and for waypoints always since 1.18 (docs/istio/bootstrap.md § 2.7)."""
    waypoint = agent.waypoint and agent.release.has("bootstrap.waypoint_delta")
    return "DELTA_GRPC" if waypoint or agent.flag("ISTIO_DELTA_XDS") else "GRPC"


def metadata_discovery(agent: Agent, metadata: Metadata) -> bool:
    """Whether Envoy asks for workload metadata (docs/istio/bootstrap.md § 2.5)."""
    release = agent.release
    found = (agent.waypoint and release.has("bootstrap.waypoint_delta")) or metadata.flag("METADATA_DISCOVERY")
    # Since this switch Istio leaves the extension out where the xDS stream is not incremental.
    if release.has("bootstrap.metadata_discovery_needs_delta"):
        return found and api_type(agent) != "GRPC"
    return found


def connection_limit(agent: Agent) -> int | None:
    """Downstream connections the overload manager allows; None before 1.28 (docs/istio/bootstrap.md § 2.10)."""
    if not agent.release.has("bootstrap.overload_manager"):
        return None
    if not agent.release.has("bootstrap.connection_limit_settable"):
        return _UNLIMITED
    for written in (
        agent.config.proxy_metadata.get("ISTIO_META_GLOBAL_DOWNSTREAM_MAX_CONNECTIONS"),
        agent.config.runtime_values.get("overload.global_downstream_max_connections"),
    ):
        number = parse_int(written or "")
        if number is not None:
            return number
    return _UNLIMITED


def self_discovery(metadata: Metadata) -> bool:
    """Whether Envoy looks for its own service as `local_cluster` (docs/istio/changes-1.31.md § 5)."""
    return metadata.flag("ENABLE_SELF_DISCOVERY")


def cluster_manager(agent: Agent, metadata: Metadata) -> Node | None:
    """`/cluster_manager`, or None where there is nothing to write (docs/istio/bootstrap.md § 2.12)."""
    release = agent.release
    members: Node = {"local_cluster_name": "local_cluster"} if self_discovery(metadata) else {}
    if agent.flags.outlier_log_path:
        members["outlier_detection"] = {"event_log_path": agent.flags.outlier_log_path}
    load_stats = metadata.raw.get("LOAD_STATS_CONFIG_JSON")
    if isinstance(load_stats, str) and load_stats and release.has("bootstrap.load_stats_config"):
        members["load_stats_config"] = _load_stats(load_stats)
    by_flag = release.has("bootstrap.deferred_clusters_flag") and agent.flag("ENABLE_DEFERRED_CLUSTER_CREATION")
    if by_flag or (members and release.has("bootstrap.deferred_clusters_inside")):
        deferred: Node = {"enable_deferred_cluster_creation": True}
        last = release.has("bootstrap.deferred_clusters_last")
        members = {**members, **deferred} if last else {**deferred, **members}
    return members or None


def deferred_stats(agent: Agent) -> bool:
    """Whether statistics are created on first use (docs/istio/bootstrap.md § 2.13)."""
    release = agent.release
    by_flag = release.has("bootstrap.deferred_stats_flag") and agent.flag("ENABLE_DEFERRED_STATS_CREATION")
    return by_flag or release.has("bootstrap.deferred_stats")


def workload_socket(agent: Agent, metadata: Metadata) -> str:
    """Path of the socket behind `sds-grpc` (docs/istio/bootstrap.md § 2.8)."""
    settable = agent.release.has("bootstrap.workload_socket_name")
    name = metadata.string("WORKLOAD_IDENTITY_SOCKET_FILE") if settable else "socket"
    return f"{_WORKLOAD_SOCKETS}/{name}"


def files_socket(agent: Agent, metadata: Metadata) -> bool:
    """Whether certificates from files have a cluster of their own, beside an external workload socket."""
    return "file-credential" in metadata.raw and agent.release.has("bootstrap.sds_files_cluster")


def _load_stats(content: str) -> object:
    try:
        return orjson.loads(content)
    except ValueError as error:
        hint = 'write Envoy\'s ApiConfigSource as JSON, e.g. {"api_type": "GRPC", "transport_api_version": "V3"}'
        raise InputError(
            "the value is not JSON", path=["metadata", "LOAD_STATS_CONFIG_JSON"], value=content, hint=hint
        ) from error
