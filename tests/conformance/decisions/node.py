"""Decisions about nodes: metadata, cluster name, locality, statistics that are always kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson

from meshc.bootstraps.agent.agent_inputs import Agent, Flags
from meshc.bootstraps.envoy import envoy_bootstrap, stats_config
from meshc.bootstraps.known_facts import parse_podinfo
from meshc.bootstraps.node import metadata_keys, metadata_kinds, node_labels
from meshc.bootstraps.node import node_metadata as metadata
from meshc.bootstraps.node.metadata_kinds import KindError
from meshc.bootstraps.node.node_facts import prepare
from meshc.bootstraps.node.node_labels import Identity
from meshc.catalog import Release, release
from meshc.models import proxy
from meshc.models.proxy_config import ProxyConfig

Json = Any


def downward_api(given: Json, row: Json) -> object:
    """A podinfo file's entries."""
    return parse_podinfo(given["file"] or "")


def node_metadata(given: Json, row: Json) -> object:
    """The wanted keys of a node's metadata."""
    env = {**(given["env"] or {})}
    if given.get("exit_on_zero_active_connections"):
        env["EXIT_ON_ZERO_ACTIVE_CONNECTIONS"] = "true"
    labels = parse_podinfo(given["labels_file"]) if given.get("labels_file") is not None else None
    agent = _agent(row, env=env, labels=labels, node_id=given["id"] or "")
    shown = prepare(agent).complete
    return {key: shown.get(key) for key in row["want"]}


def self_discovery(given: Json, row: Json) -> object:
    """Whether the Envoy bootstrap has the cluster `local_cluster`."""
    config = proxy.defaults(_release(row))
    bootstrap = envoy_bootstrap.build(prepare(_agent(row, env=given["env"] or {}, config=config, node_id="a~b~c~d")))
    clusters = bootstrap["static_resources"]["clusters"]
    return {"local_cluster": any(cluster["name"] == "local_cluster" for cluster in clusters)}


def istio_version(given: Json, row: Json) -> object:
    """ISTIO_VERSION of metadata and agent binary."""
    agent = _agent(row, binary_version=given["binary_version"])
    return metadata.istio_version((given["metadata"] or {}).get("ISTIO_VERSION", ""), agent)


def node_cluster(given: Json, row: Json) -> object:
    """`/node/cluster` of a ProxyConfig."""
    config = proxy.read(given["proxy_config"] or {}, _release(row)).value
    return node_labels.node_cluster(config, _identity(given, row))


def service_cluster(given: Json, row: Json) -> object:
    """The service cluster of a name, labels and a workload."""
    return node_labels.service_cluster(given["service_cluster"] or "", _identity(given, row))


def stats_suffixes(given: Json, row: Json) -> object:
    """Suffixes that are always kept."""
    return stats_config.required_suffixes(exit_on_zero=bool(given["exit_on_zero_active_connections"]))


def stats_regex(given: Json, row: Json) -> object:
    """Whether a statistic is kept by the regular expressions (Envoy matches whole names)."""
    regexes = stats_config.required_regexes(_agent(row))
    return {"matches": any(re.fullmatch(regex, given["stat"]) for regex in regexes)}


def metadata_json(given: Json, row: Json) -> object:
    """Typed metadata as JSON text."""
    kinds = _release(row).fact("bootstrap.metadata_keys")
    fields = {name.upper(): value for name, value in (given["fields"] or {}).items()}
    if "PROXY_CONFIG" in fields:
        fields["PROXY_CONFIG"] = proxy.write(proxy.read(fields["PROXY_CONFIG"], _release(row)).value, _release(row))
    return {"json": orjson.dumps(metadata_keys.shown(fields, kinds)).decode()}


def string_list(given: Json, row: Json) -> object:
    """The comma-separated list type, there and back."""
    try:
        value = orjson.loads(given["json"])
        found = metadata_kinds.read_csv(value)
    except (KindError, ValueError) as error:
        return _failed(error, row)
    back = ",".join(found) == value
    return {"list": found, **({"round_trip": back} if "round_trip" in row["want"] else {})}


def pod_ports(given: Json, row: Json) -> object:
    """The port list type."""
    try:
        return {"list": metadata_kinds.read_ports(orjson.loads(given["json"]))}
    except (KindError, ValueError) as error:
        return _failed(error, row)


def string_bool(given: Json, row: Json) -> object:
    """The boolean that travels as a string."""
    try:
        flag = metadata_kinds.read_flag(orjson.loads(given["json"]))
    except (KindError, ValueError) as error:
        return _failed(error, row)
    return {"json": orjson.dumps("true" if flag else "false").decode()}


def locality_label(given: Json, row: Json) -> object:
    """A locality label in its usual form."""
    return node_labels.sanitized_locality(given["label"] or "")


def xds_node(given: Json, row: Json) -> object:
    """The xDS node that typed and raw metadata turn into: id, cluster, locality, metadata (raw never wins)."""
    kinds = _release(row).fact("bootstrap.metadata_keys")
    typed = given["metadata"] or given["fields"] or {}
    fields = {name.upper(): value for name, value in typed.items()}
    config = proxy.read(fields.pop("PROXY_CONFIG", None) or given["proxy_config"] or {}, _release(row)).value
    known = metadata_keys.shown({**fields, "PROXY_CONFIG": config.document or None}, kinds)
    identity = Identity(fields.get("LABELS") or {}, fields.get("WORKLOAD_NAME", ""), fields.get("NAMESPACE", ""))
    shown = {
        "id": given["id"] or "",
        "cluster": node_labels.node_cluster(config, identity),
        "locality": node_labels.shown_locality(given["locality"] or {}),
        "metadata": metadata_keys.with_raw(known, given["raw_metadata"] or given["raw"] or {}),
    }
    return _as_text(shown, row["want"]) if isinstance(row["want"], str) else _named(shown, row["want"])


DECISIONS: dict[str, Callable[[Json, Json], object]] = {
    "downward-api": downward_api,
    "node-metadata": node_metadata,
    "self-discovery": self_discovery,
    "istio-version": istio_version,
    "xds-node": xds_node,
    "node-cluster": node_cluster,
    "service-cluster": service_cluster,
    "stats-inclusion-suffixes": stats_suffixes,
    "stats-inclusion-regex": stats_regex,
    "node-metadata-json": metadata_json,
    "string-list": string_list,
    "pod-port-list": pod_ports,
    "string-bool": string_bool,
    "locality-label": locality_label,
}


def _named(shown: dict[str, Json], want: dict[str, Json]) -> object:
    """The members a row names, else the metadata alone."""
    return {key: shown[key] for key in want if key in shown} or shown["metadata"]


def _as_text(shown: dict[str, Json], want: str) -> str:
    """The wanted JSON text where it says the same: its order and blanks are free."""
    wanted = orjson.loads(want)
    return want if _named(shown, wanted) == wanted else orjson.dumps(shown).decode()


def _failed(error: Exception, row: Json) -> object:
    wanted = row["want"].get("error")
    text = wanted if isinstance(wanted, str) and wanted in str(error) else True
    return {"error": text}


def _identity(given: Json, row: Json) -> Identity:
    names = _release(row).fact("bootstrap.cluster_name_labels")
    return Identity(given["labels"] or {}, given["workload_name"] or "", given["namespace"] or "", names)


def _agent(row: Json, **given: Json) -> Agent:
    values = {"config": ProxyConfig({}), "node_id": "", "flags": Flags(), **given}
    return Agent(release=_release(row), **values)


def _release(row: Json) -> Release:
    return release(row["tag"])
