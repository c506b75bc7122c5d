"""Captured ConfigMaps: read, and written so that reading them gives the same."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from meshc import catalog
from meshc.errors import MeshcError
from meshc.settings import Settings, captured

PARTS = ("mesh_document", "injection_config", "features", "revision")


@pytest.mark.parametrize("release", [r.minor for r in catalog.releases()])
@pytest.mark.parametrize("mode", ["webhook", "kube-inject"])
def test_what_settings_write_reads_back_as_the_same(release: str, mode: str) -> None:
    overlay = "values.sidecarInjectorWebhook.templates.own=spec: {}"
    for keywords in ({"profile": "demo"}, {"revision": "canary", "set": [overlay]}):
        settings = Settings.load(release=release, mode=mode, **keywords)
        again = Settings.load(release=release, mode=mode, cluster_config=captured.config_maps(settings))
        assert [getattr(again, part) for part in PARTS] == [getattr(settings, part) for part in PARTS]
        assert again.values.document == settings.values.document
        assert again.mesh.document == settings.mesh.document
        assert again.warnings == ()


def _config_map(name: str, **data: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def test_a_list_of_both_is_read() -> None:
    items = [
        _config_map("istio-canary", mesh="trustDomain: td"),
        _config_map("istio-sidecar-injector-canary", values='{"global": {"hub": "h"}}', config="policy: disabled"),
    ]
    settings = Settings.load(cluster_config={"kind": "List", "items": items})
    assert settings.mesh.trust_domain == "td"
    assert settings.values.document == {"global": {"hub": "h"}}
    assert settings.injection_config.policy == "disabled"
    assert settings.revision == "canary"


def test_go_text_is_run_under_every_name_unless_meshcs_own_templates_are_asked_for() -> None:
    config = {"templates": {"sidecar": "spec: {{ .Values.x }}", "mine": "{{ toYaml .Values }}", "plain": "spec: {}"}}
    given = Settings.load(injector_config=config)
    assert dict(given.injection_config.templates) == config["templates"]
    assert given.injection_config.go_templates == frozenset({"sidecar", "mine"})
    assert given.warnings == ()
    settings = Settings.load(injector_config=config, templates="shipped")
    found = settings.injection_config
    assert dict(found.templates) == {"sidecar": None, "mine": "{{ toYaml .Values }}", "plain": "spec: {}"}
    assert found.go_templates == frozenset({"mine"})
    assert any("sidecar" in text for text in settings.warnings)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([{"kind": "Secret"}], "not a ConfigMap"),
        ([_config_map("other", mesh="")], "not a ConfigMap that Istio injects from"),
        ([_config_map("istio")], 'missing ConfigMap mesh key "mesh"'),
        ([_config_map("istio-sidecar-injector", values="{}")], 'missing ConfigMap config key "config"'),
        ([_config_map("istio", mesh="a: [")], "mesh: "),
        ([_config_map("istio", mesh=""), _config_map("istio", mesh="")], "two ConfigMaps"),
        (
            [_config_map("istio", mesh=""), _config_map("istio-sidecar-injector-b", values="{}", config="")],
            "different revisions",
        ),
    ],
)
def test_objects_that_are_no_such_pair_are_refused(given: Any, message: str) -> None:
    with pytest.raises(MeshcError, match=message):
        Settings.load(cluster_config=given)


def test_a_part_given_twice_is_refused() -> None:
    with pytest.raises(MeshcError, match="give the same part"):
        Settings.load(cluster_config=_config_map("istio", mesh=""), resolved_mesh_config={})


def test_a_profile_without_injector_has_no_config_maps() -> None:
    with pytest.raises(MeshcError, match="installs no injector"):
        captured.config_maps(dataclasses.replace(Settings.load(profile="empty")))
