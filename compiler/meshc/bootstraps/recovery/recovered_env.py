"""Recovers the agent's variables from what they did to a bootstrap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from meshc.bootstraps.envoy.envoy_options import STRIP_FRAGMENT, STRIP_FRAGMENT_KEY
from meshc.bootstraps.envoy.socket_addresses import HOST_IP
from meshc.bootstraps.recovery.bootstrap_reading import objects
from meshc.catalog import Release
from meshc.trees import get
from meshc.yamlio import Json

_TRACER_CLUSTERS = {"zipkin": "zipkin", "lightstep": "lightstep", "datadog_agent": "datadog"}
_ENDPOINT = ("load_assignment", "endpoints", 0, "lb_endpoints", 0, "endpoint")
_SERVICE_CLUSTERS = {"envoy_metrics_service": "envoyMetricsService", "envoy_accesslog_service": "envoyAccessLogService"}


def from_grpc(bootstrap: Json) -> dict[str, str]:
    """`OUTPUT_CERTS` of the certificate provider."""
    file = get(bootstrap, "certificate_providers.default.config.certificate_file")
    return {"OUTPUT_CERTS": file.rpartition("/")[0]} if isinstance(file, str) else {}


def from_envoy(bootstrap: Json, release: Release) -> dict[str, str]:
    """Variables whose default would give another bootstrap."""
    defaults = release.fact("bootstrap.env_flags")
    seen = dict(_flags(bootstrap, release))
    env = {name: "true" if on else "false" for name, on in seen.items() if defaults.get(name, on) != on}
    layer = _static_layer(bootstrap)
    if release.has("bootstrap.fips_runtime") and _same(layer, release.fact("bootstrap.fips_runtime")):
        env["COMPLIANCE_POLICY"] = "fips-140-2"
    return {**env, **_host_ip(bootstrap)}


def logs_json(bootstrap: Json) -> bool:
    """Whether Envoy logs as JSON."""
    return get(bootstrap, "application_log_config.log_format.json_format") is not None


def _flags(bootstrap: Json, release: Release) -> Iterator[tuple[str, bool]]:
    listeners = _static(bootstrap, "listeners")
    # A waypoint always uses delta xDS, so its bootstrap says nothing about the variable.
    if not str(bootstrap["node"].get("id", "")).startswith("waypoint~"):
        yield "ISTIO_DELTA_XDS", get(bootstrap, "dynamic_resources.ads_config.api_type") == "DELTA_GRPC"
    yield "ISTIO_DUAL_STACK", _is_dual(bootstrap, listeners)
    yield STRIP_FRAGMENT, _static_layer(bootstrap).get(STRIP_FRAGMENT_KEY) != "false"
    filters = [entry for listener in listeners for entry in objects(listener.get("listener_filters"))]
    proxy_protocol = any(entry.get("name") == "envoy.listener.proxy_protocol" for entry in filters)
    yield "ENVOY_STATUS_PORT_ENABLE_PROXY_PROTOCOL", proxy_protocol
    yield "BYPASS_OVERLOAD_MANAGER_FOR_STATIC_LISTENERS", any(x.get("bypass_overload_manager") for x in listeners)
    yield "ENABLE_DEFERRED_STATS_CREATION", bool(bootstrap.get("deferred_stat_options"))
    deferred = get(bootstrap, "cluster_manager.enable_deferred_cluster_creation")
    yield "ENABLE_DEFERRED_CLUSTER_CREATION", bool(deferred)
    if release.has("bootstrap.delimited_tags_flag"):
        name, regex = release.fact("bootstrap.tags_before")[0]
        tags = objects(get(bootstrap, "stats_config.stats_tags"))
        yield "ENABLE_DELIMITED_STATS_TAG_REGEX", {"tag_name": name, "regex": regex} in tags


def _is_dual(bootstrap: Json, listeners: list[dict[str, Json]]) -> bool:
    if any(x.get("additionalAddresses") or x.get("additional_addresses") for x in listeners):
        return True
    if any(cluster.get("dns_lookup_family") == "ALL" for cluster in _static(bootstrap, "clusters")):
        return True
    # Before 1.20 only the choice of the first family shows.
    ips = str(get(bootstrap, "node.metadata.INSTANCE_IPS") or "").split(",")
    mixed = any(":" in ip for ip in ips) and any("." in ip and ":" not in ip for ip in ips)
    return mixed and get(bootstrap, "admin.address.socket_address.address") == "::1"


def _host_ip(bootstrap: Json) -> dict[str, str]:
    config = get(bootstrap, "node.metadata.PROXY_CONFIG")
    for cluster in _static(bootstrap, "clusters"):
        name = str(cluster.get("name"))
        tracer = get(config, ("tracing", _TRACER_CLUSTERS.get(name, ""), "address"))
        service = get(config, (_SERVICE_CLUSTERS.get(name, ""), "address"))
        if str(tracer or service or "").startswith(HOST_IP):
            address = get(cluster, (*_ENDPOINT, "address", "socket_address", "address"))
            return {"HOST_IP": address} if isinstance(address, str) and address != HOST_IP else {}
    return {}


def _static(bootstrap: Json, kind: str) -> list[dict[str, Json]]:
    return objects(get(bootstrap, ("static_resources", kind)))


def _static_layer(bootstrap: Json) -> Mapping[str, Json]:
    layers = objects(get(bootstrap, "layered_runtime.layers"))
    return next((x["static_layer"] for x in layers if isinstance(x.get("static_layer"), dict)), {})


def _same(layer: Mapping[str, Json], wanted: Mapping[str, Json]) -> bool:
    return all(layer.get(key) == value for key, value in wanted.items())
