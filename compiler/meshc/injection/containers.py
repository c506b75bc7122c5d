"""Where the mesh's own containers are in a pod."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meshc.catalog import Release
from meshc.injection.edits import List, Map
from meshc.istio_names import PROXY
from meshc.yamlio import Json

CORE_DUMP = "enable-core-dump"


def find(spec: Json, name: str, *fields: str) -> Json | None:
    """The first container of a name in the given lists (`containers`, `initContainers`), as it is."""
    for field in fields:
        for container in spec.get(field) or ():
            if container.get("name") == name:
                return container
    return None


def proxy_fields(release: Release) -> tuple[str, ...]:
    """The lists in which "the proxy" is looked for, in order."""
    return ("containers", "initContainers") if release.has("injection.native_sidecars") else ("containers",)


def find_proxy(spec: Json, release: Release) -> Json | None:
    """The first container `istio-proxy`, looked for among the init containers too since native sidecars exist."""
    return find(spec, PROXY, *proxy_fields(release))


def open_container(spec: Map, name: str, *fields: str) -> Map | None:
    """The first container of a name, opened for editing in its place."""
    for field in fields:
        for index, container in enumerate(spec.get(field) or ()):
            if container.get("name") == name:
                return spec.open_list(field).open(index)
    return None


def open_proxy(spec: Map, release: Release) -> Map | None:
    """The proxy, opened for editing."""
    return open_container(spec, PROXY, *proxy_fields(release))


def named(items: Json) -> list[str]:
    """The names of a list's elements, in order."""
    return [item.get("name") or "" for item in items or ()]


def positions(containers: Json) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every container but the proxy, with its place."""
    for index, container in enumerate(containers or ()):
        if container.get("name") != PROXY:
            yield index, container


def append_env(container: Map, name: str, value: str, *, layer: str) -> None:
    """Add one variable at the end of a container's environment."""
    env: List = container.open_list("env")
    env.place({"name": name, "value": value} if value else {"name": name}, layer=layer)
