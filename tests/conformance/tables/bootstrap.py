"""Table `bootstrap`: ProxyConfig and node facts → Envoy bootstrap."""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePosixPath
from typing import Any

import orjson

from meshc import Settings, bootstrap
from meshc.catalog import release
from tests.conformance.data import Row
from tests.conformance.tables.messages import message

_MATCHER_ANNOTATIONS = tuple(f"sidecar.istio.io/statsInclusion{n}" for n in ("Prefixes", "Suffixes", "Regexps"))
_TOKEN_FILE = "lightstep_access_token.txt"


def run(row: Row) -> None:
    """Compile the row and compare by the data's rule."""
    nodes = bootstrap(None, settings(row["tag"]), facts(row))
    assert nodes.envoy is not None
    got, want = orjson.loads(nodes.envoy), orjson.loads(row.text(row["golden"]))
    if row.get("extra_check"):
        _extra_check(got, row["extra_check"])
    _check_matcher(got, row["expected_stats_matcher"])
    _check_token_file(got, row)
    _as_in_goldens(got, row)
    for document in (got, want):
        document["stats_config"].pop("stats_matcher")
        for key in _MATCHER_ANNOTATIONS:
            document["node"]["metadata"].pop(key, None)
    assert message(got) == message(want)


@cache
def settings(tag: str) -> Settings:
    """Settings of a release and nothing else."""
    return Settings.load(release=tag)


def facts(row: Row) -> dict[str, Any]:
    """The row's inputs by the names of our facts."""
    options = row["options"]
    optional = {
        "binary_version": options.get("binary_version"),
        "platform": {"metadata": row["platform_metadata"]} if row.get("platform_metadata") else None,
    }
    return {
        "proxy_config": row["proxy_config"],
        "env": _env(row),
        "annotations": row["annotations"],
        "node_id": options["id"],
        "instance_ips": options["instance_ips"],
        "pilot_san": options["pilot_subject_alt_name"],
        "outlier_log_path": options["outlier_log_path"],
        "sts_port": options["sts_port"],
        **{name: value for name, value in optional.items() if value is not None},
    }


def _env(row: Row) -> dict[str, str]:
    # The row's `env` is the metadata environment; the binary's own switches are in `feature_env` alone.
    switches = release(row["tag"]).fact("bootstrap.env_flags")
    options = row["options"]
    variables = {
        "ENVOY_SKIP_DEPRECATED_LOGS": "false",
        "ENVOY_PROMETHEUS_PORT": str(options["envoy_prometheus_port"]),
        "ENVOY_STATUS_PORT": str(options["envoy_status_port"]),
        "ENVOY_SECURE_METRICS_PORT": str(options.get("envoy_secure_metrics_port", 0)),
        "ENVOY_SECURE_MERGED_METRICS_PORT": str(options.get("envoy_secure_merged_metrics_port", 0)),
        "COMPLIANCE_POLICY": row.get("compliance_policy") or "",
        **(row.get("feature_env") or {}),
    }
    if "workload_identity_socket_file" in options:
        variables["WORKLOAD_IDENTITY_SOCKET_FILE"] = options["workload_identity_socket_file"]
    return {**{k: v for k, v in row["env"].items() if k not in switches}, **variables}


def _check_matcher(got: Any, want: dict[str, str]) -> None:
    patterns = got["stats_config"]["stats_matcher"]["inclusion_list"]["patterns"]
    found = {
        "prefixes": [p["prefix"] for p in patterns if "prefix" in p],
        "suffixes": [p["suffix"] for p in patterns if "suffix" in p],
        "regexps": [p["safe_regex"]["regex"] for p in patterns if "safe_regex" in p],
    }
    assert {name: ",".join(values) for name, values in found.items()} == want


def _check_token_file(got: Any, row: Row) -> None:
    provider = got.get("tracing", {}).get("http", {}).get("typed_config", {})
    file = provider.get("access_token_file")
    assert (file is not None) == row["expect_lightstep_token_file"]
    if file is not None:
        assert file == f"{row['proxy_config']['configPath']}/{_TOKEN_FILE}"
        provider["access_token_file"] = f"/test-path/{_TOKEN_FILE}"


def _as_in_goldens(got: Any, row: Row) -> None:
    for cluster in got["static_resources"]["clusters"]:
        if cluster["name"] == "xds-grpc":
            pipe = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]["pipe"]
            assert PurePosixPath(pipe["path"]).name == "XDS"
            pipe["path"] = "/tmp/XDS"
    if not row["check_locality"]:
        locality = got["node"]["locality"]
        got["node"]["locality"] = {k: "" if k in ("zone", "region") else v for k, v in locality.items()}


def _extra_check(got: Any, check: dict[str, Any]) -> None:
    value = got
    for name in check["path"].split("."):
        value = value[name]
    found = message({k: v for k, v in value.items() if not re.match("@type", k)})
    assert found == message(check["equals"])
