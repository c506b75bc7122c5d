"""Which layer a value came from."""

from __future__ import annotations

from meshc.settings import Settings


def test_the_trail_of_a_value_names_every_layer_lowest_first() -> None:
    settings = Settings.load(
        release="1.30",
        profile="demo",
        values={"global": {"proxy": {"resources": {"requests": {"cpu": "20m"}}}}},
        set=["values.global.proxy.resources.requests.cpu=30m"],
    )
    trail = settings.origins.values("global.proxy.resources.requests.cpu")
    assert [tuple(origin) for origin in trail] == [
        ("istiod chart of Istio 1.30.3", "100m"),
        ("profile overlay demo", "10m"),
        ("<values>", "20m"),
        ("--set values.global.proxy.resources.requests.cpu=30m", "30m"),
    ]


def test_the_trail_of_a_mesh_field_begins_with_the_built_in_default() -> None:
    settings = Settings.load(release="1.30", profile="demo", set=["meshConfig.accessLogFile="])
    trail = [tuple(origin) for origin in settings.origins.mesh("accessLogFile")]
    assert trail == [("profile overlay demo", "/dev/stdout"), ("--set meshConfig.accessLogFile=", "")]
    assert settings.origins.mesh("trustDomain")[0].layer == "built-in default of Istio 1.30.3"


def test_the_last_layer_gave_what_the_settings_hold() -> None:
    for release in ("1.17", "1.23", "1.30"):
        settings = Settings.load(release=release, profile="demo", set=["values.global.network=n", "hub=h"])
        for path in ("global.network", "global.hub", "global.proxy.resources.requests.cpu", "global.proxy.logLevel"):
            value = settings.values.document
            for key in path.split("."):
                value = value[key]
            assert settings.origins.values(path)[-1].value == value, path


def test_resolved_documents_are_layers_of_their_own() -> None:
    settings = Settings.load(resolved_values={"a": 1}, resolved_mesh_config={"trustDomain": "x"})
    assert [o.layer for o in settings.origins.values("a")] == ["<resolved-values>"]
    assert settings.origins.mesh("trustDomain")[-1].layer == "<resolved-mesh-config>"
