"""One IstioOperator spec out of the profile and the user's input, and what it means (docs/istio/profiles.md §§ 5.1, 5.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from meshc.catalog import Release
from meshc.errors import SettingsError, nearest
from meshc.profiles import data, spec_merge
from meshc.trees import get, merge, section
from meshc.yamlio import Json

GATEWAY_KINDS = {"ingressGateways": "istio-ingressgateway", "egressGateways": "istio-egressgateway"}


@dataclass(frozen=True)
class Installation:
    """An IstioOperator spec merged from all its layers; `user` is the user's part of it alone."""

    release: Release
    spec: Json
    user: Json = field(default_factory=dict)

    def on(self, component: str) -> bool:
        """Whether a component is installed; without `enabled` it is on in the new engine and off in the old one."""
        found = get(self.spec, f"components.{component}")
        if found is None:
            return False
        return bool(get(found, "enabled", self.release.has("profiles.unified_installer")))

    def namespace(self, component: Json) -> str:
        """The namespace a component is installed in."""
        own = get(component, "namespace")
        if not own and not self.release.has("profiles.unified_installer"):
            own = self.spec.get("namespace")
        return str(own or get(self.spec, "values.global.istioNamespace") or "istio-system")

    def gateways(self) -> list[tuple[str, dict[str, Any]]]:
        """Every gateway that is on: kind (`ingressGateways`, `egressGateways`) and its component."""
        unified = self.release.has("profiles.unified_installer")
        found = []
        for kind in GATEWAY_KINDS:
            for component in get(self.spec, f"components.{kind}") or ():
                if component.get("enabled", unified):
                    found.append((kind, component))
        return found


def merge_specs(release: Release, base: Json, over: Json) -> Json:
    """Lay one spec over another as the release's engine does."""
    return merge(base, over) if release.has("profiles.unified_installer") else spec_merge.merge(base, over)


def combine(release: Release, profile: str, *, stamp: Json, user: Json) -> Installation:
    """Merge default profile, chosen profile, stamped hub and tag, and the user's spec.

    Raises SettingsError for a profile that the release does not have.
    """
    spec = data.install(release, "default")
    if profile != "default":
        spec = merge_specs(release, spec, _profile(release, profile))
    spec = merge_specs(release, spec, stamp)
    spec = merge_specs(release, spec, user)
    _switch_gateways(release, spec)
    return Installation(release, spec, user)


def _profile(release: Release, name: str) -> Json:
    found = data.install(release, name)
    if found is not None:
        return found
    known = data.installs(release)
    hint = f"write {nearest(name, known)}" if nearest(name, known) else f"Istio {release} has {', '.join(known)}"
    if name == "external":
        hint = "use remote"
    elif name.endswith((".yaml", ".yml")):
        hint = "give a profile of your own as --iop FILE"
    raise SettingsError(f'profile "{name}" not found', path="profile", value=name, hint=hint)


def _switch_gateways(release: Release, spec: Json) -> None:
    """Let `values.gateways.<name>.enabled` switch gateways, as far as the engine listens to it."""
    unified = release.has("profiles.unified_installer")
    for kind, standard in GATEWAY_KINDS.items():
        components = get(spec, f"components.{kind}") or []
        for component in components:
            name = standard if unified else component.get("name")
            wish = get(section(spec, "values"), ["gateways", str(name), "enabled"])
            if isinstance(wish, bool) and (wish or not unified):
                component["enabled"] = wish
