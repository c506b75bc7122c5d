"""Removes what the status record lists and restores the containers that the user had written under those names."""

from __future__ import annotations

from typing import Any

from meshc.catalog import Release
from meshc.injection.containers import CORE_DUMP, named
from meshc.injection.edits import List, Map
from meshc.injection.uninject.doubts import LAYER, Doubts
from meshc.injection.uninject.injection_records import Records
from meshc.istio_names import INIT, PROXY, VALIDATION

_MOVED = (PROXY, INIT, VALIDATION, CORE_DUMP)
_IN_POD_ORDER = {"grpc-agent", "grpc-simple"}


def restore_containers(pod: Map, records: Records, release: Release, doubts: Doubts) -> set[str]:
    """Remove injected containers and restore the user's own; returns the names of the restored ones."""
    restored: set[str] = set()
    for field in ("containers", "initContainers"):
        if not records.status[field]:
            continue
        own = {c.get("name") or "": c for c in records.kept[field]}
        _replace(pod, field, records, own)
        _doubt_places(pod, field, records, own=own, doubts=doubts)
        _doubt_ids(own, field, release, doubts)
        restored |= set(own)
    return restored


def restore_list(pod: Map, field: str, records: Records) -> None:
    """Remove the injected elements of `volumes` or `imagePullSecrets`."""
    gone = set(records.status[field])
    if gone and pod["spec"].get(field):
        _keep(pod.open("spec"), field, lambda item: item.get("name") not in gone)


def doubt_images(pod: Map, doubts: Doubts, *, is_pod: bool, restored: set[str]) -> None:
    """Give restored containers without an image the image `auto`, which Istio removes; only a Pod must have had one."""
    for field in ("containers", "initContainers"):
        for index, container in enumerate(pod["spec"].get(field) or ()):
            if container.get("name") in restored and not container.get("image"):
                pod.open("spec").open_list(field).open(index).put("image", "auto", layer=LAYER)
                note = doubts.assume if is_pod else doubts.doubt
                note(("spec", field, index, "image"), "the record keeps neither `auto` nor a missing image", "auto")


def _replace(pod: Map, field: str, records: Records, own: dict[str, dict[str, Any]]) -> None:
    """Drop the listed containers, with the user's own in the place of those that are recorded."""
    items = pod.open("spec").open_list(field)
    gone, back = set(records.status[field]), dict(own)
    result: list[Any] = []
    for item in items:
        name = item.get("name") or ""
        if name not in gone:
            result.append(item)
        elif name in back:
            result.append(_placed(items, back.pop(name)))
    result += [_placed(items, container) for container in back.values()]
    items[:] = result
    if not result and field != "containers":
        pod.open("spec").discard(field, layer=LAYER)


def _placed(items: List, container: dict[str, Any]) -> dict[str, Any]:
    items.layers[id(container)] = (LAYER, container)
    return container


def _keep(node: Map, field: str, wanted: Any) -> None:
    items = node.open_list(field)
    items[:] = [item for item in items if wanted(item)]
    if not items:
        node.discard(field, layer=LAYER)


def _doubt_places(pod: Map, field: str, records: Records, *, own: dict[str, dict[str, Any]], doubts: Doubts) -> None:
    """The mesh's own containers are moved by injection; where the user had them among others is not recorded."""
    names = named(pod["spec"].get(field))
    moved = [name for name in own if name in _MOVED]
    if field == "initContainers" and PROXY in own:
        doubts.doubt(("spec", field), f"{PROXY} may have stood among the containers before", PROXY)
    elif moved and len(names) > len(moved):
        doubts.doubt(("spec", field), f"the place of {moved[0]} among the other containers is not recorded", names)
    elif len(moved) > 1 or (len(own) > 1 and not _IN_POD_ORDER & set(records.templates)):
        doubts.doubt(("spec", field), f"the order of {' and '.join(own)} is not recorded", names)


def _doubt_ids(own: dict[str, dict[str, Any]], field: str, release: Release, doubts: Doubts) -> None:
    if not release.has("injection.user_ids_dropped"):
        return
    for name, container in own.items():
        context = container.get("securityContext")
        if context is not None and "runAsUser" not in context:
            reason = f"this release drops the user ids of {name} without a record"
            doubts.doubt(("spec", field), reason, container)
