"""Every door settings come in by, their order and their contradictions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import meshc
from meshc import yamlio
from meshc.errors import MeshcError, UsageError
from meshc.settings import Settings

OPERATOR = {"apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator"}


def _operator(**spec: Any) -> dict[str, Any]:
    return {**OPERATOR, "spec": spec}


def test_the_order_is_profile_operator_values_mesh_flags() -> None:
    level = "meshConfig.accessLogFile"
    doors: dict[str, Any] = {
        "profile": "demo",
        "iop": _operator(meshConfig={"accessLogFile": "iop"}),
        "mesh_config": {"accessLogFile": "mesh"},
        "set": [f"{level}=set"],
    }
    seen = []
    while doors:
        seen.append(Settings.load(**doors).mesh_document["accessLogFile"])
        doors.popitem()
    assert seen == ["set", "mesh", "iop", "/dev/stdout"]


def test_later_files_win_and_flags_beat_files() -> None:
    first, second = ({"global": {"network": name, "meshID": name}} for name in ("one", "two"))
    settings = Settings.load(values=[first, second], set=["values.global.meshID=three"])
    assert (settings.values.global_.network, settings.values.global_.mesh_id) == ("two", "three")


def test_a_mesh_file_may_spell_fields_either_way() -> None:
    settings = Settings.load(mesh_config={"default_config": {"proxy_metadata": {"A": "b"}}})
    assert settings.mesh_document["defaultConfig"]["proxyMetadata"] == {"A": "b"}


def test_resolved_values_are_taken_as_they_are() -> None:
    values = {"global": {"hub": "example.org", "proxy": None}}
    settings = Settings.load(resolved_values=values, resolved_mesh_config={})
    assert settings.values.document == values
    assert settings.chart_values.document == {}
    assert settings.profile is None


def test_a_resolved_half_leaves_the_other_to_the_profile() -> None:
    settings = Settings.load(profile="demo", resolved_values={"global": {}}, set=["values.global.network=n"])
    assert settings.values.document == {"global": {"network": "n"}}
    assert settings.mesh_document["accessLogFile"] == "/dev/stdout"
    assert settings.gateways == ()


def test_what_if_goes_on_top_of_resolved_halves() -> None:
    settings = Settings.load(
        resolved_values={"global": {"network": "a"}},
        resolved_mesh_config={"trustDomain": "a"},
        values={"global": {"network": "b"}},
        set=["meshConfig.trustDomain=b"],
    )
    assert settings.values.global_.network == "b"
    assert settings.mesh.trust_domain == "b"


@pytest.mark.parametrize(
    "beside",
    [
        {"profile": "demo"},
        {"iop": _operator(meshConfig={})},
        {"set": ["hub=x"]},
        {"set": ["components.cni.enabled=true"]},
        {"set": ["revision=x"]},
        {"set": ["profile=demo"]},
    ],
)
def test_settings_that_could_only_be_ignored_beside_resolved_halves_are_refused(beside: Any) -> None:
    with pytest.raises(UsageError, match="would have no effect"):
        Settings.load(resolved_values={}, resolved_mesh_config={}, **beside)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"profile": "demo", "set": ["profile=minimal"]}, "different profiles"),
        ({"mode": "webhok"}, "unknown mode"),
        ({"installer": "helm", "iop": _operator()}, "for istioctl"),
        ({"iop": {"kind": "Deployment"}}, "not an IstioOperator"),
        ({"iop": {**OPERATOR, "apiVersion": "install.istio.io/v1"}}, "unknown API version"),
        ({"iop": {**OPERATOR, "spec": []}}, "must be a map"),
        ({"values": "no-such-file.yaml"}, "no such file"),
        ({"values": 5}, "takes a path"),
        ({"feature": ["A"]}, "NAME=VALUE"),
        ({"feature": {"A": []}}, "is a string"),
        ({"kube_version": "new"}, "not a Kubernetes version"),
        ({"release": 1.3}, "must be a string"),
        ({"proxy_config": {"kind": "ConfigMap"}}, "not a ProxyConfig"),
        ({"injector_config": {"policy": 5}}, "must be a string"),
        ({"resolved_values": {"global": {"hub": 5}}}, "could not parse configuration values"),
        ({"resolved_values": {"global": {"proxy": {"tracer": "x"}}}}, "could not parse configuration values"),
        ({"resolved_values": {"pilot": {"env": []}}}, "could not parse configuration values"),
    ],
)
def test_bad_input_is_an_error(keywords: Any, message: str) -> None:
    with pytest.raises(MeshcError, match=message):
        Settings.load(**keywords)


@pytest.mark.parametrize(
    "values",
    [
        {"global": {"proxy": {"statusPort": "15020", "tracer": 3}, "tag": 1.5, "hub": None}},
        {"global": None, "unknown": 1},
    ],
)
def test_typed_reading_takes_what_istio_takes(values: Any) -> None:
    assert Settings.load(resolved_values=values).values.document == values


@pytest.mark.parametrize(
    ("keywords", "place", "hint"),
    [
        ({"values": {"global": {"proxy": {"logLevl": "x"}}}}, "global.proxy.logLevl", "did you mean logLevel?"),
        ({"mesh_config": {"accessLogFil": "x"}}, "accessLogFil", "did you mean accessLogFile?"),
        ({"set": ["values.globl.hub=x"]}, "values.globl", "did you mean global?"),
        ({"iop": _operator(component={})}, "spec.component", "did you mean components?"),
        (
            {"set": ["values.global.proxy.concurrency=2"]},
            "values.global.proxy.concurrency",
            "defaultConfig.concurrency",
        ),
        (
            {"release": "1.20", "set": ["values.global.waypoint.resources.limits.cpu=1"]},
            "values.global.waypoint",
            "since 1.24",
        ),
    ],
)
def test_unknown_settings_are_errors_with_the_nearest_name_or_warnings(keywords: Any, place: str, hint: str) -> None:
    with pytest.raises(MeshcError) as raised:
        Settings.load(**keywords)
    assert raised.value.path == place
    assert hint in (raised.value.hint or "")
    assert any(place in text for text in Settings.load(**keywords, lenient=True).warnings)


def test_errors_of_a_file_point_at_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("global:\n  proxy:\n    logLevl: x\n  hub: 5\n")
    with pytest.raises(MeshcError) as raised:
        Settings.load(values=str(file))
    assert f"{file}:3:5: global.proxy.logLevl: unknown field" in str(raised.value)
    assert f"{file}:4:" in str(raised.value)


def test_helm_takes_chart_values_and_installs_no_gateways() -> None:
    settings = Settings.load(installer="helm", set=["global.network=n,profile=demo"], values={"env": {"A": "b"}})
    assert settings.values.global_.network == "n"
    assert settings.values.pilot.env == {"A": "b"}
    assert settings.mesh_document["accessLogFile"] == "/dev/stdout"
    assert settings.gateways == ()


def test_gateways_carry_their_values_and_patches() -> None:
    component = {"name": "edge", "label": {"a": "b"}, "k8s": {"replicaCount": 2, "service": {"ports": []}}}
    (gateway,) = Settings.load(iop=_operator(components={"ingressGateways": [component]})).gateways
    assert (gateway.chart, gateway.name, gateway.namespace) == ("istio-ingress", "edge", "istio-system")
    own = gateway.values["gateways"]["istio-ingressgateway"]
    assert own == {"name": "edge", "labels": {"a": "b"}, "ports": [], "replicaCount": 2}
    assert gateway.k8s["replicaCount"] == 2


def test_metadata_numbers_become_text_in_some_releases() -> None:
    flag = "meshConfig.defaultConfig.proxyMetadata.NUMBER=5"
    for release in ("1.20", "1.30"):
        assert Settings.load(release=release, set=[flag]).mesh.default_config.proxy_metadata["NUMBER"] == "5"
    with pytest.raises(MeshcError, match="must be a string"):
        Settings.load(release="1.17", set=[flag])


def test_a_profile_without_injector_says_so_when_asked() -> None:
    settings = Settings.load(profile="remote")
    assert settings.written == frozenset()
    with pytest.raises(MeshcError, match="installs no injector") as raised:
        settings.require_injector()
    assert "--cluster-config" in (raised.value.hint or "")


def test_the_same_request_gives_equal_settings() -> None:
    assert Settings.load(profile="demo") == Settings.load(profile="demo")
    assert yamlio.dump(Settings.load().values.document) == yamlio.dump(Settings.load().values.document)


def test_workloads_are_the_objects_of_the_profiles_gateways() -> None:
    names = [o["metadata"]["name"] for o in meshc.Settings.load(profile="demo").workloads if o["kind"] == "Deployment"]
    assert names == ["istio-ingressgateway", "istio-egressgateway"]
    assert meshc.Settings.load(profile="minimal").workloads == ()
