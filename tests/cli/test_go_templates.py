"""A captured pair of ConfigMaps with Go templates, through every door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonpatch
import orjson
import pytest

from meshc import yamlio
from meshc.errors import MeshcError
from meshc.injection.api import inject
from meshc.settings import Settings
from meshc.trees import merge
from meshc.webhook import review
from meshc.webhook.settings_in_force import try_out
from tests.cli.running import Run

TEXT = """\
metadata:
  labels:
    team: {{ annotation .ObjectMeta "example.com/team" "none" | quote }}
spec:
  containers:
  - name: istio-proxy
    args: [proxy, sidecar, --domain, $(POD_NAMESPACE).svc.cluster.local]
    image: {{ annotation .ObjectMeta "example.com/image" .ProxyImage }}
    {{- if .Values.global.proxy }}
    env:
    {{- range $k, $v := .ObjectMeta.Labels }}
    - name: {{ $k | upper }}
      value: {{ $v | quote }}
    {{- end }}
    {{- end }}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  labels: {app: web}
  annotations: {}
spec:
  containers:
  - name: web
    image: web:1
"""


def captured(text: str = TEXT) -> str:
    """The ConfigMaps of a cluster whose sidecar template is the text."""
    config = yamlio.dump({"policy": "enabled", "defaultTemplates": ["sidecar"], "templates": {"sidecar": text}})
    values = merge(
        Settings.load(release="1.30").values.document, {"global": {"hub": "example.com/istio", "tag": "1.30.3"}}
    )
    maps = {
        "istio-sidecar-injector": {"config": config, "values": orjson.dumps(values).decode()},
        "istio": {"mesh": "trustDomain: td\n"},
    }
    return "---\n".join(
        yamlio.dump({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})
        for name, data in maps.items()
    )


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    """A directory with the ConfigMaps and a pod."""
    (tmp_path / "cluster.yaml").write_text(captured())
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path


def settings(folder: Path, **more: Any) -> Settings:
    return Settings.load(release="1.30", cluster_config=str(folder / "cluster.yaml"), **more)


def proxy(manifest: Any) -> Any:
    return next(one for one in manifest["spec"]["containers"] if one["name"] == "istio-proxy")


WANTED = {"name": "istio-proxy", "image": "example.com/istio/proxyv2:1.30.3", "env": [{"name": "APP", "value": "web"}]}


def test_every_door_gives_the_same_proxy(cluster: Path, meshc: Run) -> None:
    pod = yamlio.load(POD)
    known = settings(cluster)
    body = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
    body["request"] = {"uid": "u", "namespace": "shop", "operation": "CREATE", "object": pod}  # type: ignore[assignment]
    response = orjson.loads(review(orjson.dumps(body), known, "/inject"))["response"]
    assert response["allowed"], response
    from base64 import b64decode

    reviewed = jsonpatch.apply_patch(pod, orjson.loads(b64decode(response["patch"])))
    printed = meshc("inject", "--release", "1.30", "--cluster-config", "cluster.yaml", "pod.yaml")
    assert printed.code == 0, printed.err
    rendered = meshc(
        *("render", "--release", "1.30", "--cluster-config", "cluster.yaml"),
        *("pod.yaml", "-o", "out"),
    )
    assert rendered.code == 0, rendered.err
    manifest = next(path for path in (cluster / "out").rglob("*.yaml") if "istio-proxy" in path.read_text())
    documents = [
        inject(pod, known).manifest,
        reviewed,
        yamlio.load_all(printed.out)[0].value,
        yamlio.load(manifest.read_text()),
    ]
    for document in documents:
        made = proxy(document)
        assert {key: made[key] for key in WANTED} == WANTED
        assert document["metadata"]["labels"]["team"] == "none"


def test_shipped_templates_stand_in_on_request(cluster: Path, meshc: Run) -> None:
    asked = ("inject", "--release", "1.30", "--templates", "shipped", "--cluster-config", "cluster.yaml")
    outcome = meshc(*asked, "pod.yaml")
    assert "ISTIO_META_MESH_ID" in outcome.out
    assert "stand for the Go text of sidecar" in outcome.err


def test_explain_points_into_the_configmap(cluster: Path, meshc: Run) -> None:
    outcome = meshc(
        *("explain", "--release", "1.30", "--cluster-config", "cluster.yaml"),
        *("--field", "spec.containers[istio-proxy].env[APP]", "pod.yaml"),
    )
    assert "template sidecar (" in outcome.out
    config = yamlio.load_all(captured())[0].value["data"]["config"].splitlines()
    line = 1 + next(place for place, text in enumerate(config) if "$k | upper" in text)
    assert f"cluster.yaml#config:{line} `- name: {{{{ $k | upper }}}}`" in outcome.out


def test_uninject_gives_the_pod_back(cluster: Path) -> None:
    from meshc.injection.uninject.uninjection import uninject
    from meshc.yamlio import Document

    pod = yamlio.load(POD)
    injected = inject(pod, settings(cluster)).manifest
    back = uninject(Document(injected), settings(cluster)).manifest
    assert [one["name"] for one in back["spec"]["containers"]] == ["web"]


BAD = {
    "unclosed action": ("a: {{ .x", "unclosed action", "close the action"),
    "unknown function": ('a: {{ includ "x" . }}', 'function "includ" not defined', "no such function"),
    "missing template": ('a: {{ template "x" . }}', 'template "x" not defined', "same text"),
    "wrong count": ('a: {{ upper "a" "b" }}', "wrong number of args for upper: want 1 got 2", "operands"),
    "nil": (
        "a: {{ .Spec.SecurityContext.RunAsUser }}",
        "nil pointer evaluating *v1.PodSecurityContext.RunAsUser",
        "with",
    ),
    "no YAML": ("a: b: {{ .Revision }}", "failed applying injection overlay: error converting YAML to JSON", "no YAML"),
    "no map": (
        "- {{ .Revision }}",
        "failed applying injection overlay: strategic merge: invalid JSON document",
        "a map",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_text_is_one_pointed_error(name: str, cluster: Path, meshc: Run) -> None:
    text, words, remedy = BAD[name]
    (cluster / "cluster.yaml").write_text(captured(text))
    outcome = meshc("inject", "--release", "1.30", "--cluster-config", "cluster.yaml", "pod.yaml")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.count("error: ") == 1
    assert words in outcome.err
    assert remedy in outcome.err
    assert "cluster.yaml#config:" in outcome.err or name == "no map"


def test_a_text_that_nobody_picks_must_parse_too(cluster: Path) -> None:
    config = {"templates": {"sidecar": TEXT, "other": "{{ if }}"}}
    with pytest.raises(MeshcError, match="missing value for if"):
        inject(yamlio.load(POD), Settings.load(release="1.30", injector_config=config))


def test_check_finds_structure_dead_fields_and_refused_functions(cluster: Path, meshc: Run) -> None:
    text = TEXT + "  {{- if (and false .NoSuch) }}{{ uuidv4 }}{{ end }}\n"
    (cluster / "cluster.yaml").write_text(captured(text))
    odd = POD.replace("annotations: {}", 'annotations: {"example.com/image": "a\\n    stdin: true"}')
    (cluster / "pod.yaml").write_text(odd)
    outcome = meshc("check", "--release", "1.30", "--cluster-config", "cluster.yaml", "pod.yaml")
    assert outcome.code == 1
    for rule in ("template-structure", "template-dead", "template-error"):
        assert rule in outcome.out
    assert "cluster.yaml#config:" in outcome.out
    (cluster / "cluster.yaml").write_text(captured())
    (cluster / "pod.yaml").write_text(POD)
    clean = meshc("check", "--release", "1.30", "--cluster-config", "cluster.yaml", "pod.yaml")
    assert "template-" not in clean.out


def test_pods_injected_with_the_clusters_text_are_current(cluster: Path, meshc: Run) -> None:
    text = TEXT.replace("    team:", "    example.com/team:").replace(
        "range $k, $v := .ObjectMeta.Labels", 'range $k, $v := dict "app" .ObjectMeta.Labels.app'
    )
    (cluster / "cluster.yaml").write_text(captured(text))
    known = settings(cluster)
    pod = yamlio.load(POD)
    (cluster / "live").mkdir()
    made = inject(pod, known).manifest
    (cluster / "live" / "pod.yaml").write_text(yamlio.dump(made))
    asked = ("diff", "--release", "1.30", "--live-from", "live", "--cluster-config", "cluster.yaml")
    outcome = meshc(*asked)
    assert outcome.code == 0, outcome.out + outcome.err
    assert "current" in outcome.out
    (cluster / "cluster.yaml").write_text(captured(text.replace('"none"', '"other"')))
    assert meshc(*asked).code == 1


def test_a_webhook_takes_texts_that_refuse_a_pod_but_none_that_do_not_parse() -> None:
    try_out(Settings.load(injector_config={"templates": {"sidecar": '{{ fail "no team" }}'}}))
    with pytest.raises(MeshcError, match="missing value for if"):
        try_out(Settings.load(injector_config={"templates": {"sidecar": TEXT, "other": "{{ if }}"}}))


def test_two_sources_of_templates_are_compared(cluster: Path, meshc: Run) -> None:
    (cluster / "vendor.yaml").write_text(captured(TEXT.replace('"none"', '"vendor"')))
    asked = ("diff", "--release", "1.30", "--templates", "cluster.yaml", "vendor.yaml")
    outcome = meshc(*asked, "pod.yaml")
    assert outcome.code == 1
    assert 'metadata.labels.team: "none" → "vendor"' in outcome.out
    assert outcome.out.count("#config:") == 2
    telling = meshc(*asked)
    assert telling.code == 1
    assert "in 5 workloads" in telling.out
    same = meshc("diff", "--release", "1.30", "--templates", "cluster.yaml", "cluster.yaml", "pod.yaml")
    assert (same.code, same.out.count("→")) == (0, 1)


def test_releases_and_directories_are_sources_too(cluster: Path, meshc: Run) -> None:
    (cluster / "texts").mkdir()
    (cluster / "texts" / "sidecar.yaml").write_text(TEXT)
    outcome = meshc("diff", "--templates", "1.29", "texts", "pod.yaml")
    assert outcome.code == 1
    assert "metadata.labels.team" in outcome.out
    refused = meshc("diff", "--templates", "nosuch", "texts", "pod.yaml")
    assert refused.code == 2
    assert "no such source of templates" in refused.err


def test_a_refusal_of_one_source_is_a_difference(cluster: Path, meshc: Run) -> None:
    (cluster / "vendor.yaml").write_text(captured('{{ fail "no team" }}'))
    outcome = meshc("diff", "--release", "1.30", "--templates", "cluster.yaml", "vendor.yaml", "pod.yaml")
    assert outcome.code == 1
    assert "error calling fail: no team" in outcome.out
