"""What installations resolve to, by the rules of the installer and of patches."""

from __future__ import annotations

from typing import Any

import pytest

from meshc import catalog, profiles
from meshc.errors import SettingsError
from meshc.profiles import Resolved
from meshc.trees import get

IMAGE = {"hub": "example.org", "tag": "test"}


def _istioctl(release: str, profile: str = "default", **spec: Any) -> Resolved:
    return profiles.istioctl(catalog.release(release), profile, stamp=IMAGE, user=spec)


def _helm(release: str, **values: Any) -> Resolved:
    return profiles.helm(catalog.release(release), values, stamp=IMAGE)


@pytest.mark.parametrize("release", [r.minor for r in catalog.releases()])
def test_every_profile_of_every_release_resolves(release: str) -> None:
    found = catalog.release(release)
    for name in profiles.names(found):
        resolved = _istioctl(release, name)
        assert (resolved.values is None) == (name in ("empty", "remote", "external")), name
    for name in profiles.names(found, "helm"):
        assert _helm(release, profile=name).chart_values


@pytest.mark.parametrize(
    ("release", "present"),
    [
        ("1.20.7", False),
        ("1.20.8", True),
        ("1.21.3", False),
        ("1.21.4", True),
        ("1.22.1", False),
        ("1.22.2", True),
        ("1.23.0", True),
    ],
)
def test_gateways_security_context_is_visible_since_patches(release: str, present: bool) -> None:
    values = _istioctl(release).values or {}
    assert ("securityContext" in values.get("gateways", {})) is present


@pytest.mark.parametrize(("release", "name"), [("1.22.3", "proxyMetadata"), ("1.22.4", "defaultConfig")])
def test_a_compatibility_version_follows_its_patches(release: str, name: str) -> None:
    mesh = _istioctl(release, compatibilityVersion="1.21").mesh or {}
    place = mesh if name == "proxyMetadata" else mesh["defaultConfig"]
    assert place["proxyMetadata"] == {"ISTIO_DELTA_XDS": "false"}


@pytest.mark.parametrize(
    ("release", "complete"), [("1.17", False), ("1.18.5", False), ("1.18.6", True), ("1.23", True)]
)
def test_the_stackdriver_tracer_has_all_options_since_a_patch(release: str, complete: bool) -> None:
    values = {"global": {"proxy": {"tracer": "stackdriver"}, "tracer": {"stackdriver": {"debug": True}}}}
    options = get(_istioctl(release, values=values).mesh, "defaultConfig.tracing.stackdriver")
    assert options["debug"] is True
    assert (options.get("maxNumberOfAttributes") == 200) is (complete or release == "1.17")


def test_the_old_engine_unites_extension_providers_until_the_charts_hold_them() -> None:
    own = {"extensionProviders": [{"name": "own", "zipkin": {"service": "z", "port": 9411}}]}
    old = _istioctl("1.20", "demo", meshConfig=own).mesh or {}
    new = _istioctl("1.21", "demo", meshConfig=own).mesh or {}
    assert [p["name"] for p in old["extensionProviders"]] == ["own", "otel", "skywalking", "otel-tracing"]
    assert [p["name"] for p in new["extensionProviders"]] == ["own"]


def test_the_component_beats_the_value_in_the_new_engine_only() -> None:
    spec: dict[str, Any] = {"components": {"cni": {"enabled": True}}}
    old = _istioctl("1.23", **spec, values={"istio_cni": {"enabled": False}}).values
    new = _istioctl("1.24", **spec, values={"pilot": {"cni": {"enabled": False}}}).values
    assert get(old, "istio_cni.enabled") is False
    assert get(new, "pilot.cni.enabled") is True


def test_an_egress_gateway_can_be_switched_on_but_not_off_by_value_in_the_new_engine() -> None:
    on = {"gateways": {"istio-egressgateway": {"enabled": True}}}
    off = {"gateways": {"istio-egressgateway": {"enabled": False}}}
    names = [
        [g.name for g in _istioctl(*key, values=values).gateways]
        for key, values in (
            (("1.30", "default"), on),
            (("1.30", "demo"), off),
            (("1.20", "demo"), off),
        )
    ]
    assert names == [
        ["istio-ingressgateway", "istio-egressgateway"],
        ["istio-ingressgateway", "istio-egressgateway"],
        ["istio-ingressgateway"],
    ]


def test_null_restores_nothing_where_charts_wrap_their_defaults() -> None:
    old = _helm("1.20", **{"global": {"proxy": {"resources": None}}}).values
    new = _helm("1.21", **{"global": {"proxy": {"resources": None}}}).values
    assert "resources" not in get(old, "global.proxy")
    assert get(new, "global.proxy.resources", "absent") is None


def test_pilot_beats_the_top_level_in_a_descoped_chart() -> None:
    found = _helm("1.26", env={"A": "top", "B": "top"}, pilot={"env": {"A": "pilot"}})
    assert get(found.values, "pilot.env") == {"A": "pilot", "B": "top"}


def test_user_environment_goes_in_front_of_what_the_profile_patches() -> None:
    names = [v["name"] for v in _istioctl("1.20", "demo", values={"pilot": {"env": {"NEW": "1"}}}).environment or []]
    assert names.count("PILOT_TRACE_SAMPLING") == 1
    assert "NEW" in names


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"compatibilityVersion": "1.10"}, "unknown compatibility version 1.10"),
        ({"values": {"global": {"platform": "mars"}}}, "unknown platform mars"),
        ({"values": {"profile": "default"}}, "unknown profile default"),
        ({"values": {"defaults": {}}}, "the chart's own"),
        ({"values": {"global": {"pilotCertProvider": "kubernetes"}}}, "kubernetes is not supported"),
        ({"values": {"telemetry": {"v2": {"prometheus": {"configOverride": {"a": 1}}}}}}, "no longer supported"),
    ],
)
def test_what_the_chart_refuses_is_an_error(spec: Any, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as raised:
        _istioctl("1.30", **spec)
    assert raised.value.hint or "compatibility" in message


def test_an_unknown_profile_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match='profile "dmeo" not found') as raised:
        _istioctl("1.30", "dmeo")
    assert raised.value.hint == "write demo"


def test_resource_scope_keeps_config_maps_back() -> None:
    found = _istioctl("1.28", values={"global": {"resourceScope": "cluster"}})
    assert (found.values, found.mesh) == (None, None)


@pytest.mark.parametrize(
    ("release", "chosen"), [("1.23", []), ("1.24", ["openshift"]), ("1.25", ["gke"]), (catalog.newest().minor, ["gke"])]
)
def test_platform_at_the_top_level_comes_before_global_platform(release: str, chosen: list[str]) -> None:
    both = _helm(release, platform="gke", **{"global": {"platform": "openshift"}})
    assert [overlay.name for overlay in both.overlays if overlay.kind == "platform"] == chosen
    only_global = _helm(release, **{"global": {"platform": "openshift"}})
    expected = ["openshift"] if catalog.release(release).has("profiles.platform_overlays") else []
    assert [overlay.name for overlay in only_global.overlays if overlay.kind == "platform"] == expected
