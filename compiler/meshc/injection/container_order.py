"""Where the proxy and the mesh's init containers stand (docs/istio/injection.md § 10.5)."""

from __future__ import annotations

from meshc.catalog import Release
from meshc.injection.containers import CORE_DUMP, named
from meshc.injection.edits import List, Map
from meshc.istio_names import INIT, PROXY, VALIDATION


def reorder(spec: Map, *, hold: bool, release: Release) -> None:
    """Put the proxy first or last, and the mesh's init containers where they must run.

    `hold` is `holdApplicationUntilProxyStarts`.
    """
    _move(spec, "containers", PROXY, to_front=hold)
    if release.has("injection.native_sidecars") and PROXY in named(spec.get("initContainers")):
        for name in (CORE_DUMP, PROXY, VALIDATION, INIT):
            _move(spec, "initContainers", name, to_front=True)
    else:
        _move(spec, "initContainers", VALIDATION, to_front=True)
        _move(spec, "initContainers", INIT, to_front=False)
        _move(spec, "initContainers", CORE_DUMP, to_front=False)


def _move(spec: Map, field: str, name: str, *, to_front: bool) -> None:
    """Move the last container of a name to one end; others of that name are dropped."""
    there = spec.get(field) or ()
    found = [container for container in there if container.get("name") == name]
    if not found or (len(found) == 1 and there[0 if to_front else -1] is found[0]):
        return
    containers: List = spec.open_list(field)
    moved = found[-1]
    containers[:] = [c for c in containers if c.get("name") != name]
    containers.insert(0 if to_front else len(containers), moved)
