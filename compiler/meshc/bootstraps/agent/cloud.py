"""The cloud platform, as far as the agent learns it from its environment alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from meshc.bootstraps.agent.agent_inputs import Platform
from meshc.catalog import Release

_STATIC = ("gcp_project", "gcp_project_number", "gcp_gke_cluster_name", "gcp_location")
_ZONE_PARTS = 3


def from_env(env: Mapping[str, str], release: Release, given: Platform | None = None) -> Platform:
    """The given platform, or GCP as `GCP_METADATA` states it, else unknown (docs/istio/bootstrap.md § 1.7)."""
    if given is not None:
        return given
    chosen = env.get("CLOUD_PLATFORM", "").lower()
    static = _static(env, release) or _quota_alone(env, release, chosen)
    if not static or chosen not in ("gcp", ""):
        return Platform()
    platform = Platform(metadata=static, kubernetes=_on_kubernetes(env, static))
    return replace(platform, locality=_locality(static, release))


def _static(env: Mapping[str, str], release: Release) -> dict[str, str]:
    parts = env.get("GCP_METADATA", "").split("|")
    if len(parts) != len(_STATIC):
        return {}
    found = {name: part for name, part in zip(_STATIC, parts, strict=True) if part}
    if release.has("bootstrap.gcp_url_from_static"):
        url = _cluster_url(found)
        found.update({"gcp_gke_cluster_url": url} if url else {})
    for name, variable, switch in (
        ("gcp_quota_project", "GCP_QUOTA_PROJECT", None),
        ("gcp_zone", "GCP_ZONE", "bootstrap.gcp_zone"),
    ):
        if env.get(variable) and (switch is None or release.has(switch)):
            found[name] = env[variable]
    return found


def _quota_alone(env: Mapping[str, str], release: Release, chosen: str) -> dict[str, str]:
    # Without static metadata the agent would ask the metadata server for the rest, which is not there offline.
    if chosen != "gcp" or release.has("bootstrap.gcp_quota_needs_static") or not env.get("GCP_QUOTA_PROJECT"):
        return {}
    return {"gcp_quota_project": env["GCP_QUOTA_PROJECT"]}


def _cluster_url(found: Mapping[str, str]) -> str:
    names = ("gcp_project", "gcp_location", "gcp_gke_cluster_name")
    if not all(found.get(n) for n in names):
        return ""
    project, location, cluster = (found[n] for n in names)
    return f"https://container.googleapis.com/v1/projects/{project}/locations/{location}/clusters/{cluster}"


def _locality(static: Mapping[str, str], release: Release) -> dict[str, str]:
    # Where the metadata server has a say, it is not there offline: no locality then.
    if release.has("bootstrap.gcp_zone"):
        zone = static.get("gcp_zone", "")
        zone = zone if len(zone.split("-")) == _ZONE_PARTS else ""
    elif release.has("bootstrap.gcp_locality_from_location"):
        zone = static.get("gcp_location", "")
    else:
        zone = ""
    return {"region": zone.rpartition("-")[0], "zone": zone} if zone else {}


def _on_kubernetes(env: Mapping[str, str], static: Mapping[str, str]) -> bool:
    # A running pod always has KUBERNETES_SERVICE_HOST; it is in no manifest.
    return "KUBERNETES_SERVICE_HOST" in env or bool(static.get("gcp_gke_cluster_name"))
