"""Decisions of the injector and its HTTP side (`webhook/cases.json`)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import jsonpatch
import orjson

from meshc import catalog, yamlio
from meshc.errors import MeshcError
from meshc.injection import decision, native_sidecars, pod_metadata, prometheus, scrape_targets, url_path
from meshc.injection.api import inject
from meshc.injection.containers import find_proxy, named
from meshc.injection.edits import Map, plain
from meshc.injection.probes import app_probers, rewriting
from meshc.kubernetes import typed
from meshc.models import mesh
from meshc.models.mesh_config import MeshConfig
from meshc.settings import Settings
from meshc.webhook import respond
from meshc.webhook.settings_in_force import load_settings

Json = Any


def _release(row: Json) -> catalog.Release:
    return catalog.release(row["tag"])


def inject_required(given: Json, row: Json) -> bool:
    policy = decision.Policy(
        given["policy"], given["never_inject_selector"] or [], given["always_inject_selector"] or []
    )
    return decision.decide(given["pod"], policy, _release(row)).inject


def prometheus_merge(given: Json, row: Json) -> bool:
    return prometheus.enabled(given["annotations"] or {}, MeshConfig(given["mesh_config"] or {}))


def parse_scrape_targets(given: Json, row: Json) -> Json:
    try:
        return {"targets": _targets(scrape_targets.parse(given["annotation"] or ""))}
    except ValueError:
        return {"error": True}


def reserved_port(given: Json, row: Json) -> Json:
    return {"reserved": given["port"] in _release(row).fact("injection.reserved_scrape_ports")}


def scrape_configuration(given: Json, row: Json) -> Json:
    annotations = given["annotations"] or {}
    said, _ = prometheus.configuration(annotations, prometheus.spellings(annotations, _release(row)))
    return {"port": said["port"], "path": said["path"], "targets": _targets(said.get("targets") or [])}


def prometheus_merge_annotations(given: Json, row: Json) -> Json:
    pod = _pod(given)
    config = mesh.apply(mesh.defaults(_release(row)), given["mesh_config"] or {}, _release(row)).value.document
    try:
        prometheus.merge(pod, MeshConfig(config), _release(row))
    except MeshcError as error:
        said = row["want"].get("error_contains", [])
        return {"error_contains": said if all(text in str(error) for text in said) else str(error)}
    return {"annotations": plain(pod)["metadata"]["annotations"]}


def secure_metrics_annotation(given: Json, row: Json) -> Json:
    pod = _pod(given)
    prometheus.set_secure_port(pod, _release(row))
    return {"annotations": plain(pod)["metadata"]["annotations"]}


def inject_path_env(given: Json, row: Json) -> Json:
    return url_path.environment(given["path"]).variables


def merge_app_probers(given: Json, row: Json) -> Json:
    proxy = Map({"name": "istio-proxy", "env": given["env"] or []})
    before = bool(given["previously_injected"])
    app_probers.add(proxy, orjson.loads(given["probers"] or "{}"), _release(row), injected_before=before)
    return plain(proxy)["env"]


def parse_injection_status(given: Json, row: Json) -> Json:
    status = pod_metadata.read_status(given["annotation"] or "") or {}
    return {"containers": status.get("containers") or [], "init_containers": status.get("initContainers") or []}


def find_sidecar(given: Json, row: Json) -> Json:
    proxy = find_proxy(given["pod"].get("spec") or {}, _release(row))
    return proxy["name"] if proxy is not None else None


def detect_native_sidecars(given: Json, row: Json) -> bool:
    nodes = [native_sidecars.Node(f"n{i}", version) for i, version in enumerate(given["node_kubelet_versions"] or [])]
    return native_sidecars.enabled(given["env"] or {}, _release(row), nodes=nodes)


def rewrite_app_probes_setting(given: Json, row: Json) -> bool:
    return rewriting.wanted(given["annotations"] or {}, given["values_rewriteAppHTTPProbe"])


def dump_app_probers(given: Json, row: Json) -> Json:
    return app_probers.dump(
        given["pod"].get("spec") or {}, given["status_port"], app_probers.checks_of(_release(row), {})
    )


def rewrite_app_probes(given: Json, row: Json) -> Json:
    pod = Map({**given["pod"], "metadata": {"annotations": given["annotations"] or {}}})
    rewriting.rewrite(pod, app_probers.checks_of(_release(row), {}), mesh_port=given["status_port"])
    return {"spec": plain(pod)["spec"]}


def update_cluster_env(given: Json, row: Json) -> Json:
    container = Map(given["container"] or {})
    pod_metadata.update_environment(container, url_path.environment(given["path"]).variables)
    return plain(container)


def native_sidecar_annotation(given: Json, row: Json) -> Json:
    settings = Settings.load(
        release=row["tag"], feature={"ENABLE_NATIVE_SIDECARS": "true" if given["native_sidecars"] else "false"}
    )
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "annotations": given["annotations"] or {}},
        "spec": {"containers": [{"name": "app", "image": "app"}]},
    }
    spec = inject(pod, settings, "ns", "webhook").manifest["spec"]
    found = [field for field in ("containers", "initContainers") if "istio-proxy" in named(spec.get(field))]
    return {"istio-proxy in": found[0]}


def serve_http(given: Json, row: Json) -> Json:
    """The answer of the HTTP side.

    The exact patch a row may name is Istio's way to its result; any patch with the same result is as good
    (docs/istio/injection.md § 12.6): both are applied to the pod of the request, and ours counts where the pods are equal.
    """
    content = given["body"]
    body = orjson.dumps(content["json"]) if "json" in content else bytes.fromhex(content["hex"])
    settings = Settings.load(
        release=row["tag"],
        resolved_values={},
        resolved_mesh_config={},
        injector_config={
            "policy": given["policy"],
            "defaultTemplates": given["default_templates"],
            "templates": given["templates"],
        },
        revision="",
    )
    status, answer = respond(body, settings, given["path"], given["content_type"])
    response = orjson.loads(answer)["response"] if status == 200 else {}
    got: dict[str, Json] = {"status": status, "allowed": response.get("allowed")}
    if "patch" in row["want"]:
        ours, theirs = orjson.loads(base64.b64decode(response["patch"])), row["want"]["patch"]
        pod = content["json"]["request"]["object"]
        results = [_typed(jsonpatch.apply_patch(pod, patch), row) for patch in (ours, theirs)]
        assert results[0] == results[1]
        got["patch"] = theirs
    return got


def webhook_config(given: Json, row: Json) -> Json:
    """Values as the injector's ConfigMap holds them: taken verbatim, or refused when they do not parse."""
    metadata = {"name": "istio-sidecar-injector"}
    data = {"values": given["values"], "config": "policy: enabled"}
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
    try:
        settings = load_settings(release=row["tag"], cluster_config=config_map)
    except MeshcError as error:
        said = row["want"].get("error_contains")
        return {"error_contains": said if said is not None and said in str(error) else str(error)}
    return {"ok": True, "values_kept_verbatim": settings.values.document == yamlio.load(given["values"])}


