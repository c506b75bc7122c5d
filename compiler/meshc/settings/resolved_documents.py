"""The two documents of an installation, values and mesh: resolved by a cluster, or by the profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from meshc import profiles
from meshc.catalog import Release
from meshc.errors import UsageError
from meshc.profiles import Resolved
from meshc.settings import layers, strictness
from meshc.settings.request import Request
from meshc.trees import get, merge
from meshc.yamlio import Document, Json

_VALUES_ONLY = ("hub", "tag", "components", "compatibilityVersion", "unvalidatedValues")


@dataclass(frozen=True)
class ResolvedDocuments:
    """Values and mesh document as they come out; None where the installation writes no such ConfigMap."""

    values: Json | None
    mesh: Json | None
    networks: Json
    profile: str | None
    installed: Resolved | None
    spec: Json
    warnings: tuple[str, ...] = ()


def resolve(request: Request, release: Release) -> ResolvedDocuments:
    """Resolve both documents; raises UsageError for contradictions and SettingsError for what the installer refuses."""
    own_layers = layers.layers(request, release)
    spec = layers.combined(request, release, own_layers)
    warnings = strictness.check(request, release, own_layers, spec)
    profile = layers.chosen_profile(request, spec)
    _refuse_unused(request, spec, profile)
    installed = None
    if request.resolved_values is None or request.resolved_mesh_config is None:
        installed = _install(request, release, spec, profile)
    own = layers.helm_values(spec) if request.installer == "helm" else spec.get("values") or {}
    mesh = merge(own.get("meshConfig") or {}, {} if request.installer == "helm" else spec.get("meshConfig") or {})
    own = {key: value for key, value in own.items() if key != "meshConfig"}
    return ResolvedDocuments(
        values=_half(request.resolved_values, own, installed and installed.values),
        mesh=_half(request.resolved_mesh_config, mesh, installed and installed.mesh),
        networks=installed.mesh_networks if installed else {},
        profile=installed.profile if installed else None,
        installed=installed,
        spec=spec,
        warnings=(*warnings, *_nameless(installed)),
    )


def _nameless(installed: Resolved | None) -> list[str]:
    nameless = [gateway for gateway in installed.gateways if not gateway.name] if installed else []
    return [f"a gateway of {gateway.chart} has no name: address it as [name:…]" for gateway in nameless]


def _half(document: Document | None, over: Json, from_profile: Json | None) -> Json | None:
    if document is None:
        return from_profile
    if document.value is not None and not isinstance(document.value, dict):
        raise document.error("must be a map", value=document.value, hint="write keys and values")
    return merge(document.value or {}, over)


def _install(request: Request, release: Release, spec: Json, profile: str | None) -> Resolved:
    stamp = profiles.released(release)
    named = request.revision is not None and not _offline_default(request)
    revision = {"revision": request.revision} if named else {}
    if request.installer == "helm":
        user = layers.helm_values(spec) | ({"profile": profile} if profile else {}) | revision
        return profiles.helm(release, user, stamp=stamp)
    spec = {**spec, **revision}
    return profiles.istioctl(release, profile or "default", stamp=stamp, user=spec)


def _offline_default(request: Request) -> bool:
    """The offline command takes the revision `default` for the one without a name."""
    return request.mode == "kube-inject" and request.revision == "default"


def _refuse_unused(request: Request, spec: Json, profile: str | None) -> None:
    """Raise UsageError for settings that could only be ignored beside resolved documents."""
    if request.resolved_values is None:
        return
    both = request.resolved_mesh_config is not None
    named: dict[str, Any] = {key: spec[key] for key in _VALUES_ONLY if key in spec and request.installer != "helm"}
    if both:
        named |= {"profile": profile} if profile is not None else {}
        named |= {"--iop": request.iop[0].file} if request.iop else {}
        named |= {"revision": get(spec, "revision")} if "revision" in spec else {}
    for path, value in named.items():
        raise UsageError(
            f"{path} would have no effect: {'values and mesh are' if both else 'the values are'} given as resolved",
            path=path,
            value=value,
            hint="say --set values.…=… or --set meshConfig.…=… for what should differ, or leave out the resolved file",
        )
