"""Taking injection out again: exact where injection recorded what it changed, refused where it did not."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from meshc import uninject
from meshc.catalog import release
from meshc.errors import InjectionError, MeshcError
from meshc.injection.api import Result, inject
from meshc.injection.uninject.uninjection import original
from meshc.settings import Settings
from tests.injection.pods import OVERLAY, deployment, pod, with_templates

RELEASES = ("1.17", "1.21", "1.25", "1.30")
QUICK = hypothesis_settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


@cache
def settings(minor: str, **more: Any) -> Settings:
    return Settings.load(release=minor, profile="demo", mode="kube-inject", **more)


def injected(workload: dict[str, Any], with_settings: Settings) -> Result:
    result = inject(copy.deepcopy(workload), with_settings)
    assert result.decision.inject
    return result


def base(result: Result) -> Any:
    """The workload as it came, in typed form."""
    return result.edited.base


NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True).filter(lambda name: not name.startswith("istio"))
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)
PORTS = st.integers(1, 14999)
HTTP = st.fixed_dictionaries(
    {"port": PORTS},
    optional={"path": st.just("/x"), "scheme": st.sampled_from(["HTTP", "HTTPS"]), "host": st.just("example.org")},
)
PROBES = st.one_of(
    HTTP.map(lambda action: {"httpGet": action}),
    PORTS.map(lambda port: {"tcpSocket": {"port": port}}),
    PORTS.map(lambda port: {"grpc": {"port": port}}),
    st.just({"exec": {"command": ["true"]}}),
)
CONTAINERS = st.fixed_dictionaries(
    {"name": NAMES, "image": st.just("app")},
    optional={
        "env": st.lists(st.fixed_dictionaries({"name": NAMES, "value": TEXTS}), max_size=3),
        "readinessProbe": st.tuples(PROBES, st.integers(1, 9)).map(lambda p: {**p[0], "timeoutSeconds": p[1]}),
        "livenessProbe": PROBES,
        "args": st.lists(TEXTS, max_size=3),
        "volumeMounts": st.just([{"name": "data", "mountPath": "/data"}]),
    },
)
PODS = st.builds(
    lambda containers, inits, annotations, labels: pod(
        containers=containers,
        initContainers=inits,
        volumes=[{"name": "data", "emptyDir": {}}],
        annotations={"note": "x", **annotations},
        labels={"mine": "1", **labels},
    ),
    st.lists(CONTAINERS, min_size=1, max_size=3, unique_by=lambda c: str(c["name"])),
    st.lists(CONTAINERS, max_size=2, unique_by=lambda c: str(c["name"])),
    st.dictionaries(NAMES, TEXTS, max_size=3),
    st.dictionaries(st.sampled_from(["app", "version", "security.istio.io/tlsMode"]), st.just("disabled"), max_size=3),
).filter(lambda p: not {c["name"] for c in p["spec"]["containers"]} & {c["name"] for c in p["spec"]["initContainers"]})


@pytest.mark.parametrize("minor", RELEASES)
@given(workload=PODS)
@QUICK
def test_inject_then_uninject_is_identity(minor: str, workload: dict[str, Any]) -> None:
    result = injected(workload, settings(minor))
    assert uninject(result.manifest, settings(minor)).manifest == base(result)


@pytest.mark.parametrize("minor", RELEASES)
def test_the_records_alone_tell_as_much_for_the_usual_workload(minor: str) -> None:
    workload = deployment(labels={"app": "web"}, annotations={"prometheus.io/port": "9090"})
    result = injected(workload, settings(minor))
    found = uninject(result.manifest)
    assert found.manifest == base(result)
    assert [doubt.path for doubt in found.assumed] == [("spec", "template", "metadata", "annotations")]


def test_a_running_pod_keeps_what_the_server_added() -> None:
    result = injected(pod(labels={"app": "web"}), settings("1.30"))
    running = copy.deepcopy(result.manifest)
    running["spec"]["volumes"].append({"name": "kube-api-access", "projected": {}})
    running["spec"]["nodeName"] = "n"
    found = original(running, release("1.30"), namespace="default")
    assert found.pod["spec"]["volumes"] == [{"name": "kube-api-access", "projected": {}}]
    assert found.pod["spec"]["nodeName"] == "n"
    assert found.pod["metadata"] == base(result)["metadata"]
    assert not found.uncertain


def test_a_running_gateway_had_the_image_auto() -> None:
    own = {"name": "istio-proxy", "image": "auto", "resources": {"limits": {"cpu": "2"}}}
    workload = pod(containers=[own], annotations={"inject.istio.io/templates": "gateway"}, labels={"app": "gw"})
    result = injected(workload, settings("1.30"))
    found = original(result.manifest, release("1.30"))
    assert found.pod["spec"] == base(result)["spec"]
    assert not found.uncertain
    assert [doubt.taken for doubt in found.assumed if doubt.path[-1] == "image"] == ["auto"]


@pytest.mark.parametrize(
    ("workload", "field"),
    [
        (
            pod(
                containers=[
                    {
                        "name": "app",
                        "image": "a",
                        "ports": [{"name": "http", "containerPort": 80}],
                        "livenessProbe": {"httpGet": {"port": "http"}},
                    }
                ]
            ),
            "spec.containers[0].livenessProbe.httpGet.port",
        ),
        (
            pod(
                containers=[
                    {"name": "app", "image": "a", "livenessProbe": {"httpGet": {"port": "nobody", "path": "/"}}}
                ]
            ),
            "spec.containers[0].livenessProbe",
        ),
        (
            pod(containers=[{"name": "app", "image": "a"}, {"name": "istio-proxy", "image": "mine"}]),
            "spec.containers: ",
        ),
        (
            deployment(
                containers=[{"name": "istio-proxy", "image": "auto"}],
                annotations={"inject.istio.io/templates": "gateway"},
            ),
            "spec.template.spec.containers[0].image",
        ),
    ],
)
def test_what_would_be_a_guess_is_refused_by_name(workload: dict[str, Any], field: str) -> None:
    result = injected(workload, settings("1.30"))
    with pytest.raises(MeshcError) as caught:
        uninject(result.manifest, settings("1.30"))
    assert field in str(caught.value)
    assert caught.value.exit_code == 2
    guessed = uninject(result.manifest, settings("1.30"), guess=True)
    assert guessed.uncertain
    assert "sidecar.istio.io/status" not in str(guessed.manifest)


def test_a_pod_that_is_not_injected_is_refused() -> None:
    with pytest.raises(InjectionError, match="status record"):
        uninject(pod())
    with pytest.raises(InjectionError, match="not injected"):
        original(pod(), release("1.30"))


def test_a_pod_whose_proxy_is_gone_is_refused() -> None:
    manifest = copy.deepcopy(injected(pod(), settings("1.30")).manifest)
    manifest["spec"]["containers"] = [c for c in manifest["spec"]["containers"] if c["name"] != "istio-proxy"]
    with pytest.raises(InjectionError, match="istio-proxy, which is not there"):
        uninject(manifest)


@pytest.mark.parametrize(("name", "text"), [("sidecar.istio.io/status", "{"), ("proxy.istio.io/overrides", "[")])
def test_a_spoiled_record_is_named(name: str, text: str) -> None:
    manifest = copy.deepcopy(injected(pod(), settings("1.30")).manifest)
    manifest["metadata"]["annotations"][name] = text
    with pytest.raises(InjectionError) as caught:
        uninject(manifest)
    assert name in str(caught.value)


def test_settings_tell_whose_the_network_label_is() -> None:
    with_network = settings("1.30", network="n1")
    mesh = injected(pod(labels={"app": "web"}), with_network)
    own = injected(pod(labels={"app": "web", "topology.istio.io/network": "n1"}), settings("1.30"))
    assert uninject(mesh.manifest, with_network).manifest == mesh.edited.base
    assert uninject(own.manifest, settings("1.30")).manifest == own.edited.base
    with pytest.raises(InjectionError, match="network"):
        uninject(mesh.manifest)


def test_fields_of_a_custom_template_are_taken_out_with_its_settings() -> None:
    custom = with_templates(templates={"sidecar": OVERLAY + "  hostAliases:\n  - ip: 1.2.3.4\n"}, mode="kube-inject")
    result = inject(pod(), custom)
    found = uninject(result.manifest, custom).manifest
    assert "labels" not in found["metadata"]


@pytest.mark.parametrize("before", ["alt", '[{"name": "alt"}]'])
def test_the_multus_annotation_loses_only_the_mesh(before: str) -> None:
    multus = settings("1.25", set=("components.cni.enabled=true", "values.cni.provider=multus"))
    result = injected(pod(annotations={"k8s.v1.cni.cncf.io/networks": before}), multus)
    assert uninject(result.manifest, multus).manifest == base(result)


@pytest.mark.parametrize("minor", ["1.17", "1.30"])
def test_a_pod_the_webhook_injected_is_its_owners(minor: str) -> None:
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5f", "controller": True, "uid": "u"}
    made = pod(name="web-5f-x", generateName="web-5f-", ownerReferences=[owner], labels={"pod-template-hash": "5f"})
    result = inject(made, Settings.load(release=minor, profile="demo"), mode="webhook")
    assert result.manifest["metadata"]["labels"]["service.istio.io/canonical-name"] == "web"
    assert uninject(result.manifest).manifest == base(result)


def test_a_volume_merged_with_the_mesh_is_refused() -> None:
    result = injected(pod(volumes=[{"name": "workload-socket", "hostPath": {"path": "/x"}}]), settings("1.30"))
    with pytest.raises(InjectionError, match="workload-socket is not as the mesh alone would bring it"):
        uninject(result.manifest, settings("1.30"))


def test_what_a_server_filled_in_is_no_merge() -> None:
    manifest = copy.deepcopy(injected(pod(), settings("1.30")).manifest)
    for volume in manifest["spec"]["volumes"]:
        volume.setdefault("emptyDir", {}) if len(volume) == 1 else None
        for source in ("downwardAPI", "projected", "configMap"):
            if source in volume:
                volume[source]["defaultMode"] = 420
    assert "volumes" not in uninject(manifest, settings("1.30")).manifest["spec"]