def _targets(targets: list[scrape_targets.Target]) -> Json:
    return [target._asdict() for target in targets]


def _pod(given: Json) -> Map:
    containers = [{"name": c} if isinstance(c, str) else c for c in given["containers"] or []]
    return Map({"metadata": {"annotations": given["annotations"] or {}}, "spec": {"containers": containers}})


def _typed(pod: Json, row: Json) -> Json:
    return typed.normalize(pod, "Pod", release=_release(row))


DECISIONS: dict[str, Callable[[Json, Json], object]] = {
    "inject-required": inject_required,
    "prometheus-merge": prometheus_merge,
    "parse-scrape-targets": parse_scrape_targets,
    "reserved-port": reserved_port,
    "prometheus-scrape-configuration": scrape_configuration,
    "prometheus-merge-annotations": prometheus_merge_annotations,
    "secure-metrics-annotation": secure_metrics_annotation,
    "inject-path-env": inject_path_env,
    "merge-app-probers": merge_app_probers,
    "parse-injection-status": parse_injection_status,
    "serve-http": serve_http,
    "detect-native-sidecars": detect_native_sidecars,
    "webhook-config": webhook_config,
    "find-sidecar": find_sidecar,
    "rewrite-app-probes-setting": rewrite_app_probes_setting,
    "dump-app-probers": dump_app_probers,
    "rewrite-app-probes": rewrite_app_probes,
    "update-cluster-env": update_cluster_env,
    "native-sidecar-annotation": native_sidecar_annotation,
}
