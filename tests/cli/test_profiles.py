"""The verbs `profiles` and `releases`."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from meshc import yamlio
from meshc.cli import releases
from meshc.cli.options import SettingsOptions
from meshc.cli.profiles import profiles_verb
from meshc.cli.releases import ReleasesOptions
from meshc.errors import UsageError
from meshc.settings import Settings

OPTIONS = SettingsOptions(release="1.24", no_settings=True)


def test_the_list_names_every_profile_and_what_it_installs(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert profiles_verb.list_profiles(OPTIONS) == 0
    text = capsysbinary.readouterr().out.decode()
    assert (
        "  demo               Deployment/istio-egressgateway, Deployment/istio-ingressgateway, Deployment/istiod\n"
        in text
    )
    assert "remote             nothing in this cluster" in text
    assert profiles_verb.list_profiles(SettingsOptions(release="1.17", installer="helm")) == 0
    assert "none" in capsysbinary.readouterr().out.decode()


def test_text_tells_what_differs_from_the_default_and_where_from(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert profiles_verb.show("demo", OPTIONS) == 0
    text = capsysbinary.readouterr().out.decode()
    assert 'global.proxy.resources.requests.cpu: "100m" → "10m"  [profile overlay demo]' in text
    assert 'accessLogFile: (absent) → "/dev/stdout"  [profile overlay demo]' in text


@pytest.mark.parametrize("format", ["values", "mesh"])
def test_a_part_is_printed_as_it_resolves(format: str, tmp_path: Path) -> None:
    assert profiles_verb.show("demo", OPTIONS, format=format, to=str(tmp_path / "out.yaml")) == 0
    settings = Settings.load(release="1.24", profile="demo")
    wanted = settings.values.document if format == "values" else settings.mesh_document
    assert yamlio.load((tmp_path / "out.yaml").read_text()) == wanted


def test_config_maps_read_back_as_the_same_settings(tmp_path: Path) -> None:
    profiles_verb.show("ambient", OPTIONS, format="configmaps", to=str(tmp_path / "maps.yaml"))
    again = Settings.load(release="1.24", cluster_config=str(tmp_path / "maps.yaml"))
    settings = Settings.load(release="1.24", profile="ambient")
    assert (again.values.document, again.mesh.document) == (settings.values.document, settings.mesh.document)
    assert again.injection_config == settings.injection_config
    assert again.features == settings.features


def test_workloads_are_the_gateways_objects(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert profiles_verb.show("demo", OPTIONS, format="workloads") == 0
    kinds = [document.value["kind"] for document in yamlio.load_all(capsysbinary.readouterr().out)]
    assert kinds.count("Deployment") == 2


def test_two_profiles_compare(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert profiles_verb.diff(["demo", "minimal"], OPTIONS) == 1
    text = capsysbinary.readouterr().out.decode()
    assert "installs - Deployment/istio-egressgateway" in text
    assert profiles_verb.diff(["default", "stable"], OPTIONS) == 0
    assert capsysbinary.readouterr().out == b""


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown format") as raised:
        profiles_verb.show("demo", OPTIONS, format="value")
    assert raised.value.hint == "write values"


def test_releases_are_listed(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert releases.list_releases(format="json") == 0
    rows = orjson.loads(capsysbinary.readouterr().out)["releases"]
    assert rows[0] == {"minor": "1.17", "newest": "1.17.8", "kubernetes": ["1.23", "1.24", "1.25", "1.26"]}
    assert releases.list_releases() == 0
    assert b"1.30     1.30.3   1.32, " in capsysbinary.readouterr().out


def test_a_release_tells_what_it_and_its_patches_changed(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert releases.show("1.27", format="json") == 0
    found = orjson.loads(capsysbinary.readouterr().out)
    assert {"profiles.remote_istiod_with_local_injector"} <= {entry["switch"] for entry in found["changes"]}
    assert releases.show("1.18") == 0
    text = capsysbinary.readouterr().out.decode()
    assert text.startswith("Istio 1.18.7, changed since 1.17.8:\n")
    assert "changed by patches since 1.18.0:" in text
    assert releases.show("1.17") == 0
    assert b"the oldest release" in capsysbinary.readouterr().out


def test_an_unknown_form_of_releases_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown format"):
        releases.releases(ReleasesOptions(format="yaml"))
