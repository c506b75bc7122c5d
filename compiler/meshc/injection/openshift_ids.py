"""User and group ids of the proxy on OpenShift (docs/istio/injection.md § 7.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from meshc.catalog import Release
from meshc.injection.containers import open_container, proxy_fields
from meshc.injection.edits import Layer, Map
from meshc.istio_names import INIT, PROXY, VALIDATION
from meshc.yamlio import Json

LAYER = Layer("OpenShift", f"{__name__}.clear_equal_uid")
DEFAULT_ID = 1337
UID_RANGE = "openshift.io/sa.scc.uid-range"
GROUPS = "openshift.io/sa.scc.supplemental-groups"
_BLOCK = re.compile(r"([0-9]+)([-/])([0-9]+)")


class Ids(NamedTuple):
    """The proxy's user and group."""

    uid: int = DEFAULT_ID
    gid: int = DEFAULT_ID


def ids(namespace: Mapping[str, Json] | None) -> Ids:
    """The ids a Namespace object gives; 1337 where its annotations are missing or do not read."""
    annotations = ((namespace or {}).get("metadata") or {}).get("annotations") or {}
    uid = _end(annotations.get(UID_RANGE, ""))
    groups = annotations.get(GROUPS, annotations.get(UID_RANGE, "")).split(",")
    ends = [_end(block) for block in groups]
    return Ids(uid or DEFAULT_ID, DEFAULT_ID if None in ends else ends[0] or DEFAULT_ID)


def clear_equal_uid(pod: Map, release: Release) -> None:
    """Clear the ids of a proxy that the pod already has when its user is the application's."""
    if not release.has("injection.openshift_clears_equal_uid"):
        return
    proxy = open_container(pod.open("spec"), PROXY, *proxy_fields(release))
    if proxy is None or proxy.get("securityContext") is None:
        return
    if (proxy["securityContext"].get("runAsUser") or 0) == _application_uid(pod["spec"], release):
        context = proxy.open("securityContext")
        context.discard("runAsUser", layer=LAYER)
        context.discard("runAsGroup", layer=LAYER)


def _application_uid(spec: Json, release: Release) -> int:
    """The `runAsUser` of the last container, the mesh's own aside, that sets one; 0 when none does."""
    compares_init = release.has("injection.openshift_compares_init_containers")
    found = 0
    for field in ("containers", "initContainers") if compares_init else ("containers",):
        for container in spec.get(field) or ():
            if container.get("name") not in (PROXY, INIT, VALIDATION):
                uid = (container.get("securityContext") or {}).get("runAsUser")
                found = found if uid is None else int(uid)
    return found


def _end(block: str) -> int | None:
    """The last id of `start/size` or `start-end`; None for anything else."""
    match = _BLOCK.fullmatch(block)
    if match is None:
        return None
    start, number = int(match[1]), int(match[3])
    end = start + number - 1 if match[2] == "/" else number
    return end if start <= end < 1 << 32 else None
