"""Fields a user wrote on an injected container win over the template (docs/istio/injection.md § 9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from meshc.catalog import Release
from meshc.errors import InjectionError, InputError
from meshc.gotext import jsontext
from meshc.injection.containers import find
from meshc.injection.edits import Layer, Map
from meshc.injection.overlay import lay_over
from meshc.injection.pod_metadata import read_status
from meshc.injection.user_ids import drops_ids
from meshc.kubernetes import typed
from meshc.models.annotation_names import PROXY_OVERRIDES, SIDECAR_STATUS
from meshc.yamlio import Json, load_json

LAYER = Layer("user container", f"{__name__}.reapply")
_FIELDS = ("containers", "initContainers")

Containers = dict[str, list[dict[str, Any]]]


class Override(NamedTuple):
    """A container of the user's that goes over the template's: the list it goes to, and the container."""

    field: str
    container: dict[str, Any]


def stored(annotations: Json, release: Release) -> Containers:
    """The containers recorded by an earlier injection, typed; raises InjectionError for a text that does not read."""
    text = (annotations or {}).get(PROXY_OVERRIDES)
    if text is None:
        return {field: [] for field in _FIELDS}
    try:
        record = load_json(text)
        return {field: _containers(record, field, release) for field in _FIELDS}
    except InputError as error:
        raise InjectionError(
            f"annotation {PROXY_OVERRIDES}: {error.message}",
            path=["metadata", "annotations", PROXY_OVERRIDES],
            value=text,
            hint="remove the annotation; it is written by the injector",
        ) from None


def reapply(pod: Map, incoming: Json, template_spec: Json, release: Release) -> None:
    """Lay the user's own containers over the result again, and record them where this is the first injection.

    `incoming` is the pod as it came, `template_spec` the spec of all overlays together.
    """
    annotations = (incoming.get("metadata") or {}).get("annotations") or {}
    recorded: Containers = {}
    for field, container in _overrides(incoming["spec"], annotations, template_spec, release):
        recorded.setdefault(field, []).append(container)
        lay_over(
            pod,
            {"spec": {field: [container]}},
            layer=Layer(f"{LAYER} {container.get('name')}", LAYER.function),
            release=release,
        )
    if recorded and SIDECAR_STATUS not in annotations:
        record = {f: [typed.ordered("Container", c) for c in recorded[f]] for f in _FIELDS if f in recorded}
        pod.open("metadata", "annotations").put(PROXY_OVERRIDES, jsontext.write(record), layer=LAYER)


def _overrides(spec: Json, annotations: Json, template_spec: Json, release: Release) -> Iterator[Override]:
    injected = read_status(annotations.get(SIDECAR_STATUS)) or {}
    kept = stored(annotations, release)
    sources: dict[str, tuple[str, ...]] = {field: (field,) for field in _FIELDS}
    if release.has("injection.native_sidecars"):
        sources["initContainers"] = ("containers", "initContainers")
    for field in _FIELDS:
        for template in template_spec.get(field) or ():
            name = template.get("name") or ""
            if name in injected.get(field, ()):
                continue
            candidate = find(kept, name, field) or find(spec, name, *sources[field])
            if candidate is not None:
                yield Override(field, _copy(candidate, template, release))


def _copy(candidate: Json, template: Json, release: Release) -> dict[str, Any]:
    """The container as it goes over the template's: without the image `auto`, in some patches without its ids."""
    copy = dict(candidate)
    if copy.get("image") == "auto":
        del copy["image"]
    if copy.get("securityContext") is not None and drops_ids(template, release):
        ids = ("runAsUser", "runAsGroup")
        copy["securityContext"] = {k: v for k, v in copy["securityContext"].items() if k not in ids}
    return copy


def _containers(record: Json, field: str, release: Release) -> list[dict[str, Any]]:
    if record is None:
        return []
    if not isinstance(record, dict):
        raise InputError("not a JSON object")
    containers = record.get(field) or []
    if not isinstance(containers, list):
        raise InputError(f"{field} is not a list")
    return [typed.normalize(container, "Container", release=release) for container in containers]
