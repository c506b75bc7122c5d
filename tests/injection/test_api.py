"""One workload through the whole pipeline: templates, overrides, user ids, modes, re-injection."""

from __future__ import annotations

import copy
from typing import Any

import jsonpatch
import orjson
import pytest

from meshc import catalog
from meshc.errors import InjectionError, InputError, MeshcError, UsageError
from meshc.injection.api import inject
from meshc.injection.containers import find, named
from meshc.kubernetes import typed
from meshc.settings import Settings
from tests.injection.pods import OVERLAY, deployment, pod, settings, with_templates

RELEASES = [str(r) for r in catalog.releases()]
PROXY = {"name": "istio-proxy", "image": "auto"}


def _spec(workload: Any, given: Settings, mode: str = "webhook") -> Any:
    manifest = inject(workload, given, mode=mode).manifest
    return manifest["spec"] if manifest["kind"] == "Pod" else manifest["spec"]["template"]["spec"]


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("mode", ["kube-inject", "webhook"])
def test_injecting_twice_changes_nothing_more(release: str, mode: str) -> None:
    workload = deployment(
        containers=[
            {
                "name": "app",
                "image": "app",
                "ports": [{"name": "http", "containerPort": 8080}],
                "livenessProbe": {"httpGet": {"port": "http", "path": "/live"}},
                "readinessProbe": {"grpc": {"port": 9}},
            }
        ],
        annotations={"prometheus.io/port": "8080"},
    )
    given = settings(release, mode)
    once = inject(workload, given, mode=mode)
    assert once.decision.inject
    again = inject(once.manifest, given, mode=mode)
    assert again.manifest == once.manifest
    assert again.patch == []


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("mode", ["kube-inject", "webhook"])
def test_the_patch_applied_gives_the_manifest(release: str, mode: str) -> None:
    workload = deployment(containers=[{"name": "app"}, dict(PROXY, resources={"limits": {"cpu": "0.5"}})], unknown=1)
    before = copy.deepcopy(workload)
    result = inject(workload, settings(release, mode), mode=mode)
    assert workload == before
    patched = jsonpatch.apply_patch(before, orjson.loads(orjson.dumps(result.patch)))
    assert patched["spec"]["template"]["spec"]["unknown"] == 1
    assert typed.normalize(patched, release=catalog.release(release), courtesy=True) == result.manifest


