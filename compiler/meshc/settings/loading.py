"""From a request to Settings: catalogue, profile and the user's documents put together."""

from __future__ import annotations

import copy
from types import MappingProxyType

from meshc import catalog
from meshc.catalog import Release
from meshc.models import mesh
from meshc.settings import injector
from meshc.settings.model import InjectionConfig, Node, Settings
from meshc.settings.request import Request
from meshc.yamlio import Document, Json


def load(request: Request) -> Settings:
    """Resolve a request; raises MeshcError for whatever in it is unknown, wrong or contradictory."""
    release = _release(request.release)
    values = copy.deepcopy(request.resolved_values.value) if request.resolved_values else {}
    document = request.resolved_mesh_config or Document({})
    effective, unknown = mesh.apply(mesh.defaults(release), document.value, release, strict=False)
    config, notes = _injection_config(request, values, release)
    return Settings(
        release=release,
        mode=request.mode,
        profile=request.profile,
        installer=request.installer,
        values=values,
        mesh_config=effective,
        mesh_document=document.value or {},
        injection_config=config,
        features=MappingProxyType(dict(request.feature)),
        revision=_revision(request, values),
        namespace=request.namespace,
        kube_version=kube_version(request, release),
        nodes=nodes(request, release),
        network=request.network,
        cluster=request.cluster,
        resources=request.resources + tuple(d.value for d in request.proxy_config),
        warnings=(*([release.warning] if release.warning else []), *notes, *unknown),
    )


def kube_version(request: Request, release: Release) -> str | None:
    """The oldest kubelet: as given, else the newest supported in mode webhook, else unknown."""
    if request.kube_version:
        return request.kube_version.removeprefix("v")
    supported: list[str] = release.fact("profiles.kubernetes")["supported"]
    return supported[-1] if request.mode == "webhook" else None


def nodes(request: Request, release: Release) -> tuple[Node, ...]:
    """The cluster's nodes: the Node objects among the inputs, else one nameless node of the Kubernetes version."""
    given = [r for r in request.resources if isinstance(r, dict) and r.get("kind") == "Node"]
    if given:
        return tuple(_node(n) for n in given)
    version = kube_version(request, release)
    return (Node("", f"v{version}"),) if version else ()


def _node(document: Json) -> Node:
    info = document.get("status", {}).get("nodeInfo", {})
    return Node(document.get("metadata", {}).get("name", ""), info.get("kubeletVersion", ""))


def _release(given: str | Release | None) -> Release:
    if isinstance(given, Release):
        return given
    return catalog.newest() if given is None else catalog.release(str(given))


def _injection_config(request: Request, values: Json, release: Release) -> tuple[InjectionConfig, list[str]]:
    if request.injector_config is None:
        return injector.from_values(values, release), []
    names = injector.edited(request.injector_config, release)
    note = f"injector config: meshc's own templates stand for the Go text of {', '.join(names)}"
    return injector.from_document(request.injector_config, values, release), [note] if names else []


def _revision(request: Request, values: Json) -> str:
    if request.mode == "kube-inject":
        return "" if request.revision in (None, "default") else str(request.revision)
    if request.revision is not None:
        return request.revision
    return str(values.get("revision") or "")
