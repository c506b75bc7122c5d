"""Envoy and gRPC bootstraps (docs/istio/bootstrap.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.bootstraps.compiler import bootstrap
from meshc.bootstraps.envoy.custom_bootstrap import read
from meshc.catalog import Release
from meshc.models import proxy
from meshc.yamlio import Json
from tests.bootstraps import samples
from tests.releases.rows import Row, refusal, settings

DUAL = {"ISTIO_DUAL_STACK": "true"}


def envoy(release: Release, **facts: Any) -> Json:
    """The Envoy bootstrap of an agent that facts alone describe."""
    return bootstrap(None, settings(release), facts).envoy_document


def metadata(release: Release, **facts: Any) -> Json:
    return envoy(release, **facts)["node"]["metadata"]


def addresses(release: Release, **facts: Any) -> Json:
    return metadata(release, **facts).get("INSTANCE_IPS", "")


def lookup(release: Release, **facts: Any) -> str:
    """How Envoy looks the control plane's name up."""
    document = envoy(release, **facts)
    found = next(c for c in document["static_resources"]["clusters"] if c["name"] == "zipkin")
    return str(found["dns_lookup_family"])


def traced(kind: str, options: Json) -> Callable[[Release], bool]:
    """Whether a tracer reaches the bootstrap."""
    platform = {"metadata": {"gcp_project": "project-1"}}
    config = {"tracing": {kind: options}}
    return lambda r: "tracing" in envoy(r, proxy_config={**proxy.defaults(r).document, **config}, platform=platform)


def zipkin(release: Release, **facts: Any) -> str:
    config = {**proxy.defaults(release).document, "tracing": {"zipkin": {"address": "zipkin.istio-system:9411"}}}
    return lookup(release, proxy_config=config, **facts)


def version(release: Release) -> Json:
    return bootstrap(samples.pod(), settings(release), {"binary_version": "9.9.9"}).envoy_document["node"]["metadata"][
        "ISTIO_VERSION"
    ]


def runtime(release: Release) -> Json:
    config = {**proxy.defaults(release).document, "runtimeValues": {"some.feature": "true"}}
    layers = envoy(release, proxy_config=config)["layered_runtime"]["layers"]
    return layers[0]["static_layer"]["some.feature"]


def annotated(path: Callable[[Json], Json], **annotations: str) -> Callable[[Release], Json]:
    given = {f"sidecar.istio.io/{name}": text for name, text in annotations.items()}
    return lambda r: path(envoy(r, annotations=given))


def has_cluster(name: str, **facts: Any) -> Callable[[Release], bool]:
    return lambda r: any(c["name"] == name for c in envoy(r, **facts)["static_resources"]["clusters"])


def role(word: str) -> Callable[[Release], bool]:
    return lambda r: not refusal(lambda: envoy(r, role=word))


def flag(name: str) -> Callable[[Release], bool]:
    """Whether the agent reads a boolean variable that is on."""
    return lambda r: Agent(r, proxy.defaults(r), node_id="", addresses=(), env={name: "true"}).flag(name)


def dual_stack(release: Release) -> bool:
    given: Mapping[str, Any] = {"instance_ips": ["eth0", "10.0.0.1", "fd00::1"], "env": DUAL}
    return bool(refusal(lambda: envoy(release, **given)))


def custom(host_ip: str) -> Callable[[Release], Json]:
    """What a custom bootstrap's `$(HOST_IP)` becomes."""
    return lambda r: read('{"host": "$(HOST_IP)"}', r, host_ip=host_ip)["host"]