def test_serialised_twice_gives_the_same_bytes() -> None:
    first, second = (orjson.dumps(inject(deployment(), settings()).manifest) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("count", [10, 1500])
def test_the_patch_does_not_grow_with_the_environment(count: int) -> None:
    env = [{"name": f"E{i}", "value": str(i)} for i in range(count)]
    workload = deployment(containers=[{"name": "app", "env": env}, dict(PROXY, env=env)])
    assert len(inject(workload, settings(), mode="webhook").patch) < 12


def test_a_user_s_fields_on_the_proxy_win_and_are_recorded() -> None:
    user = dict(PROXY, resources={"limits": {"cpu": "3000m"}}, env=[{"name": "MINE", "value": "<1>"}], tty=True)
    workload = pod(containers=[{"name": "app"}, user])
    result = inject(workload, with_templates(feature={"ENABLE_NATIVE_SIDECARS": "false"}), mode="webhook")
    proxy = find(result.manifest["spec"], "istio-proxy", "containers")
    assert proxy is not None
    assert (proxy["image"], proxy["resources"], proxy["tty"]) == ("mesh/proxy", {"limits": {"cpu": "3"}}, True)
    assert result.manifest["metadata"]["annotations"]["proxy.istio.io/overrides"] == (
        '{"containers":[{"name":"istio-proxy","env":[{"name":"MINE","value":"\\u003c1\\u003e"}],'
        '"resources":{"limits":{"cpu":"3"}},"tty":true}]}'
    )
    layers = [edit.layer for edit in result.origins["spec.containers[1].tty"]]
    assert layers == ["user container istio-proxy"]


def test_an_unreadable_record_of_overrides_is_an_error() -> None:
    workload = pod(annotations={"proxy.istio.io/overrides": "{"})
    error = _error(workload, with_templates())
    assert isinstance(error, InjectionError)
    assert error.message.startswith("failed to run injection template: annotation proxy.istio.io/overrides: ")


@pytest.mark.parametrize(
    ("release", "uid", "argument"),
    [
        ("1.20.0", 1234, "1337"),
        ("1.20.3", 1234, "1337"),
        ("1.20.7", 1234, "1234"),
        ("1.22.0", 1234, "1337"),
        ("1.30", 1234, "1234"),
    ],
)
def test_the_init_container_follows_the_proxy_s_user(release: str, uid: int, argument: str) -> None:
    workload = pod(containers=[{"name": "app"}, dict(PROXY, securityContext={"runAsUser": uid})])
    spec = _spec(workload, with_templates(release))
    assert spec["initContainers"][-1]["args"] == ["-p", "15001", "-u", argument]
    proxy = find(spec, "istio-proxy", "containers", "initContainers")
    assert proxy is not None
    assert proxy["securityContext"] == {"runAsUser": uid}


@pytest.mark.parametrize(
    ("release", "kept"), [("1.20.0", True), ("1.20.1", False), ("1.21.2", False), ("1.21.3", True)]
)
def test_patches_that_drop_the_user_s_ids_where_the_template_s_differ(release: str, kept: bool) -> None:
    overlay = "spec:\n  containers:\n  - name: istio-proxy\n    securityContext:\n      runAsUser: 5\n"
    workload = pod(containers=[{"name": "app"}, dict(PROXY, securityContext={"runAsUser": 7, "tty": 1})])
    spec = _spec(workload, with_templates(release, templates={"sidecar": overlay}))
    assert spec["containers"][-1]["securityContext"]["runAsUser"] == (7 if kept else 5)


def test_tproxy_runs_the_proxy_as_root_and_validation_takes_the_ids() -> None:
    overlay = OVERLAY.replace("istio-init", "istio-validation")
    given = with_templates(templates={"sidecar": overlay})
    context = {"runAsUser": 7, "runAsGroup": 8}
    workload = pod(containers=[{"name": "app"}, dict(PROXY, securityContext=context)])
    assert _spec(workload, given)["initContainers"][0]["securityContext"] == context
    workload["metadata"]["annotations"] = {"sidecar.istio.io/interceptionMode": "TPROXY"}
    spec = _spec(workload, given)
    assert "securityContext" not in spec["initContainers"][0]
    assert spec["containers"][-1]["securityContext"] == {"runAsUser": 0, "runAsGroup": 8}


def test_templates_are_chosen_by_annotation_alias_and_default() -> None:
    templates = {name: f"metadata:\n  labels:\n    {name}: there\n" for name in ("sidecar", "a", "b")}
    given = with_templates(
        templates=templates, injector={"aliases": {"both": ["a", "b"]}, "defaultTemplates": ["sidecar", "a"]}
    )

    def labels(mode: str, asked: str | None = None) -> list[str]:
        workload = pod() if asked is None else pod(annotations={"inject.istio.io/templates": asked})
        return sorted(inject(workload, given, mode=mode).manifest["metadata"]["labels"])

    assert labels("webhook") == ["a", "sidecar"]
    assert labels("kube-inject") == ["sidecar"]
    assert labels("webhook", " both ") == ["a", "b"]
    assert labels("kube-inject", "b,a") == ["a", "b"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("none", 'requested template "none" not found; have foreign, sidecar'),
        ("", 'requested template "" not found; have foreign, sidecar'),
        ("foreign", "nil pointer evaluating interface {}.y"),
    ],
)
def test_a_template_that_cannot_be_used_is_named_with_a_way_out(asked: str, said: str) -> None:
    templates = {
        "sidecar": OVERLAY,
        "foreign": "{{ if (fromJSON `[null]` | first) }}{{ end }}{{ range fromJSON `[null]` }}{{ .y }}{{ end }}\n",
    }
    error = _error(pod(annotations={"inject.istio.io/templates": asked}), with_templates(templates=templates))
    assert error.message.startswith("failed to run injection template: ")
    assert said in error.message
    assert error.hint


def test_a_user_s_jinja_template_sees_the_pod() -> None:
    text = "metadata:\n  labels:\n    who: {{ DeploymentMeta.name }}\n"
    made = inject(deployment("shop"), with_templates(templates={"sidecar": text}))
    assert made.manifest["spec"]["template"]["metadata"]["labels"]["who"] == "shop"


def test_a_workload_is_injected_as_the_pod_its_controller_makes() -> None:
    text = "metadata:\n  labels:\n    who: {{ TypeMeta.kind ~ '.' ~ DeploymentMeta.name ~ '.' ~ DeploymentMeta.namespace }}\n"
    given = with_templates(templates={"sidecar": text})
    job = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "nightly"}}
    job["spec"] = {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "a"}]}}}}}

    def who(workload: Any, mode: str, *path: str) -> str:
        found = inject(workload, given, "shop", mode).manifest
        for key in path:
            found = found[key]
        assert "pod-template-hash" not in found["labels"]
        assert "ownerReferences" not in found
        return str(found["labels"]["who"])

    template = ("spec", "template", "metadata")
    assert who(deployment("web"), "webhook", *template) == "Deployment.web.shop"
    assert who(deployment("web"), "kube-inject", *template) == "Deployment.web.shop"
    assert who(job, "webhook", "spec", "jobTemplate", *template) == "CronJob.nightly.shop"
    assert who(job, "kube-inject", "spec", "jobTemplate", "metadata") == "CronJob.nightly.shop"


