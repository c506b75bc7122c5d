"""Recovers facts from a bootstrap so that compiling them again gives the same file."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from meshc.bootstraps.node import metadata_keys, node_labels, node_metadata
from meshc.bootstraps.recovery import bootstrap_reading, recovered_env
from meshc.catalog import Release
from meshc.errors import InputError
from meshc.gotext.parsing import parse_int
from meshc.models.proxy_config import ProxyConfig
from meshc.trees import get
from meshc.yamlio import Json

_FROM_ENV = {"NAME": "POD_NAME", "NAMESPACE": "POD_NAMESPACE", "SERVICE_ACCOUNT": "SERVICE_ACCOUNT"}
_OTHERWISE = {
    "PROXY_CONFIG", "INSTANCE_IPS", "LABELS", "STATIC_LABELS", "ANNOTATIONS", "PILOT_SAN", "PLATFORM_METADATA",
    "OUTLIER_LOG_PATH", "STS_PORT", "METADATA_DISCOVERY", "ENVOY_SKIP_DEPRECATED_LOGS",
    "EXIT_ON_ZERO_ACTIVE_CONNECTIONS", "credential", "file-credential", "WORKLOAD_IDENTITY_SOCKET_FILE", *_FROM_ENV,
}  # fmt: skip


def release_of(bootstrap: Json) -> str | None:
    """The Istio version the node reports, as text."""
    version = get(bootstrap, "node.metadata.ISTIO_VERSION")
    return version if isinstance(version, str) and version else None


def facts(bootstrap: Json, release: Release) -> dict[str, Json]:
    """Facts (`known_facts.KNOWN`) of the node an Envoy or gRPC bootstrap belongs to.

    Raises InputError for metadata that no agent writes.
    """
    node = bootstrap["node"]
    shown = _metadata(node, release)
    found: dict[str, Json] = {"release": str(release), "node_id": str(node.get("id", ""))}
    found["proxy_config"] = _proxy_config(shown, bootstrap)
    found["instance_ips"] = [ip for ip in shown.get("INSTANCE_IPS", "").split(",") if ip]
    found["env"] = {
        **_env(shown, release, grpc=bootstrap_reading.is_grpc(bootstrap)),
        **_switches(bootstrap, shown, release),
    }
    found.update(_podinfo(shown))
    found.update(_pilot_san(shown, found["proxy_config"]))
    found.update(_rest(shown))
    found.update(_platform(shown, node.get("locality"), release))
    if recovered_env.logs_json(bootstrap):
        found["log_as_json"] = True
    return found


def _metadata(node: Json, release: Release) -> Mapping[str, Json]:
    shown = node.get("metadata") or {}
    if not isinstance(shown, dict):
        raise InputError("node metadata is an object", path="node.metadata", value=shown, hint="give a bootstrap file")
    kinds = release.fact("bootstrap.metadata_keys")
    metadata_keys.decode(shown, kinds)
    return {key: value for key, value in shown.items() if value is not None or key not in kinds}


def _proxy_config(shown: Mapping[str, Json], bootstrap: Json) -> Json:
    config = dict(shown.get("PROXY_CONFIG") or {})
    if bootstrap_reading.is_grpc(bootstrap) and "configPath" not in config:
        uri = str(get(bootstrap, ("xds_servers", 0, "server_uri")) or "")
        config["configPath"] = uri.removeprefix("unix:///").removesuffix("/XDS")
    return config


def _env(shown: Mapping[str, Json], release: Release, *, grpc: bool) -> dict[str, str]:
    env = {variable: shown[key] for key, variable in _FROM_ENV.items() if key in shown}
    if "WORKLOAD_IDENTITY_SOCKET_FILE" in shown:
        env["WORKLOAD_IDENTITY_SOCKET_FILE"] = str(shown["WORKLOAD_IDENTITY_SOCKET_FILE"])
    ports = release.fact("bootstrap.port_variables")
    env.update((key, str(shown.get(key, 0))) for key, default in ports.items() if key in shown or default)
    members = {}
    for key, value in shown.items():
        if key in _OTHERWISE or key in ports or (grpc and key == "GENERATOR"):
            continue
        if isinstance(value, str) and key.replace("_", "").isalnum():
            env[f"{node_metadata.META}{key}"] = value
        else:
            members[key] = value
    static = shown.get("STATIC_LABELS")
    if static:
        env[f"{node_metadata.METAJSON}LABELS"] = orjson.dumps(static).decode()
    if members:
        env[f"{node_metadata.METAJSON}MEMBERS"] = orjson.dumps(members).decode()
    return env


def _switches(bootstrap: Json, shown: Mapping[str, Json], release: Release) -> dict[str, str]:
    env = {}
    if shown.get("EXIT_ON_ZERO_ACTIVE_CONNECTIONS") == "true":
        env["EXIT_ON_ZERO_ACTIVE_CONNECTIONS"] = "true"
    if "METADATA_DISCOVERY" in shown and shown["METADATA_DISCOVERY"] != shown.get("ENABLE_HBONE", "false"):
        env["PEER_METADATA_DISCOVERY"] = shown["METADATA_DISCOVERY"]
    if release.has("bootstrap.skip_deprecated_logs") and shown.get("ENVOY_SKIP_DEPRECATED_LOGS") != "true":
        env["ENVOY_SKIP_DEPRECATED_LOGS"] = "false"
    if bootstrap_reading.is_grpc(bootstrap):
        return {**env, **recovered_env.from_grpc(bootstrap)}
    return {**env, **recovered_env.from_envoy(bootstrap, release)}


def _podinfo(shown: Mapping[str, Json]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    labels, static = shown.get("LABELS"), shown.get("STATIC_LABELS") or {}
    if labels is not None and labels != static:
        found["labels"] = {k: v for k, v in labels.items() if static.get(k) != v}
    if "ANNOTATIONS" in shown:
        found["annotations"] = shown["ANNOTATIONS"]
    return found


def _pilot_san(shown: Mapping[str, Json], config: Json) -> dict[str, Json]:
    names = shown.get("PILOT_SAN") or []
    return {} if names == node_metadata.pilot_san(ProxyConfig(config)) else {"pilot_san": names}


def _rest(shown: Mapping[str, Json]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if shown.get("OUTLIER_LOG_PATH"):
        found["outlier_log_path"] = shown["OUTLIER_LOG_PATH"]
    if shown.get("STS_PORT"):
        found["sts_port"] = parse_int(shown["STS_PORT"]) or 0
    for key, name in (("credential", "credential_socket"), ("file-credential", "workload_socket")):
        if key in shown:
            found[name] = True
    return found


def _platform(shown: Mapping[str, Json], place: Json, release: Release) -> dict[str, Json]:
    platform: dict[str, Json] = {}
    if shown.get("PLATFORM_METADATA"):
        platform["metadata"] = shown["PLATFORM_METADATA"]
    label = node_labels.locality_label(shown.get("LABELS") or {}, release.fact("bootstrap.locality_labels"))
    if isinstance(place, dict) and place and not label:
        platform["locality"] = dict(place)
    return {"platform": platform} if platform else {}