ROWS = [
    Row(
        "bootstrap.excluded_interfaces_everywhere",
        lambda r: addresses(
            r,
            pod_ips=["10.0.0.1"],
            env={"INSTANCE_IP": "10.0.0.1"},
            annotations={"traffic.sidecar.istio.io/excludeInterfaces": "eth0"},
        ),
        {"1.18": "10.0.0.1", "1.19": "", "1.20": "", "1.21": "10.0.0.1"},
    ),
    Row(
        "bootstrap.loopback_stands_in",
        lambda r: addresses(r, env={"INSTANCE_IP": "10.0.0.1"}),
        {"1.20": "10.0.0.1", "1.21": "10.0.0.1,127.0.0.1,::1"},
    ),
    Row(
        "bootstrap.ipv6_lookup_only", lambda r: zipkin(r, instance_ips=["fd00::1"]), {"1.17": "AUTO", "1.18": "V6_ONLY"}
    ),
    Row("bootstrap.dual_stack_needs_first_ip", dual_stack, {"1.18": False, "1.19": True}),
    Row(
        "bootstrap.empty_addresses_are_ipv4",
        lambda r: zipkin(r, instance_ips=["eth0"]),
        {"1.17": "AUTO", "1.18": "V4_ONLY"},
    ),
    Row("bootstrap.version_from_image", version, {"1.18": "1.18.7", "1.19": "9.9.9"}),
    Row(
        "bootstrap.metadata_discovery_always_shown",
        lambda r: metadata(r, env={"ISTIO_META_ENABLE_HBONE": "true"}).get("METADATA_DISCOVERY"),
        {"1.23.5": None, "1.23.6": "true", "1.24.2": None, "1.24.3": "true", "1.25": "true"},
    ),
    Row(
        "bootstrap.metadata_discovery_needs_delta",
        lambda r: (
            "workload_discovery" in str(envoy(r, env={"PEER_METADATA_DISCOVERY": "true", "ISTIO_DELTA_XDS": "false"}))
        ),
        {"1.25": True, "1.26": False},
    ),
    Row("bootstrap.runtime_booleans", runtime, {"1.18": "true", "1.19": True}),
    Row(
        "bootstrap.eviction_in_seconds",
        annotated(lambda b: b.get("stats_eviction_interval"), statsEvictionInterval="90s"),
        {"1.28.1": "1m30s", "1.28.2": "90s"},
    ),
    Row(
        "bootstrap.sds_files_cluster",
        has_cluster("sds-files-grpc", workload_socket=True),
        {"1.25": False, "1.26": True},
    ),
    Row(
        "bootstrap.compression_annotation",
        annotated(lambda b: "compressor" in str(b), statsCompression="gzip"),
        {"1.20": False, "1.21": True, "1.28": True},
    ),
    Row(
        "bootstrap.gcp_quota_needs_static",
        lambda r: "PLATFORM_METADATA" in metadata(r, env={"CLOUD_PLATFORM": "gcp", "GCP_QUOTA_PROJECT": "quota-1"}),
        {"1.18.6": True, "1.18.7": False},
    ),
    Row("bootstrap.override_host_ip", custom("192.0.2.1"), {"1.21": "$(HOST_IP)", "1.22": "192.0.2.1"}),
    Row("bootstrap.override_host_ip_brackets", custom("fd00::1"), {"1.24": "fd00::1", "1.25": "[fd00::1]"}),
    Row("bootstrap.roles", role("waypoint"), {"1.17": False, "1.18": True}),
    Row("bootstrap.roles", role("agentgateway"), {"1.28": False, "1.29": True}),
    Row("bootstrap.tracers", traced("stackdriver", {}), {"1.22": True, "1.23": False}),
    Row("bootstrap.tracers", traced("openCensusAgent", {"address": "a:1"}), {"1.24": True, "1.25": False}),
    Row(
        "bootstrap.env_flags",
        flag("ENABLE_DEFERRED_CLUSTER_CREATION"),
        {"1.22": False, "1.23": True, "1.25": True, "1.26": False},
    ),
    Row(
        "bootstrap.metadata_keys", lambda r: metadata(r).get("METADATA_DISCOVERY"), {"1.24.2": None, "1.24.3": "false"}
    ),
    Row(
        "bootstrap.metadata_from_env",
        lambda r: metadata(r, env={"DNS_PROXY_ADDR": "localhost:5353"}).get("DNS_PROXY_ADDR"),
        {"1.30": None, "1.31": "localhost:5353"},
    ),
    Row(
        "bootstrap.port_variables",
        lambda r: metadata(r, env={"ENVOY_SECURE_METRICS_PORT": "15091"}).get("ENVOY_SECURE_METRICS_PORT"),
        {"1.30": None, "1.31": 15091},
    ),
    Row(
        "bootstrap.secure_listeners",
        lambda r: len(envoy(r, env={"ENVOY_SECURE_METRICS_PORT": "15091"})["static_resources"]["listeners"]),
        {"1.30": 2, "1.31": 3},
    ),
]
