"""An installation resolved: values, mesh document, istiod environment and gateways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from meshc.catalog import Release
from meshc.models.value_fields import Below
from meshc.models.values import Values
from meshc.profiles import configmaps, environment, overlays, spec_merge, translation
from meshc.profiles.installation import Installation, combine
from meshc.trees import get, merge, section
from meshc.yamlio import Json

_CHARTS = {"ingressGateways": "istio-ingress", "egressGateways": "istio-egress"}
_AGENTS = {"cni": "istio-cni-node", "ztunnel": "ztunnel"}
_COMPONENTS = ("base", "pilot", "ingressGateways", "egressGateways", "cni", "istiodRemote", "ztunnel")


@dataclass(frozen=True)
class Gateway:
    """A classic gateway of the installation.

    `values` are the user values handed to its chart, without the chart's defaults and overlays; `k8s` the patches laid
    over its objects (docs/istio/profiles.md § 5.6).
    """

    chart: str
    name: str
    namespace: str
    values: Mapping[str, Json]
    k8s: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Resolved:
    """What an installation resolves to; `values`, `mesh`, `environment` are None where the object is not written."""

    release: Release
    installer: str
    profile: str
    user_values: Json
    chart_values: Json
    values: Json | None
    mesh: Json | None
    mesh_networks: Json
    environment: list[dict[str, Any]] | None
    gateways: tuple[Gateway, ...] = ()
    components: tuple[str, ...] = ()
    namespace: str = "istio-system"
    overlays: tuple[overlays.Overlay, ...] = ()

    @property
    def workloads(self) -> list[str]:
        """`Kind/name` of every Deployment and DaemonSet that is installed, sorted."""
        found = [f"Deployment/{gateway.name}" for gateway in self.gateways]
        if self.environment is not None:
            revision = get(self.chart_values, "revision")
            found.append(f"Deployment/istiod-{revision}" if revision else "Deployment/istiod")
        found += [f"DaemonSet/{_AGENTS[name]}" for name in self.components if name in _AGENTS]
        return sorted(found)


def helm(release: Release, user: Json, *, stamp: Json, namespace: str = "istio-system") -> Resolved:
    """Resolve `helm install istiod` with a user's values; `stamp` holds the hub and tag of the published chart."""
    values = overlays.effective(release, user)
    # The published chart carries hub and tag as its own defaults, beneath what the user says.
    values = merge({"global": stamp}, values) if "global" in values else values
    given = Values(user, below=Below.NOTHING)
    profile = given.profile or given.global_.profile or "default"
    return _resolved(release, "helm", profile, user=user, values=values, namespace=namespace, components=("pilot",))


def istioctl(release: Release, profile: str, *, stamp: Json, user: Json) -> Resolved:
    """Resolve an installation by istioctl; `user` is the spec of the user's IstioOperator, `stamp` its hub and tag."""
    install = combine(release, profile, stamp=stamp, user=user)
    given = translation.chart_values(install)
    remote = not install.on("pilot") and install.on("istiodRemote")
    values = overlays.effective(release, given, remote=remote) if install.on("pilot") or remote else None
    return _resolved(
        release,
        "istioctl",
        profile,
        user=given,
        values=values,
        namespace=install.namespace(section(install.spec, "components.pilot")),
        components=_components(install),
        gateways=_gateways(install, given),
        k8s=_istiod_patches(install),
    )


def _resolved(
    release: Release, installer: str, profile: str, *, user: Json, values: Json | None, namespace: str, **more: Any
) -> Resolved:
    k8s = more.pop("k8s", {})
    chart = Values(values or {}, below=Below.NOTHING)
    seen = values is not None and configmaps.writes_injector(release, chart)
    mesh = values is not None and configmaps.writes_mesh(release, chart)
    installed = values is not None and "pilot" in more["components"] and configmaps.writes_istiod(release, chart)
    return Resolved(
        release=release,
        installer=installer,
        profile=profile,
        user_values=user,
        chart_values=values or {},
        values=configmaps.injector_values(release, chart) if seen else None,
        mesh=configmaps.mesh_document(release, chart, namespace=namespace) if mesh else None,
        mesh_networks=configmaps.mesh_networks(chart),
        environment=_environment(release, chart, k8s, namespace) if installed else None,
        namespace=namespace,
        overlays=tuple(overlays.chosen(release, user)),
        **more,
    )


def _environment(release: Release, values: Values, k8s: Json, namespace: str) -> list[dict[str, Any]]:
    own = environment.variables(release, values, namespace=namespace)
    return spec_merge.merge_keyed(own, k8s["env"], key="name") if k8s.get("env") else own


def _istiod_patches(install: Installation) -> Json:
    """The `k8s` block of istiod; the old engine copies `values.pilot.env` into it."""
    k8s = section(install.spec, "components.pilot.k8s")
    env = get(install.spec, "values.pilot.env")
    if env and not install.release.has("profiles.unified_installer") and k8s.get("env"):
        wanted = [{"name": name, "value": environment.text(value)} for name, value in sorted(env.items())]
        k8s = {**k8s, "env": spec_merge.merge_keyed(k8s["env"], wanted, key="name")}
    return k8s


def _components(install: Installation) -> tuple[str, ...]:
    kinds = [kind for kind, _ in install.gateways()]
    return tuple(name for name in _COMPONENTS if name in kinds or (name not in _CHARTS and install.on(name)))


def _gateways(install: Installation, values: Json) -> tuple[Gateway, ...]:
    return tuple(
        Gateway(
            chart=_CHARTS[kind],
            name=str(component.get("name") or ""),
            namespace=install.namespace(component),
            values=translation.gateway_values(install, values, kind, component),
            k8s=component.get("k8s") or {},
        )
        for kind, component in install.gateways()
    )
