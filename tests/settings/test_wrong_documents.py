"""Files that are not what an option takes: told, and never read as an empty setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshc import Settings
from meshc.errors import MeshcError
from meshc.yamlio import Json

CONFIG_MAP: Json = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"mesh": "{}", "values": "{}", "config": "{}"}}
HALVES = ("values", "mesh_config", "resolved_values", "resolved_mesh_config", "injector_config")


@pytest.mark.parametrize("option", HALVES)
@pytest.mark.parametrize("lenient", [False, True])
def test_a_config_map_where_its_content_belongs_is_an_error(option: str, lenient: bool) -> None:
    with pytest.raises(MeshcError, match="not a Kubernetes object") as raised:
        Settings.load(**{option: CONFIG_MAP, "lenient": lenient})
    assert raised.value.hint == "--cluster-config takes a ConfigMap"


def test_an_operator_among_values_is_sent_to_its_option() -> None:
    with pytest.raises(MeshcError, match="--iop takes an IstioOperator"):
        Settings.load(values={"apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator"})


def test_every_missing_file_is_told() -> None:
    with pytest.raises(MeshcError) as raised:
        Settings.load(values=["no-1.yaml", "no-2.yaml"], mesh_config="no-3.yaml", iop=["no-4.yaml"])
    for number in "1234":
        assert f"no-{number}.yaml: no such file" in str(raised.value)


def test_unknown_keys_of_an_injector_config_are_warnings(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("polcy: disabled\npolicy: enabled\n")
    settings = Settings.load(injector_config=config)
    assert settings.warnings == ("injector config: polcy: unknown key, ignored; did you mean policy?",)


def test_a_prefix_that_only_istioctl_takes_is_named() -> None:
    with pytest.raises(MeshcError, match="leave out the leading `values"):
        Settings.load(installer="helm", set=["values.global.hub=example.com"])
