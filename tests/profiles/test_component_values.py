"""Values that istioctl takes from a component's `k8s` block, and what the mesh document makes of odd namespaces."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.catalog import release
from meshc.errors import MeshcError
from meshc.profiles import overlays
from meshc.settings import Settings


def _gateway(text: str, k8s: dict[str, Any]) -> dict[str, Any]:
    component = {"name": "edge", "k8s": k8s}
    operator = {"apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator"}
    spec = {"components": {"ingressGateways": [component]}}
    (gateway,) = Settings.load(release=text, iop=[{**operator, "spec": spec}]).gateways
    found: dict[str, Any] = gateway.values["gateways"]["istio-ingressgateway"]
    return found


K8S = {"hpaSpec": {"minReplicas": 2, "maxReplicas": 7}, "replicaCount": 3}
REPLICAS = {"autoscaleMin": 2, "autoscaleMax": 7, "replicaCount": 3}


@pytest.mark.parametrize(
    ("text", "there"),
    [("1.28.7", False), ("1.28.8", True), ("1.28.10", True), ("1.29.0", False), ("1.30.3", False), ("1.31.0", True)],
)
def test_replica_counts_of_k8s_become_values(text: str, there: bool) -> None:
    assert (REPLICAS.items() <= _gateway(text, K8S).items()) is there


def test_replica_counts_of_zero_do_not() -> None:
    found = _gateway("1.31", {"hpaSpec": {"minReplicas": 0}, "replicaCount": 0})
    assert not REPLICAS.keys() & found.keys()


@pytest.mark.parametrize(
    ("resources", "values"),
    [
        (
            {"limits": {"cpu": "1000m"}, "requests": {"cpu": "0.5"}},
            {"limits": {"cpu": "1"}, "requests": {"cpu": "500m"}},
        ),
        ({"limits": {"cpu": 2, "memory": "1Gi"}}, {"limits": {"cpu": "2"}}),
        ({"limits": {"cpu": "0"}, "requests": {"memory": "1Gi"}}, None),
    ],
)
def test_cpu_of_k8s_becomes_a_value(resources: dict[str, Any], values: dict[str, Any] | None) -> None:
    assert _gateway("1.31", {"resources": resources}).get("resources") == values
    assert "resources" not in _gateway("1.30", {"resources": resources})


def test_a_namespace_of_digits_stays_text_in_the_mesh_document() -> None:
    values = {"global": {"istioNamespace": "1234"}}
    assert Settings.load(release="1.31", installer="helm", values=values).mesh_document["rootNamespace"] == "1234"
    with pytest.raises(MeshcError, match="rootNamespace"):
        Settings.load(release="1.30", installer="helm", values=values)


def test_a_platform_may_set_what_a_user_may_not() -> None:
    user = {"global": {"platform": "openshift"}}
    assert overlays.effective(release("1.31"), user)["terminationMessagePolicy"] == "FallbackToLogsOnError"
    assert "terminationMessagePolicy" not in overlays.effective(release("1.30"), user)
    with pytest.raises(MeshcError, match="terminationMessagePolicy"):
        Settings.load(release="1.31", set=["values.pilot.terminationMessagePolicy=File"])


@pytest.mark.parametrize("version", ["1.25", "1.26", "1.27", "1.28", "1.29", "1.30"])
def test_compatibility_versions_switch_off_what_came_with_1_31(version: str) -> None:
    env = Settings.load(release="1.31", set=[f"compatibilityVersion={version}"]).values.document["pilot"]["env"]
    new = {"PILOT_AUTO_SEND_UNHEALTHY_ENDPOINTS", "PILOT_ENABLE_STRICT_GATEWAY_MERGING"}
    assert {env[name] for name in new} == {"false"}
    assert "PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY" in env or version != "1.30"


def test_the_control_plane_gets_go_debug_for_fips_140_3() -> None:
    def env(text: str, policy: str) -> dict[str, Any]:
        settings = Settings.load(release=text, set=[f"values.pilot.env.COMPLIANCE_POLICY={policy}"])
        return dict(settings.features)

    assert env("1.31", "fips-140-3")["GODEBUG"] == "fips140=only"
    assert "GODEBUG" not in env("1.31", "fips-140-2")
    assert "GODEBUG" not in env("1.30", "fips-140-3")
