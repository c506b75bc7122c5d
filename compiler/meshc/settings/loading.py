"""From a request to Settings: catalogue, profile and the user's documents put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from meshc import catalog, load
from meshc.catalog import Release
from meshc.models import mesh, values_reading
from meshc.models.value_fields import Below
from meshc.models.values import Values
from meshc.profiles import configmaps, environment
from meshc.settings import clusterconfig, injector, resolved_documents
from meshc.settings.model import FrontEnd, InjectionConfig, Node, Settings
from meshc.settings.origins import origins
from meshc.settings.request import MODES, Request
from meshc.settings.resolved_documents import ResolvedDocuments
from meshc.trees import get, section
from meshc.yamlio import Document, Json

S = TypeVar("S", bound=Settings)


def resolved(request: Request, kind: type[S]) -> S:
    """Resolve a request to Settings of a class; raises MeshcError for whatever in it is unknown, wrong or contradictory."""
    release = _release(request.release)
    request = clusterconfig.unpacked(request)
    found = resolved_documents.resolve(request, release)
    ignored = values_reading.read_resolved(found.values, release, request.resolved_values) if found.values else []
    effective, unknown = mesh.apply(mesh.defaults(release), found.mesh or {}, release, strict=False)
    config, notes = _injection_config(request, found, release)
    by_mode = {mode: _seen_by(replace(request, mode=mode), found, release) for mode in MODES}
    seen = by_mode[request.mode]
    return kind(
        release=release,
        mode=request.mode,
        profile=found.profile,
        installer=request.installer,
        values=Values(found.values or {}),
        chart_values=Values(found.installed.chart_values if found.installed else {}),
        mesh=effective,
        mesh_document=found.mesh or {},
        mesh_networks=found.networks,
        injection_config=config,
        features=seen.features,
        revision=seen.revision,
        kube_version=seen.kube_version,
        nodes=seen.nodes,
        chart_kube_version=request.kube_version or release.fact("profiles.kubernetes")["minimum"],
        namespace=request.namespace,
        network=request.network,
        cluster=request.cluster,
        resources=request.resources + _proxy_configs(request.proxy_config),
        gateways=found.installed.gateways if found.installed and request.resolved_values is None else (),
        written=_written(found),
        installed=tuple(found.installed.workloads) if found.installed else (),
        origins=origins(request, release, found),
        warnings=(*([release.warning] if release.warning else []), *found.warnings, *notes, *ignored, *unknown),
        by_mode=MappingProxyType(by_mode),
    )


def _seen_by(request: Request, found: ResolvedDocuments, release: Release) -> FrontEnd:
    return FrontEnd(
        features=MappingProxyType(_features(request, found, release)),
        revision=_revision(request, found),
        kube_version=kube_version(request, release),
        nodes=nodes(request, release),
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
    name, version = get(document, "metadata.name"), get(document, "status.nodeInfo.kubeletVersion")
    return Node(name if isinstance(name, str) else "", version if isinstance(version, str) else "")


def _release(given: str | Release | None) -> Release:
    if isinstance(given, Release):
        return given
    return catalog.newest() if given is None else catalog.release(str(given))


def _written(found: ResolvedDocuments) -> frozenset[str]:
    parts = {"injector": found.values, "mesh": found.mesh}
    return frozenset(name for name, part in parts.items() if part is not None)


def _injection_config(
    request: Request, found: ResolvedDocuments, release: Release
) -> tuple[InjectionConfig, list[str]]:
    # Where the installation writes no injector, nothing checked the values.
    values = Values(found.values or {}, below=Below.NOTHING)
    notes: list[str] = []
    if request.injector_config is None:
        config = injector.from_values(values, release)
    else:
        config = injector.from_document(request.injector_config, values, release)
        notes += injector.unknown(request.injector_config)
    if request.templates == "shipped":
        config, names = injector.with_shipped(config, release)
        if names:
            notes.append(f"injector config: meshc's own templates stand for the Go text of {', '.join(names)}")
    return config, notes


def _features(request: Request, found: ResolvedDocuments, release: Release) -> dict[str, str]:
    """istiod's environment in mode webhook, under what the user says; the offline command has an empty one of its own."""
    own: dict[str, str] = {}
    if request.mode == "webhook":
        # Values that a cluster resolved do not say what its istiod was started with: only part of it shows in them.
        if found.installed is not None and request.resolved_values is None:
            variables: list[dict[str, Any]] = found.installed.environment or []
        else:
            variables = _visible_environment(found.values or {}, release)
        own = {v["name"]: v["value"] for v in variables if "value" in v} | dict(request.environment)
    return {**own, **request.feature}


def _visible_environment(values: Json, release: Release) -> list[dict[str, Any]]:
    """What the injector's own values tell of istiod's environment: platform, token policy and, since 1.26, pilot.env."""
    own = section(values, "pilot") if release.has("profiles.descoped_charts") else {}
    seen = Values({**values, **own}, below=Below.NOTHING)
    told = ("PLATFORM", "JWT_POLICY", *(configmaps.pilot(release, seen).env or {}))
    variables = environment.variables(release, seen, namespace="istio-system")
    return [v for v in variables if v["name"] in told and v.get("value") != ""]


def _revision(request: Request, found: ResolvedDocuments) -> str:
    named = request.revision
    if request.mode == "kube-inject" and named == "default":
        return ""
    if named is not None:
        return named
    if request.mode == "kube-inject" and request.resolved_values is not None:
        return ""
    return Values(found.values or {}).revision or ""


def _proxy_configs(documents: Iterable[Document]) -> tuple[Json, ...]:
    """The ProxyConfig resources of `--proxy-config` files, Lists opened; raises InputError for any other object."""
    return tuple(_proxy_config(document, item) for document in documents for item in load.opened(document.value))


def _proxy_config(document: Document, item: Json) -> Json:
    value = item if isinstance(item, dict) else {}
    if value.get("kind") != "ProxyConfig":
        hint = "the mesh's defaultConfig is set with --mesh-config"
        raise document.error("not a ProxyConfig resource", path=("kind",), value=value.get("kind"), hint=hint)
    version = value.get("apiVersion")
    if not isinstance(version, str) or not version.startswith("networking.istio.io/"):
        hint = "write networking.istio.io/v1beta1"
        raise document.error("unknown API version of ProxyConfig", path=("apiVersion",), value=version, hint=hint)
    return item