def test_annotations_of_the_injector_s_config_are_set_by_the_webhook_alone() -> None:
    given = with_templates(injector={"injectedAnnotations": {"a": "b"}})
    assert inject(pod(), given, mode="webhook").manifest["metadata"]["annotations"]["a"] == "b"
    assert "a" not in inject(pod(), given).manifest["metadata"]["annotations"]


@pytest.mark.parametrize(
    ("labels", "made", "reason"),
    [
        ({"istio-injection": "enabled"}, pod(), None),
        ({"istio-injection": "enabled", "istio.io/rev": "other"}, pod(), None),
        ({"istio-injection": "disabled"}, pod(labels={"istio.io/rev": "default"}), "webhook-selector"),
        ({"istio.io/rev": "default"}, pod(), None),
        ({"istio.io/rev": "other"}, pod(), "webhook-selector"),
        ({}, pod(), "webhook-selector"),
        ({}, pod(labels={"sidecar.istio.io/inject": "true"}), None),
        ({}, pod(labels={"istio.io/rev": "default"}), None),
        ({}, pod(labels={"istio.io/rev": "other", "sidecar.istio.io/inject": "true"}), "webhook-selector"),
        ({"istio-injection": "enabled"}, pod(labels={"sidecar.istio.io/inject": "false"}), "webhook-selector"),
        (None, pod(), None),
    ],
)
def test_selectors_of_the_webhook_where_the_namespace_is_known(labels: Any, made: Any, reason: str | None) -> None:
    namespace = {"kind": "Namespace", "metadata": {"name": "ns", "labels": labels}}
    given = with_templates(resources=[namespace] if labels is not None else [])
    decision = inject(made, given, "ns", "webhook").decision
    assert (decision.inject, decision.reason if not decision.inject else None) == (reason is None, reason)
    assert inject(made, given, "ns").decision.reason != "webhook-selector"


def test_offline_never_looks_at_policy_or_selectors() -> None:
    given = with_templates(injector={"policy": "disabled", "neverInjectSelector": [{"matchLabels": {"a": "b"}}]})
    made = pod(labels={"a": "b"})
    assert inject(made, given).decision.inject
    assert not inject(made, given, mode="webhook").decision.inject


def test_settings_are_seen_as_either_front_end_sees_them() -> None:
    given = settings("1.30")
    assert "istio-proxy" in named(inject(pod(), given, mode="webhook").manifest["spec"]["initContainers"])
    assert "istio-proxy" in named(inject(pod(), given).manifest["spec"]["containers"])


def test_cluster_and_network_come_from_values_and_the_pod_s_label() -> None:
    values = {"global": {"network": "n1", "multiCluster": {"clusterName": "c1"}}}
    given = with_templates(values=values, feature={"ENABLE_NATIVE_SIDECARS": "false"})

    def seen(workload: Any) -> tuple[Any, Any]:
        manifest = inject(workload, given).manifest
        env = {e["name"]: e.get("value") for e in manifest["spec"]["containers"][-1]["env"]}
        return env, manifest["metadata"]["labels"].get("topology.istio.io/network")

    assert seen(pod()) == ({"ISTIO_META_CLUSTER_ID": "c1", "ISTIO_META_NETWORK": "n1"}, "n1")
    own = pod(labels={"topology.istio.io/network": "mine"})
    assert seen(own) == ({"ISTIO_META_CLUSTER_ID": "c1", "ISTIO_META_NETWORK": "mine"}, "mine")


def test_other_kinds_are_injected_where_the_user_says() -> None:
    rollout = deployment() | {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout"}
    rollout["spec"]["strategy"] = {"canary": {"steps": [0]}}
    given = with_templates()
    with pytest.raises(InputError, match="no pod"):
        inject(rollout, given)
    made = inject(rollout, given, pod_template_paths={"Rollout": "spec.template"}).manifest
    assert made["spec"]["strategy"] == {"canary": {"steps": [0]}}
    assert "from-template" in made["spec"]["template"]["metadata"]["labels"]


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown mode"):
        inject(pod(), settings(), mode="offline")


def _error(workload: Any, given: Settings) -> MeshcError:
    with pytest.raises(MeshcError) as caught:
        inject(workload, given, mode="webhook")
    return caught.value
