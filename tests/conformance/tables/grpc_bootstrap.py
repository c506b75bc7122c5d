"""Table `grpc-bootstrap`: the proxyless gRPC bootstrap, as text."""

from __future__ import annotations

from typing import Any

import orjson

from meshc import bootstrap
from meshc.bootstraps.grpc_bootstrap import dump
from tests.conformance.data import Row
from tests.conformance.tables.bootstrap import settings


def run(row: Row) -> None:
    """Compile the row, drop what the row ignores, compare as text."""
    nodes = bootstrap(None, settings(row["tag"]), facts(row["input"]))
    assert nodes.grpc is not None
    document = orjson.loads(nodes.grpc)
    assert nodes.grpc == dump(document)
    for key in row["ignore_metadata"]:
        document["node"]["metadata"].pop(key, None)
    config_path = row["input"]["proxy_config"]["configPath"]
    server = document["xds_servers"][0]
    assert server["server_uri"] == f"unix:///{config_path}/XDS"
    server["server_uri"] = f"unix:///{row['input']['xds_uds_path']}"
    assert dump(document).decode() == row.text(row["golden"]).rstrip("\n")


def facts(given: dict[str, Any]) -> dict[str, Any]:
    """The row's inputs by the names of our facts; ports are 0 as in Istio's test."""
    env = {
        "OUTPUT_CERTS": given["output_cert_dir"],
        "DISABLE_ENVOY": "false" if given["envoy_enabled"] else "true",
        "ENVOY_STATUS_PORT": "0",
        "ENVOY_PROMETHEUS_PORT": "0",
        "ENVOY_SKIP_DEPRECATED_LOGS": "false",
        **given["env"],
    }
    if "workload_identity_socket_file" in given:
        env["WORKLOAD_IDENTITY_SOCKET_FILE"] = given["workload_identity_socket_file"]
    if given.get("metadata_discovery") is not None:
        env["PEER_METADATA_DISCOVERY"] = str(given["metadata_discovery"]).lower()
    return {
        "proxy_config": given["proxy_config"],
        "env": env,
        "node_id": given["node_id"],
        "instance_ips": given["proxy_ip_addresses"],
        "pilot_san": given["pilot_san"],
        "sts_port": given["sts_port"],
        **({"binary_version": given["binary_version"]} if "binary_version" in given else {}),
    }
