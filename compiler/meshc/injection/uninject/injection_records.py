"""What an injected pod records about itself: status, overrides, probers, scrape annotations (docs/istio/injection.md § 14)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from meshc.catalog import Release
from meshc.errors import InjectionError, InputError
from meshc.injection import overrides, prometheus
from meshc.injection.pod_metadata import read_status
from meshc.injection.probes import app_probers
from meshc.istio_names import PROXY
from meshc.models.annotation_names import INJECT_TEMPLATES, SIDECAR_STATUS
from meshc.yamlio import Json, load_json

FIELDS = ("initContainers", "containers")


@dataclass(frozen=True)
class Records:
    """The records of one injected pod.

    `status` names what the templates brought, list by list; `kept` holds the user's own containers behind injected
    ones, `probers` the agent's path of each probe → what it asked, `scrape` the scrape annotations as they were (None:
    there were none), `secure_port` the port of the proxy's mutual-TLS metrics, `templates` the templates the pod asks for.
    """

    status: Mapping[str, list[str]]
    revision: str
    kept: overrides.Containers
    probers: Mapping[str, Json]
    scrape: Mapping[str, Json] | None
    secure_port: str | None
    templates: tuple[str, ...]


def is_injected(metadata: Json) -> bool:
    """Whether a pod's metadata carries the injector's status record."""
    return SIDECAR_STATUS in ((metadata or {}).get("annotations") or {})


def read(pod: Mapping[str, Any], release: Release) -> Records:
    """The records of a pod; raises InjectionError for a pod without status record and for a record that does not read."""
    annotations = (pod.get("metadata") or {}).get("annotations") or {}
    status = read_status(annotations.get(SIDECAR_STATUS))
    if status is None:
        raise _unrecorded(annotations)
    asked = annotations.get(INJECT_TEMPLATES)
    return Records(
        status=status,
        revision=str((load_json(annotations[SIDECAR_STATUS])).get("revision") or "default"),
        kept=overrides.stored(annotations, release),
        probers=_recorded(pod, app_probers.VARIABLE) or {},
        scrape=_recorded(pod, prometheus.VARIABLE),
        secure_port=prometheus.secure_port(pod.get("spec") or {}, release),
        templates=tuple(name.strip() for name in asked.split(",")) if asked is not None else (),
    )


def _recorded(pod: Mapping[str, Any], variable: str) -> dict[str, Json] | None:
    """The JSON object in a variable of the proxy."""
    for path, text in _texts(pod.get("spec") or {}, variable):
        try:
            found = load_json(text)
        except InputError:
            found = None
        if not isinstance(found, dict):
            hint = "the injector wrote this record; restore what it wrote"
            raise InjectionError("a record that is no JSON object", path=path, value=text, hint=hint)
        return found
    return None


def _texts(spec: Mapping[str, Any], variable: str) -> Iterator[tuple[list[str | int], str]]:
    for field in FIELDS:
        for index, container in enumerate(spec.get(field) or ()):
            for place, env in enumerate(container.get("env") or () if container.get("name") == PROXY else ()):
                if env.get("name") == variable:
                    yield ["spec", field, index, "env", place, "value"], env.get("value") or ""


def _unrecorded(annotations: Mapping[str, str]) -> InjectionError:
    path = ["metadata", "annotations", SIDECAR_STATUS]
    if SIDECAR_STATUS in annotations:
        hint = "the injector wrote this record; restore what it wrote"
        return InjectionError(
            "a status record that does not read", path=path, value=annotations[SIDECAR_STATUS], hint=hint
        )
    hint = "only what `meshc inject` or Istio's injector injected can be removed again"
    return InjectionError("the pod is not injected: it has no status record", path=path, hint=hint)
