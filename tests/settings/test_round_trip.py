"""A profile's ConfigMaps, fed back as a cluster's, give what the profile itself gives: every profile, every release."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshc import bootstrap, catalog, profiles, yamlio
from meshc.cli.options import SettingsOptions
from meshc.cli.profiles import profiles_verb as verb
from meshc.errors import MeshcError
from meshc.injection.api import inject
from meshc.settings import Settings
from tests.injection.pods import deployment

WORKLOADS = [
    deployment("plain", labels={"app": "plain"}),
    deployment("gateway", annotations={"inject.istio.io/templates": "gateway"}, containers=[{"name": "istio-proxy"}]),
    deployment("grpc", annotations={"inject.istio.io/templates": "grpc-agent"}),
]
CASES = [(str(release), name) for release in catalog.releases() for name in profiles.names(release, "istioctl")]


@pytest.mark.parametrize(("release", "profile"), CASES)
def test_config_maps_render_the_bytes_of_their_profile(release: str, profile: str, tmp_path: Path) -> None:
    file = tmp_path / "maps.yaml"
    settings = Settings.load(release=release, profile=profile)
    if "injector" not in settings.written:
        with pytest.raises(MeshcError, match=rf"(?s)profile {profile} installs no injector.*hint: .*--cluster-config"):
            verb.show(profile, _options(release), format="configmaps", to=str(file))
        with pytest.raises(MeshcError, match=rf"(?s)profile {profile} installs no injector.*hint: .*--cluster-config"):
            inject(WORKLOADS[0], settings, "shop", "webhook")
        return
    verb.show(profile, _options(release), format="configmaps", to=str(file))
    again = Settings.load(release=release, cluster_config=str(file))
    assert rendered(again) == rendered(settings)


def rendered(settings: Settings) -> list[object]:
    """Manifest and bootstraps of a sidecar, a gateway and a gRPC workload."""
    found: list[object] = []
    for workload in WORKLOADS:
        manifest = inject(workload, settings, "shop", "webhook").manifest
        nodes = bootstrap(manifest, settings)
        found += [yamlio.dump(manifest), nodes.envoy, nodes.grpc]
    return found


def _options(release: str) -> SettingsOptions:
    return SettingsOptions(release=release, no_settings=True)
