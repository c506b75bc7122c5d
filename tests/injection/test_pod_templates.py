"""Which template is rendered with what (docs/istio/injection.md § 7)."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.catalog import release
from meshc.errors import InjectionError, TemplateError
from meshc.injection.identity import Identity
from meshc.injection.pod_templates import TemplateInput, Templates
from meshc.models.mesh_config import MeshConfig
from meshc.models.proxy_config import ProxyConfig
from meshc.models.values import Values
from tests.newest import NEWEST

POD = TemplateInput(
    metadata={"annotations": {"a": "1"}, "labels": {}},
    spec={"containers": [{"name": "app", "image": "app:1"}]},
    workload=Identity("apps/v1", "Deployment", "app", "ns"),
    proxy_config=ProxyConfig({"image": {"imageType": "debug"}}),
    proxy_uid=5,
    native_sidecars=True,
)
VALUES: dict[str, Any] = {"global": {"hub": "h", "tag": "t"}}


def templates(number: str = NEWEST, *, values: Any = VALUES, mesh: Any = None, **own: str) -> Templates:
    features = {"COMPLIANCE_POLICY": "fips-140-2"}
    return Templates(
        release(number),
        None if values is None else Values(values),
        MeshConfig(mesh or {}),
        "rev",
        features,
        own,
        "own.yaml",
    )


def render(text: str, number: str = NEWEST) -> Any:
    return templates(number, own=text).render("own", POD)


def test_own_templates_see_the_data_under_istios_names() -> None:
    text = """
metadata:
  annotations:
    workload: {{ TypeMeta.kind ~ "/" ~ DeploymentMeta.namespace ~ "/" ~ DeploymentMeta.name }}
    own: {{ annotation(ObjectMeta, "a", none) ~ annotation(ObjectMeta, "b", Values.global.tag) }}
    image: {{ ProxyImage }}
    rev: {{ Revision }}
    policy: {{ CompliancePolicy }}
    inbound: {{ InboundTrafficPolicyMode }}
    uid: {{ ProxyUID }}
    native: {{ NativeSidecars }}
    type: {{ ProxyConfig.image.imageType }}
spec:
  containers:
{% for container in Spec.containers %}
  - name: {{ container.name }}
{% endfor %}
"""
    assert render(text) == {
        "metadata": {
            "annotations": {
                "workload": "Deployment/ns/app",
                "own": "1t",
                "image": "h/proxyv2:t-debug",
                "rev": "rev",
                "policy": "fips-140-2",
                "inbound": "passthrough",
                "uid": 5,
                "native": True,
                "type": "debug",
            }
        },
        "spec": {"containers": [{"name": "app"}]},
    }


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("EstimatedConcurrency", "1.17", "1.17"),
        ("CompliancePolicy", "1.19", "1.30"),
        ("ProxyUID", "1.20", "1.30"),
        ("InboundTrafficPolicyMode", "1.22", "1.30"),
        ("NativeSidecars", "1.27", "1.30"),
    ],
)
def test_data_by_release(name: str, first: str, last: str) -> None:
    numbers = [f"1.{minor}" for minor in range(17, 31)]
    known = [n for n in numbers if render(f"x: {{{{ {name} is defined }}}}", n)["x"]]
    assert (known[0], known[-1]) == (first, last)


def test_own_templates_stand_before_built_in_ones() -> None:
    assert templates(sidecar="metadata: {labels: {own: {{ 1 }} }}").render("sidecar", POD) == {
        "metadata": {"labels": {"own": 1}}
    }


def test_an_empty_template_is_an_empty_overlay() -> None:
    assert render("{# nothing #}") == {}


def test_plain_yaml_is_a_template_too() -> None:
    overlay = "spec:\n  containers:\n  - name: app\n    $patch: delete\n"
    assert render(overlay) == {"spec": {"containers": [{"name": "app", "$patch": "delete"}]}}


@pytest.mark.parametrize("text", ["- a list", "just text", "a: {{ oops }}", "a: 1\n---\nb: 2"])
def test_what_is_no_overlay_is_refused(text: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render(text)
    assert caught.value.file == "own.yaml"


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InjectionError) as caught:
        templates(own="a: 1").render("", POD)
    assert (
        caught.value.message == 'requested template "" not found; have gateway, grpc-agent, grpc-simple, own, sidecar'
    )


def test_unreadable_values() -> None:
    assert templates("1.22", values=None, own="a: 1").render("own", POD) == {"a": 1}
    with pytest.raises(InjectionError, match=r"failed to parse values\.yaml"):
        templates("1.23", values=None, own="a: 1").render("own", POD)


def test_a_rendering_leaves_its_input_alone() -> None:
    own = templates(own="spec: {{ Spec }}")
    own.render("own", POD)["spec"]["containers"][0]["name"] = "changed"
    assert POD.spec["containers"][0]["name"] == "app"


def test_values_tolerate_absent_parents_but_not_null_ones() -> None:
    assert templates(values={}).render("gateway", POD)["spec"]["containers"][0]["image"] == "/proxyv2:-debug"
    with pytest.raises(InjectionError, match=r"nil pointer evaluating interface \{\}\.image") as caught:
        templates(values={"global": {"proxy": None}}).render("gateway", POD)
    assert caught.value.path == "values.global.proxy"


@pytest.mark.parametrize(
    ("values", "path", "message"),
    [
        ({"global": {"imagePullSecrets": "one"}}, "values.global.imagePullSecrets", "not a list"),
        ({"global": {"caName": 1}}, "values.global.caName", "incompatible types"),
        ({"pilot": {"env": {"ENABLE_CLUSTER_TRUST_BUNDLE_API": "true"}}}, None, "incompatible types"),
        ({"global": {"proxy": "x"}}, "values.global.proxy", "this is no map"),
    ],
)
def test_values_a_template_cannot_use(values: Any, path: str | None, message: str) -> None:
    with pytest.raises(InjectionError, match=message) as caught:
        templates(values=values).render("sidecar", POD)
    assert caught.value.path == (path or "values.pilot.env.ENABLE_CLUSTER_TRUST_BUNDLE_API")
