"""Patches of classes and Gateways (`parametersRef`), since 1.26."""

from __future__ import annotations

import pytest

from meshc.errors import InputError, SettingsError
from meshc.gateways.controller.deployment import deploy
from meshc.settings import Settings
from meshc.yamlio import Json
from tests.gateways.objects import a_gateway, deployed, pod, settings

REFERENCE = {"parametersRef": {"group": "", "kind": "ConfigMap", "name": "options"}}


def options(namespace: str = "ns", labels: Json = None, created: str = "", **data: str) -> Json:
    metadata = {
        "name": "options" if namespace == "ns" else created or "c",
        "namespace": namespace,
        "labels": labels or {},
    }
    return {"kind": "ConfigMap", "metadata": metadata | {"creationTimestamp": created}, "data": data}


def customized(release: str, *resources: Json) -> dict[str, Json]:
    return deployed(release, a_gateway(infrastructure=REFERENCE), resources=resources)


def test_a_gateway_patches_its_objects() -> None:
    objects = customized(
        "1.26",
        options(
            deployment="spec: {replicas: 3, template: {spec: {containers: [{name: istio-proxy, tty: true}]}}}",
            service="spec: {ports: [{port: 80, name: renamed}]}",
            serviceAccount="metadata: {annotations: {a: b}}",
        ),
    )
    assert objects["Deployment"]["spec"]["replicas"] == 3
    assert pod(objects)["spec"]["containers"][0]["tty"] is True
    assert {p["port"]: p["name"] for p in objects["Service"]["spec"]["ports"]}[80] == "renamed"
    assert objects["ServiceAccount"]["metadata"]["annotations"] == {"a": "b"}


def test_scaler_and_budget_are_written_only_when_patched() -> None:
    assert "HorizontalPodAutoscaler" not in customized("1.26", options(deployment="spec: {replicas: 3}"))
    objects = customized("1.26", options(horizontalPodAutoscaler="spec: {maxReplicas: 9}", podDisruptionBudget=""))
    assert objects["HorizontalPodAutoscaler"]["spec"] == {
        "maxReplicas": 9,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "gw-istio"},
    }
    assert objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == {
        "gateway.networking.k8s.io/gateway-name": "gw"
    }


def test_older_releases_know_no_patches() -> None:
    assert "replicas" not in customized("1.25", options(deployment="spec: {replicas: 3}"))["Deployment"]["spec"]


def test_the_class_comes_first_and_its_oldest_config_map_counts() -> None:
    label = {"gateway.istio.io/defaults-for-class": "istio"}
    objects = customized(
        "1.30",
        options("istio-system", label, "2026-01-02T00:00:00Z", deployment="spec: {replicas: 2, minReadySeconds: 2}"),
        options("istio-system", label, "2026-01-01T00:00:00Z", deployment="spec: {replicas: 1, minReadySeconds: 1}"),
        options(deployment="spec: {replicas: 5}"),
    )
    assert (objects["Deployment"]["spec"]["replicas"], objects["Deployment"]["spec"]["minReadySeconds"]) == (5, 1)


def test_the_istiod_chart_gives_defaults_of_a_class() -> None:
    values = {"gatewayClasses": {"istio": {"deployment": {"spec": {"replicas": 4}}}}}
    known = Settings.load(release="1.30", installer="helm", values=[values])
    objects = {d["kind"]: d for d in deploy(a_gateway(), known).documents}
    assert objects["Deployment"]["spec"]["replicas"] == 4


@pytest.mark.parametrize(
    "patch",
    [
        "metadata: {name: other}",
        "metadata: {namespace: other}",
        "metadata: {ownerReferences: [{name: other, uid: u}]}",
        "metadata: {finalizers: [a]}",
        "metadata: {managedFields: [{manager: a}]}",
    ],
)
def test_a_patch_of_the_identity_stops_everything_but_the_version(patch: str) -> None:
    written = deploy(a_gateway(infrastructure=REFERENCE), settings("1.30", resources=[options(deployment=patch)]))
    assert [d["kind"] for d in written.documents] == ["Gateway"]
    assert "illegal metadata change" in str(written.refusal)


@pytest.mark.parametrize(
    ("infrastructure", "resources", "path"),
    [
        (REFERENCE, [], "spec.infrastructure.parametersRef.name"),
        ({"parametersRef": {"group": "", "kind": "Secret", "name": "x"}}, [], "spec.infrastructure.parametersRef"),
        (REFERENCE, [options(deploymnt="{}")], "data.deploymnt"),
        (REFERENCE, [options(service="- a")], "data.service"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused(infrastructure: Json, resources: list[Json], path: str) -> None:
    with pytest.raises((SettingsError, InputError)) as raised:
        deployed("1.30", a_gateway(infrastructure=infrastructure), resources=resources)
    assert raised.value.path == path
    assert raised.value.hint


def test_a_patch_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(InputError, match=r"data\.deployment"):
        customized("1.30", options(deployment="spec: [a"))
