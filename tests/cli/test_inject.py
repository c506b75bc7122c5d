"""`meshc inject`: forms, KRM functions, error manners."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonpatch
import pytest

from meshc import Settings, inject, yamlio
from meshc.kubernetes import strategic
from tests.cli.running import Run
from tests.injection.pods import deployment, pod

WEB = yamlio.dump(deployment(labels={"app": "web"}))
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n"


def expected(workload: Any, **more: Any) -> Any:
    return inject(workload, Settings.load(mode="kube-inject", **more)).manifest


def test_the_same_stream_for_a_file_a_folder_and_standard_input(meshc: Run, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "web.yaml").write_text(WEB)
    found = [meshc("inject", *args, stdin=WEB).out for args in (("d",), ("d/web.yaml",), ("-f", "d/web.yaml"), ("-",))]
    assert len(set(found)) == 1
    assert meshc("inject", "d", "-o", "-").out == found[0]
    meshc("inject", "d", "-o", "out.yaml")
    assert (tmp_path / "out.yaml").read_text() == found[0]
    assert yamlio.load(found[0].removesuffix("---\n")) == expected(deployment(labels={"app": "web"}))


def test_json_patch_applies_to_the_document_as_it_was(meshc: Run) -> None:
    patch = json.loads(meshc("inject", "-", "--format", "json-patch", stdin=WEB).out)
    spec = jsonpatch.apply_patch(yamlio.load(WEB), patch)["spec"]["template"]["spec"]
    wanted = expected(deployment(labels={"app": "web"}))["spec"]["template"]["spec"]
    assert [c["name"] for c in spec["containers"]] == ["app", "istio-proxy"]
    assert spec["containers"][1] == wanted["containers"][1]
    assert spec["volumes"] == wanted["volumes"]


def test_strategic_patches_name_their_objects_and_give_the_result(meshc: Run) -> None:
    found = meshc("inject", "-", "--format", "strategic-patch", stdin=f"{WEB}---\n{yamlio.dump(pod())}").out
    patches = [document.value for document in yamlio.load_all(found)]
    assert [(p["kind"], p["metadata"]["name"]) for p in patches] == [("Deployment", "web"), ("Pod", "web")]
    for patch, workload in zip(patches, (deployment(labels={"app": "web"}), pod()), strict=True):
        typed = inject(workload, Settings.load(mode="kube-inject")).edited.base
        assert strategic.merge(typed, patch, schema=patch["kind"]) == expected(workload)


def test_kustomize_gives_a_component_of_patches(meshc: Run) -> None:
    found = yamlio.load(meshc("inject", "-", "--format", "kustomize", stdin=f"{WEB}---\n{SERVICE}").out)
    assert (found["apiVersion"], found["kind"]) == ("kustomize.config.k8s.io/v1alpha1", "Component")
    (entry,) = found["patches"]
    assert entry["target"] == {"group": "apps", "version": "v1", "kind": "Deployment", "name": "web"}
    result = jsonpatch.apply_patch(yamlio.load(WEB), yamlio.load(entry["patch"]))
    wanted = expected(deployment(labels={"app": "web"}))["spec"]["template"]
    assert result["spec"]["template"]["spec"]["containers"][1] == wanted["spec"]["containers"][1]
    assert result["spec"]["template"]["metadata"] == wanted["metadata"]


def test_kustomize_wants_a_name(meshc: Run) -> None:
    nameless = pod()
    del nameless["metadata"]["name"]
    refused = meshc("inject", "-", "--format", "kustomize", stdin=yamlio.dump(nameless))
    assert (refused.code, refused.out) == (2, "")
    assert "without a name" in refused.err


def resource_list(config: Any = None, *items: Any) -> str:
    head = {"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": list(items)}
    return yamlio.dump({**head, "functionConfig": config} if config is not None else head)


@pytest.mark.parametrize(
    "config",
    [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "data": {"release": "1.22", "set": "- values.global.proxy.image=mine"},
        },
        {
            "apiVersion": "x/v1",
            "kind": "Inject",
            "spec": {"release": "1.22", "set": ["values.global.proxy.image=mine"]},
        },
        {"apiVersion": "x/v1", "kind": "Inject", "release": "1.22", "set": ["values.global.proxy.image=mine"]},
    ],
)
def test_a_resource_list_comes_out_injected(meshc: Run, config: Any) -> None:
    workload = deployment(labels={"app": "web"})
    workload["metadata"]["annotations"] = {"config.kubernetes.io/index": "1"}
    told = meshc("inject", "-", "--report", "text", stdin=resource_list(config, yamlio.load(SERVICE), workload))
    assert told.code == 0
    assert "deployment.web: injected" in told.err
    found = yamlio.load(told.out)
    assert found["functionConfig"] == config
    assert found["items"][0] == yamlio.load(SERVICE)
    assert found["items"][1]["metadata"] == workload["metadata"]
    wanted = expected(workload, release="1.22", set=["values.global.proxy.image=mine"])
    assert found["items"][1]["spec"]["template"]["spec"]["containers"][1:] == [
        c for c in wanted["spec"]["template"]["spec"]["containers"] if c["name"] == "istio-proxy"
    ]
    assert meshc("inject", "-", stdin=told.out).out == told.out


def test_the_command_line_wins_over_the_function(meshc: Run) -> None:
    config = {"apiVersion": "x/v1", "kind": "Inject", "spec": {"release": "1.22"}}
    found = meshc("inject", "-", "--release", "1.30", stdin=resource_list(config, pod()))
    assert "proxyv2:1.30" in found.out


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"kind": "Inject", "spec": {"relase": "1.22"}}, "did you mean release"),
        ({"kind": "ConfigMap", "data": {"release": "9.9"}}, "unknown Istio release"),
        ("text", "functionConfig"),
    ],
)
def test_a_bad_function_configuration_is_told(meshc: Run, config: Any, word: str) -> None:
    refused = meshc("inject", "-", stdin=resource_list(config, pod()))
    assert (refused.code, refused.out) == (2, "")
    assert word in refused.err


def test_all_errors_of_a_run_are_told_and_nothing_is_written(meshc: Run, tmp_path: Path) -> None:
    bad = [
        yamlio.dump(pod(annotations={"sidecar.istio.io/proxyCPU": "abc"})),
        "a: [\n",
        yamlio.dump(pod(containers=[])),
    ]
    for number, text in enumerate(bad):
        (tmp_path / f"{number}.yaml").write_text(text)
    (tmp_path / "good.yaml").write_text(WEB)
    refused = meshc("inject", "good.yaml", "0.yaml", "1.yaml", "2.yaml", "-o", "out.yaml", "--release", "1.30")
    assert (refused.code, refused.out) == (2, "")
    assert all(f"{number}.yaml" in refused.err for number in range(3))
    assert "without containers" in refused.err
    assert not (tmp_path / "out.yaml").exists()


def test_a_resource_list_with_a_bad_item_gives_nothing(meshc: Run) -> None:
    refused = meshc("inject", "-", stdin=resource_list(None, pod(containers=[]), pod(containers=5)))
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.count("error:") == 2
