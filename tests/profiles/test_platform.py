"""The platform may be said twice: `platform` wins over `global.platform`."""

from __future__ import annotations

import pytest

from meshc import catalog
from meshc.profiles import overlays
from tests.gateways.objects import GLOBAL, installed, pod


@pytest.mark.parametrize(
    ("release", "names"), [("1.23", []), ("1.24", ["openshift"]), ("1.25", ["k3d"]), ("1.30", ["k3d"])]
)
def test_the_top_level_platform_chooses_the_overlay(release: str, names: list[str]) -> None:
    both = {"platform": "k3d", "global": {"platform": "openshift"}}
    assert [overlay.name for overlay in overlays.chosen(catalog.release(release), both)] == names


@pytest.mark.parametrize(("top", "below", "ids"), [("k3d", "openshift", True), ("openshift", "k3d", False)])
def test_the_top_level_platform_decides_about_a_gateways_ids(top: str, below: str, ids: bool) -> None:
    values = {"platform": top, "global": {**GLOBAL, "platform": below}}
    context = pod(installed("istio-ingress", "1.30", values))["spec"]["securityContext"]
    assert ("runAsUser" in context) is ids
