"""Install profiles, overlays and chart defaults resolved to values, mesh document, environment and gateways.

names(release, installer)                        profiles that can be chosen
istioctl(release, profile, stamp=, user=)        → Resolved
helm(release, values, stamp=)                    → Resolved
released(release)                                hub and tag of the release's images
"""

from __future__ import annotations

from meshc.catalog import Release
from meshc.profiles import data
from meshc.profiles.resolution import Gateway, Resolved, helm, istioctl

__all__ = ["Gateway", "Resolved", "helm", "istioctl", "names", "released"]


def names(release: Release, installer: str = "istioctl") -> tuple[str, ...]:
    """Names of the profiles that an installer of a release knows."""
    return data.installs(release) if installer == "istioctl" else data.overlays(release, "profile")


def released(release: Release) -> dict[str, str]:
    """Hub and tag that a released installer stamps on its charts."""
    return {"hub": release.fact("profiles.images")["hub"], "tag": str(release)}
