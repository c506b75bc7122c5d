"""What a running pod was made of before injection: a declared workload, a gateway of the profile, or the pod's own records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from meshc import catalog
from meshc.comparison.admitted import admitted
from meshc.comparison.running import Running
from meshc.gateways.gateway_objects import profile_gateways
from meshc.injection import identity
from meshc.injection.uninject.uninjection import is_injected, original
from meshc.kubernetes.pods import template_of
from meshc.kubernetes.typed import normalize
from meshc.settings import Settings
from meshc.trees import Object
from meshc.yamlio import Json

# What a controller puts on its pods besides the template's metadata.
_CONTROLLERS = ("name", "generateName", "namespace", "ownerReferences", "uid", "creationTimestamp", "resourceVersion")
_LABELS = ("pod-template-hash", "controller-revision-hash", "pod-template-generation", "rollouts-pod-template-hash")


def source(running: Running, settings: Settings, declared: Sequence[Json]) -> Json:
    """The pod as it was sent to the injector (the workload where only a bootstrap runs); None where nothing says.

    Raises InjectionError where the pod's own records do not fit it.
    """
    workload = _declared(running, settings, declared)
    if workload is not None:
        return _pod(workload, running) if running.pod is not None else _placed(workload, running)
    if running.pod is None:
        return None
    if is_injected(running.metadata):
        release = next((catalog.release(r) for r in running.releases() if _known(r)), settings.release)
        typed = normalize(running.pod, "Pod", release=catalog.newest(), courtesy=True)
        return original(typed, release, namespace=running.namespace).pod
    return None if running.has_proxy else running.pod


def belongs(running: Running, workload: Json, settings: Settings) -> bool:
    """Whether a running pod is one of a workload: by its controller, its name, or its bootstrap."""
    metadata = workload.get("metadata") or {}
    if str(metadata.get("namespace") or settings.namespace or "default") != running.namespace:
        return False
    name = metadata.get("name")
    if workload.get("kind") == "Pod":
        prefix = metadata.get("generateName")
        return bool((name and name == running.name) or (prefix and prefix == running.metadata.get("generateName")))
    if running.pod is None:
        return bool(name) and name == running.shown.get("WORKLOAD_NAME") and _owned(running, workload)
    owner = identity.of_pod(running.metadata, settings.release, namespace=running.namespace)
    return (owner.kind, owner.name) == (workload.get("kind"), name)


def _declared(running: Running, settings: Settings, declared: Sequence[Json]) -> Json:
    """The workload a pod belongs to, among those declared and those the profile installs."""
    for workload in (*declared, *_installed(settings)):
        if belongs(running, workload, settings):
            return workload
    return None


def _installed(settings: Settings) -> Iterable[Json]:
    return (o for _, objects in profile_gateways(settings) for o in objects if _template(o) is not None)


def _owned(running: Running, workload: Json) -> bool:
    owner = str(running.shown.get("OWNER") or "")
    return not owner or f"/{str(workload.get('kind')).lower()}s/" in owner


def _pod(workload: Json, running: Running) -> Json:
    """The pod a controller makes of a workload, with what this one got from its controller."""
    template = workload if workload.get("kind") == "Pod" else _template(workload)
    own = dict(template.get("metadata") or {})
    given = {key: running.metadata[key] for key in _CONTROLLERS if key in running.metadata}
    labels = {k: v for k, v in (running.metadata.get("labels") or {}).items() if k in _LABELS}
    metadata = {**own, **given, "namespace": running.namespace}
    if labels or own.get("labels"):
        metadata["labels"] = {**(own.get("labels") or {}), **labels}
    pod: Object = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": admitted(template.get("spec") or {}),
    }
    status = (running.pod or {}).get("status")
    return {**pod, "status": status} if status else pod


def _placed(workload: Json, running: Running) -> Json:
    made = {**workload, "metadata": {**(workload.get("metadata") or {}), "namespace": running.namespace}}
    template = _template(workload)
    if template is None:
        return {**made, "spec": admitted(workload.get("spec") or {})}
    served = {**template, "spec": admitted(template["spec"])}
    if workload.get("kind") == "CronJob":
        job = workload["spec"]["jobTemplate"]
        return {
            **made,
            "spec": {**workload["spec"], "jobTemplate": {**job, "spec": {**job["spec"], "template": served}}},
        }
    return {**made, "spec": {**workload["spec"], "template": served}}


def _template(workload: Json) -> Json:
    found = template_of(workload)
    return found[0] if found else None


def _known(release: str) -> bool:
    return any(release.startswith(f"{r.minor}.") or release == r.minor for r in catalog.releases())
