"""`meshc explain`: decisions, fields, settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import meshc as meshc_package
from meshc import resources, yamlio
from tests.cli.running import Run
from tests.injection.pods import deployment, pod


def field(meshc: Run, workload: Any, path: str, *args: str) -> Any:
    told = meshc("explain", "-", "--field", path, "--format", "json", *args, stdin=yamlio.dump(workload))
    assert told.code == 0, told.err
    (found,) = json.loads(told.out)
    return found


def causes(found: Any, kind: str) -> dict[str, Any]:
    return {cause["name"]: cause for cause in found["causes"] if cause["kind"] == kind}


def test_the_decision_is_told_step_by_step(meshc: Run) -> None:
    told = meshc("explain", "-", stdin=yamlio.dump(deployment(labels={"sidecar.istio.io/inject": "false"})))
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0] == 'deployment.web (<stdin>:1): not injected, because of label sidecar.istio.io/inject: "false"'
    assert [line.split()[1] for line in lines if line.strip()[:1].isdigit()] == ["host", "ignored", "label"]


def test_the_decision_names_selector_and_policy(meshc: Run, tmp_path: Path) -> None:
    config = {"policy": "disabled", "alwaysInjectSelector": [{}, {"matchLabels": {"app": "web"}}]}
    (tmp_path / "config.yaml").write_text(yamlio.dump(config))
    args = ("explain", "-", "--format", "json", "--injector-config", "config.yaml")
    (yes,) = json.loads(meshc(*args, stdin=yamlio.dump(deployment(labels={"app": "web"}))).out)
    (no,) = json.loads(meshc(*args, stdin=yamlio.dump(deployment(labels={"app": "other"}))).out)
    assert (yes["injected"], yes["decided_by"]) == (True, "alwaysInjectSelector[1]")
    assert (no["injected"], no["reason"]) == (False, "policy-disabled")
    assert no["steps"][-1]["outcome"] == "no"


def test_the_namespace_counts_where_it_is_known(meshc: Run) -> None:
    space = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "n", "labels": {"istio-injection": "disabled"}},
    }
    text = yamlio.dump_all([space, pod(namespace="n")])
    (found,) = json.loads(meshc("explain", "-", "--format", "json", stdin=text).out)
    assert found["namespace"] == {"name": "n", "from": "written in the document", "known": True}
    assert (found["injected"], found["reason"]) == (False, "webhook-selector")


def test_a_field_of_the_template_names_line_setting_and_switch(meshc: Run) -> None:
    args = ("--release", "1.30", "--profile", "demo", "--set", "values.global.proxy.image=mine")
    found = field(meshc, deployment(), "spec.initContainers[istio-proxy].image", *args)
    assert found["field"] == "spec.template.spec.initContainers[1].image"
    (layer,) = found["layers"]
    assert (layer["layer"], layer["wins"], layer["value"]) == ("template sidecar", True, found["value"])
    assert layer["file"] == "templates/sidecar.yaml.j2"
    lines = resources.text("templates", "sidecar.yaml.j2").splitlines()
    assert lines[layer["line"] - 1].strip() == layer["source"] == "image: {{ image }}"
    assert layer["function"]["name"] == "meshc.injection.templating.agent_data._container_data"
    rule = (Path(meshc_package.__file__).parents[1] / layer["function"]["file"]).read_text().splitlines()
    assert '"image": chosen_image(' in rule[layer["function"]["line"] - 1]
    setting = causes(found, "setting")["values.global.proxy.image"]
    assert [origin["layer"] for origin in setting["origins"]] == [
        "istiod chart of Istio 1.30.3",
        "--set values.global.proxy.image=mine",
    ]
    assert "injection.native_sidecars_auto" in causes(found, "switch")


def test_a_field_of_the_workload_is_shown_with_what_shadowed_it(meshc: Run, tmp_path: Path) -> None:
    container = {"name": "app", "image": "a", "readinessProbe": {"httpGet": {"path": "/ready", "port": 80}}}
    (tmp_path / "p.yaml").write_text(yamlio.dump(pod(containers=[container])))
    told = meshc("explain", "p.yaml", "--field", "spec.containers[app].readinessProbe.httpGet.path")
    assert 'shadowed the workload as written (p.yaml:11): "/ready"' in told.out
    assert 'wins     probe rewriting: "/app-health/app/readyz"' in told.out
    assert "setting values.sidecarInjectorWebhook.rewriteAppHTTPProbe = true" in told.out


@pytest.mark.parametrize(
    ("path", "function"),
    [
        ('metadata.annotations["sidecar.istio.io/status"]', "pod_metadata.set_status"),
        ('metadata.annotations["prometheus.io/path"]', "prometheus.merge"),
        ('metadata.labels["service.istio.io/canonical-name"]', "templating.sidecar_data.sidecar_data"),
        ("spec.initContainers[istio-init].image", "templating.sidecar_data._capture_data"),
        ("spec.initContainers[istio-proxy].env[ISTIO_META_OWNER].value", "templating.agent_data._container_data"),
    ],
)
def test_the_function_that_decided_is_named(meshc: Run, path: str, function: str) -> None:
    found = field(meshc, deployment(annotations={"prometheus.io/scrape": "true"}), path)
    assert found["layers"][-1]["function"]["name"] == f"meshc.injection.{function}"


def test_a_users_own_container_wins_over_the_template(meshc: Run) -> None:
    own = [{"name": "app", "image": "a"}, {"name": "istio-proxy", "image": "mine"}]
    found = field(meshc, pod(containers=own), "spec.containers[istio-proxy].image", "--mode", "kube-inject")
    assert [layer["layer"] for layer in found["layers"]] == [
        "the workload as written",
        "template sidecar",
        "user container istio-proxy",
    ]
    assert [layer["wins"] for layer in found["layers"]] == [False, False, True]


def test_an_annotation_behind_a_value_is_named(meshc: Run) -> None:
    workload = pod(annotations={"sidecar.istio.io/proxyCPU": "10m"})
    found = field(meshc, workload, "spec.initContainers[istio-proxy].resources.requests.cpu")
    cause = causes(found, "workload")['metadata.annotations["sidecar.istio.io/proxyCPU"]']
    assert (cause["value"], cause["otherwise"]) == ("10m", "11m")


def test_what_has_no_part_in_a_value_is_not_named(meshc: Run) -> None:
    found = field(meshc, pod(), "spec.containers[app].image")
    assert [layer["layer"] for layer in found["layers"]] == ["the workload as written"]
    assert {cause["name"] for cause in found["causes"]} <= {"spec.containers[0].name"}


def test_a_field_of_the_bootstrap(meshc: Run) -> None:
    found = field(
        meshc,
        pod(),
        "envoy:admin.address.socket_address.port_value",
        "--set",
        "meshConfig.defaultConfig.proxyAdminPort=15999",
    )
    assert found["value"] == 15999
    (cause,) = causes(found, "setting").values()
    assert cause["name"] == "meshConfig.defaultConfig.proxyAdminPort"
    assert cause["origins"][-1]["layer"].startswith("--set ")


def test_a_users_template_is_pointed_at_with_its_line(meshc: Run, tmp_path: Path) -> None:
    template = "metadata:\n  labels:\n    mine: {{ Values.global.proxy.image }}\n"
    (tmp_path / "config.yaml").write_text(yamlio.dump({"templates": {"sidecar": template}, "policy": "enabled"}))
    found = field(meshc, pod(), "metadata.labels.mine", "--injector-config", "config.yaml")
    assert found["layers"][0]["line"] == 3
    assert "values.global.proxy.image" in causes(found, "setting")


def test_a_setting_shows_its_layers(meshc: Run) -> None:
    told = meshc("explain", "--setting", "values.global.proxy.resources.requests.cpu", "--profile", "demo")
    assert told.code == 0
    assert 'wins     profile overlay demo: "10m"' in told.out
    assert "shadowed istiod chart" in told.out
    mesh = meshc("explain", "--setting", "meshConfig.accessLogFile", "--set", "meshConfig.accessLogFile=/x")
    assert 'wins     --set meshConfig.accessLogFile=/x: "/x"' in mesh.out


def test_one_workload_of_several(meshc: Run) -> None:
    text = yamlio.dump_all([pod(name="a"), pod(name="b", namespace="n")])
    assert len(json.loads(meshc("explain", "-", "--format", "json", stdin=text).out)) == 2
    for name in ("pod.b", "n/pod.b"):
        (found,) = json.loads(meshc("explain", "-", "--format", "json", "--workload", name, stdin=text).out)
        assert found["workload"] == "n/pod.b"


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("--field", "spec.containerz"), "did you mean containers"),
        (("--field", "spec.containers[nobody].image"), "there are app"),
        (("--field", "spec.containers[app].image.deeper"), "shorten --field"),
        (("--field", "["), "not a path"),
        (("--workload", "pod.x"), "write one of pod.web"),
        (("--setting", "values.global.nothing"), "no layer sets this"),
        (("--setting", "hub"), "not a setting"),
        (("--setting", "values.x", "--field", "y"), "mutually exclusive"),
        (("--format", "jsn"), "write json"),
        (("--field", "envoy:admin.adress"), "did you mean address"),
    ],
)
def test_what_is_not_there_is_told(meshc: Run, args: tuple[str, ...], word: str) -> None:
    told = meshc("explain", "-", *args, stdin=yamlio.dump(pod()))
    assert (told.code, told.out) == (2, "")
    assert word in told.err


def test_no_workload_is_told(meshc: Run) -> None:
    told = meshc("explain", "-", stdin="apiVersion: v1\nkind: Service\nmetadata: {name: s}\n")
    assert told.code == 2
    assert "no workload" in told.err
