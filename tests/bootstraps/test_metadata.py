"""Node metadata: where each value comes from, and how it is shown."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.bootstraps.node import node_facts
from meshc.errors import InputError
from tests.bootstraps.samples import MINORS, agent, minors
from tests.newest import NEWEST


def metadata(text: str = NEWEST, **given: Any) -> Any:
    return node_facts.prepare(agent(text, **given)).complete


def test_env_overlays_proxy_metadata_and_json_members_come_last() -> None:
    shown = metadata(
        config={"proxyMetadata": {"ISTIO_META_OWNER": "mesh", "ISTIO_META_TEAM": "a", "OTHER": "x"}},
        env={"ISTIO_META_OWNER": "env", "ISTIO_METAJSON_X": '{"TEAM": "json", "n": 1.0}'},
    )
    assert (shown["OWNER"], shown["TEAM"], shown["n"]) == ("env", "json", 1)
    assert isinstance(shown["n"], int)
    assert "OTHER" not in shown


def test_a_raw_value_survives_where_the_typed_one_is_left_out() -> None:
    shown = metadata(env={"ISTIO_META_DNS_CAPTURE": "false", "ISTIO_META_POD_PORTS": "[\n]"})
    assert (shown["DNS_CAPTURE"], shown["POD_PORTS"]) == ("false", "[\n]")


def test_a_typed_value_wins_over_the_raw_text() -> None:
    ports = '[{"hostPort":1,"containerPort":80,"protocol":"TCP"}]'
    shown = metadata(env={"ISTIO_META_DNS_CAPTURE": "1", "ISTIO_META_POD_PORTS": ports})
    assert shown["DNS_CAPTURE"] == "true"
    assert shown["POD_PORTS"] == '[{"containerPort":80,"protocol":"TCP"}]'


def test_keys_match_without_regard_to_case() -> None:
    shown = metadata(env={"ISTIO_META_OWNER": "upper", "ISTIO_METAJSON_X": '{"owner": "lower"}'})
    assert (shown["OWNER"], shown["owner"]) == ("lower", "lower")


def test_grpc_metadata_has_no_raw_only_keys() -> None:
    facts = node_facts.prepare(agent(env={"ISTIO_META_TEAM": "a", "ISTIO_META_OWNER": "b"}))
    assert "TEAM" not in facts.shown
    assert facts.shown["OWNER"] == "b"


@pytest.mark.parametrize("text", MINORS)
def test_keys_are_sorted_on_every_level(text: str) -> None:
    shown = metadata(
        text,
        labels={"b": "1", "a": "2"},
        annotations={"z": "", "é": "1", "A": "2"},
        env={"ISTIO_METAJSON_M": '{"k":{"b":1,"a":2}}'},
    )
    assert list(shown) == sorted(shown)
    assert list(shown["ANNOTATIONS"]) == ["A", "z", "é"]
    assert list(shown["k"]) == ["a", "b"]


def test_labels_file_drops_the_pod_template_hash_and_keeps_static_labels() -> None:
    env = {"ISTIO_METAJSON_LABELS": '{"app": "static", "tier": "x"}'}
    shown = metadata(labels={"app": "file", "pod-template-hash": "1"}, env=env)
    assert shown["LABELS"] == {"app": "file", "tier": "x"}
    assert shown["STATIC_LABELS"] == {"app": "static", "tier": "x"}
    assert shown["app"] == "static"


def test_without_a_labels_file_locality_is_written_into_both_label_maps() -> None:
    env = {"ISTIO_METAJSON_LABELS": '{"istio-locality": "r.z.s", "pod-template-hash": "1"}'}
    facts = node_facts.prepare(agent(env=env))
    assert (
        facts.complete["LABELS"]
        == facts.complete["STATIC_LABELS"]
        == {"istio-locality": "r/z/s", "pod-template-hash": "1"}
    )
    assert facts.complete["istio-locality"] == "r.z.s"
    assert facts.locality == {"region": "r", "zone": "z", "sub_zone": "s"}


@pytest.mark.parametrize(("text", "wanted"), [("1.28", {"region": "old"}), ("1.29", {"region": "new", "zone": "a"})])
def test_topology_label_counts_since_1_29(text: str, wanted: dict[str, str]) -> None:
    labels = {"topology.istio.io/locality": "new.a", "istio-locality": "old"}
    assert node_facts.prepare(agent(text, labels=labels)).locality == wanted


@pytest.mark.parametrize("text", MINORS)
def test_agent_values_appear_with_their_release(text: str) -> None:
    shown = metadata(text, env={"ISTIO_META_ENABLE_HBONE": "true"}, binary_version="9.9")
    assert ("ISTIO_VERSION" in shown) == (text in minors("version_from_binary"))
    assert ("METADATA_DISCOVERY" in shown) == (text in minors("metadata_discovery_always_shown"))
    assert ("ENVOY_SKIP_DEPRECATED_LOGS" in shown) == (text in minors("skip_deprecated_logs"))
    assert ("WORKLOAD_IDENTITY_SOCKET_FILE" in shown) == (text in minors("workload_socket_name"))


@pytest.mark.parametrize(
    ("text", "shown"), [("1.23.5", None), ("1.23.6", "true"), ("1.24.2", None), ("1.24.3", "true"), ("1.25.0", "true")]
)
def test_metadata_discovery_follows_hbone_from_the_patch_on(text: str, shown: str | None) -> None:
    assert metadata(text, env={"ISTIO_META_ENABLE_HBONE": "true"}).get("METADATA_DISCOVERY") == shown


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        ({"discoveryAddress": "istiod-canary.istio-system.svc:15012"}, ["istiod-canary.istio-system.svc"]),
        ({"discoveryAddress": "localhost:15012"}, ["istiod.istio-system.svc"]),
        ({"controlPlaneAuthPolicy": "NONE"}, None),
    ],
)
def test_control_plane_names(config: dict[str, str], wanted: list[str] | None) -> None:
    assert metadata(config=config).get("PILOT_SAN") == wanted


def test_sockets_show_as_raw_values() -> None:
    shown = metadata("1.26", credential_socket=True, workload_socket=True)
    assert (shown["credential"], shown["file-credential"]) == ("true", "true")
    assert "file-credential" not in metadata("1.25", workload_socket=True)


@pytest.mark.parametrize("text", ["not json", "[1]", '"x"', "null", "{"])
def test_a_json_variable_that_is_no_object_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(InputError) as caught:
        metadata(env={"ISTIO_METAJSON_EXTRA": text})
    assert caught.value.path == "env.ISTIO_METAJSON_EXTRA"
    assert "JSON object" in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("env", "path"),
    [
        ({"ISTIO_META_ENVOY_STATUS_PORT": "1"}, "metadata.ENVOY_STATUS_PORT"),
        ({"ISTIO_META_DNS_CAPTURE": "yes"}, "metadata.DNS_CAPTURE"),
        ({"ISTIO_META_POD_PORTS": "{"}, "metadata.POD_PORTS"),
        ({"ISTIO_METAJSON_X": '{"OWNER": 1}'}, "metadata.OWNER"),
        ({"ISTIO_METAJSON_X": '{"LABELS": {"a": 1}}'}, "metadata.LABELS"),
    ],
)
def test_values_of_the_wrong_kind_stop_the_agent(env: dict[str, str], path: str) -> None:
    with pytest.raises(InputError) as caught:
        metadata(env=env)
    assert caught.value.path == path
    assert caught.value.hint
