"""`meshc bootstrap`: streams, exit codes, releases, facts, overrides, a real Envoy's verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from meshc import yamlio
from meshc.cli.app import app
from tests.bootstraps.real_envoy import program
from tests.bootstraps.samples import pod


def meshc(*args: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["bootstrap", *map(str, args), "--no-settings"], input=stdin)


def written(folder: Path, document: Any, name: str = "pod.yaml") -> Path:
    file = folder / name
    file.write_text(yamlio.dump(document))
    return file


def node(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return orjson.loads(result.stdout)["node"]


def test_the_release_comes_from_the_image_unless_it_is_named(tmp_path: Path) -> None:
    file = written(tmp_path, pod("1.21.3"))
    assert node(meshc("envoy", file))["metadata"]["ISTIO_VERSION"] == "1.21.3"
    assert node(meshc("envoy", file, "--release", "1.30.1"))["metadata"]["ISTIO_VERSION"] == "1.30.1"
    assert node(meshc("grpc", "-", stdin=file.read_text()))["metadata"]["ISTIO_VERSION"] == "1.21.3"


def test_facts_from_options_and_file(tmp_path: Path) -> None:
    file = written(tmp_path, pod())
    facts = written(tmp_path, {"pod_name": "from-file", "node_name": "n1"}, "facts.yaml")
    shown = node(meshc("envoy", file, "--facts", facts, "--fact", "pod_name=from-option"))["metadata"]
    assert (shown["NAME"], shown["NODE_NAME"]) == ("from-option", "n1")


def test_facts_alone_hold_everything(tmp_path: Path) -> None:
    facts = {"release": "1.24.1", "node_id": "router~1.2.3.4~a.b~c", "proxy_config": {"discoveryAddress": "i:1"}}
    file = written(tmp_path, facts, "facts.yaml")
    assert node(meshc("envoy", "--facts", file))["id"] == "router~1.2.3.4~a.b~c"


@pytest.mark.parametrize("kind", ["envoy", "grpc"])
def test_facts_read_back_give_the_same_file(tmp_path: Path, kind: str) -> None:
    made = tmp_path / "made.json"
    assert meshc(kind, written(tmp_path, pod("1.23.4")), "-o", made).exit_code == 0
    facts = meshc("facts", made)
    assert (facts.exit_code, facts.stderr) == (0, "")
    file = tmp_path / "facts.yaml"
    file.write_text(facts.stdout)
    again = meshc(kind, "--facts", file)
    assert again.stdout_bytes == made.read_bytes()


def test_places_the_facts_do_not_give_again_are_named(tmp_path: Path) -> None:
    made = tmp_path / "made.json"
    meshc("envoy", written(tmp_path, pod()), "-o", made)
    document = orjson.loads(made.read_bytes())
    document["admin"]["profile_path"] = "/elsewhere"
    made.write_bytes(orjson.dumps(document))
    assert "/admin/profile_path: not reproduced" in meshc("facts", made).stderr


def test_an_override_is_merged(tmp_path: Path) -> None:
    custom = written(tmp_path, {"admin": {"profilePath": "/p"}, "watchdogs": {"host": "$(HOST_IP)"}}, "custom.yaml")
    result = meshc("envoy", written(tmp_path, pod()), "--override", custom)
    document = orjson.loads(result.stdout)
    assert document["admin"]["profile_path"] == "/p"
    assert document["watchdogs"]["host"] == "172.16.0.9"


def test_check_says_what_envoy_thinks(tmp_path: Path) -> None:
    file = written(tmp_path, pod())
    good = meshc("envoy", file, "--envoy", program())
    assert good.exit_code == 0
    assert "accepted" in good.stderr
    assert "static_resources.clusters[3].max_requests_per_connection: deprecated" in good.stderr
    custom = written(tmp_path, {"admin": {"no_such_field": 1}}, "custom.yaml")
    bad = meshc("envoy", file, "--override", custom, "--check", "--envoy", program())
    assert bad.exit_code == 1
    assert "no_such_field" in bad.stderr
    assert orjson.loads(bad.stdout)["admin"]["no_such_field"] == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["envoy"], "no pod and no facts given"),
        (["grpc", "--check", "--fact", "pod_ip=1"], "does not read a gRPC bootstrap"),
        (["envoy", "--fact", "pod_ipp=1"], "unknown fact"),
        (["facts", "/nowhere.json"], "cannot be read"),
        (["envoy", "--fact", "role=sidecar", "-o", "json"], "not its format"),
        (["envoy", "--fact", "role=sidecar", "--envoy", "/nowhere"], "no Envoy at /nowhere"),
    ],
)
def test_usage_errors_leave_stdout_empty(args: list[str], message: str) -> None:
    result = meshc(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_exactly_one_pod_is_wanted(tmp_path: Path) -> None:
    two = tmp_path / "two.yaml"
    two.write_text(yamlio.dump_all([pod(), pod()]))
    result = meshc("envoy", two)
    assert result.exit_code == 2
    assert "2 pods where one is expected" in result.stderr
    service = written(tmp_path, {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}}, "service.yaml")
    assert "no pod among the documents" in meshc("envoy", service).stderr


def test_a_proxyless_pod_has_no_envoy_bootstrap(tmp_path: Path) -> None:
    file = written(tmp_path, pod(env=[{"name": "DISABLE_ENVOY", "value": "true"}]))
    result = meshc("envoy", file)
    assert result.exit_code == 2
    assert "meshc bootstrap grpc" in result.stderr
    assert meshc("grpc", file).exit_code == 0


def uninjected(**labels: str) -> Any:
    template = {
        "metadata": {"labels": {"app": "web", **labels}},
        "spec": {"containers": [{"name": "web", "image": "web:1"}]},
    }
    spec = {"selector": {"matchLabels": {"app": "web"}}, "template": template}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": spec,
    }


def test_an_uninjected_workload_is_injected_first(tmp_path: Path) -> None:
    file = written(tmp_path, uninjected())
    found = node(meshc("envoy", file, "--release", "1.27", "--set", "meshConfig.defaultConfig.proxyAdminPort=15999"))
    assert found["metadata"]["PROXY_CONFIG"]["proxyAdminPort"] == 15999
    assert found["metadata"]["ISTIO_VERSION"].startswith("1.27.")


def test_a_workload_that_gets_no_proxy_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, uninjected(**{"sidecar.istio.io/inject": "false"}))
    result = meshc("envoy", file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the pod gets no proxy" in result.stderr
    assert "meshc explain" in result.stderr


def test_a_bootstrap_that_does_not_tell_its_release_needs_one(tmp_path: Path) -> None:
    made = tmp_path / "made.json"
    made.write_text('{"node": {"id": "sidecar~1.2.3.4~a.b~c"}}')
    assert "--release" in meshc("facts", made).stderr
    told = meshc("facts", made, "--release", "1.30")
    assert told.exit_code == 0
    assert "do not compile: proxyConfig.discoveryAddress" in told.stderr
