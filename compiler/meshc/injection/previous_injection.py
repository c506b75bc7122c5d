"""The pod as templates see it: without what an earlier injection put there (docs/istio/injection.md § 7.2)."""

from __future__ import annotations

from typing import Any

from meshc.catalog import Release
from meshc.injection.containers import named
from meshc.injection.overrides import stored
from meshc.injection.pod_metadata import read_status
from meshc.injection.prometheus import spellings
from meshc.models.annotation_names import SIDECAR_STATUS
from meshc.yamlio import Json


def strip(pod: Json, release: Release, *, status_port: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Metadata and spec of the pod without earlier injected containers, with the user's own ones restored.

    `status_port` is the mesh's, as text.  The pod is not changed; raises InjectionError for an unreadable record of
    overrides.
    """
    metadata, spec = dict(pod["metadata"]), dict(pod["spec"])
    annotations = metadata.get("annotations")
    if not annotations:
        return metadata, spec
    status = read_status(annotations.get(SIDECAR_STATUS))
    if status is not None:
        for field in ("containers", "initContainers"):
            if spec.get(field):
                spec[field] = [c for c in spec[field] if c.get("name") not in status[field]]
        metadata["annotations"] = _without_injected(annotations, release, status_port=status_port)
    for field, containers in stored(annotations, release).items():
        there = set(named(spec.get(field)))
        missing = [c for c in containers if c.get("name") not in there]
        if missing:
            spec[field] = [*(spec.get(field) or ()), *missing]
    return metadata, spec


def _without_injected(annotations: dict[str, str], release: Release, *, status_port: str) -> dict[str, str]:
    scrape = spellings(annotations, release)
    ours = any(annotations[key] == status_port for key, kind in scrape.items() if kind == "port")
    gone = {SIDECAR_STATUS, *(scrape if ours else ())}
    return {key: value for key, value in annotations.items() if key not in gone}
