"""The effective values of the istiod chart: defaults, overlays, the user's values, descoping (docs/istio/profiles.md § 4)."""

from __future__ import annotations

from typing import NamedTuple

from meshc.catalog import Release
from meshc.errors import SettingsError, nearest
from meshc.models.message import Place
from meshc.models.value_fields import Below
from meshc.models.values import (
    GlobalValues,
    PrometheusTelemetryValues,
    StackdriverTelemetryValues,
    TracerValues,
    Values,
)
from meshc.profiles import data
from meshc.trees import HELM, get, merge
from meshc.yamlio import Json

_WORDS = {"profile": "profile", "platform": "platform", "compatibility": "compatibility version"}
_PATHS = {"profile": "profile", "platform": "global.platform", "compatibility": "compatibilityVersion"}


class Overlay(NamedTuple):
    """One overlay that the values choose: its kind, its name and its tree."""

    kind: str
    name: str
    tree: Json


def effective(release: Release, user: Json, *, remote: bool = False) -> Json:
    """What the chart sees: its defaults under the overlays the user's values choose under the user's values.

    Since 1.24 `pilot.*` is laid over the top level.  Raises SettingsError for an unknown overlay and for refused values.
    """
    base = defaults(release, remote=remote)
    if not release.has("profiles.wrapped_defaults"):
        values = merge(base, user, HELM)
    else:
        for overlay in chosen(release, user):
            base = merge(base, overlay.tree)
        values = merge(base, user)
    if release.has("profiles.descoped_charts"):
        values = _descoped(values)
    refuse(release, values)
    return values


def defaults(release: Release, *, remote: bool = False) -> Json:
    """Default values of the istiod chart, or of the istiod-remote chart of the old installer."""
    base = data.chart(release, "istiod")
    return merge(base, data.chart(release, "istiod-remote")) if remote else base


def chosen(release: Release, user: Json) -> list[Overlay]:
    """The overlays that the user's values name, lowest first."""
    if not release.has("profiles.wrapped_defaults"):
        return []
    values = Values(user, below=Below.NOTHING)
    # Each release reads one more place; the newer place comes first, so a value in the older one alone still counts.
    profile, platform = values.profile, None
    if release.has("profiles.top_level_platform"):
        profile = profile or values.global_.profile
        platform = values.platform
    if release.has("profiles.platform_overlays"):
        platform = platform or values.global_.platform
    named = {"profile": profile, "compatibility": values.compatibility_version, "platform": platform}
    return [_named(release, kind, str(name)) for kind, name in named.items() if name]


def refuse(release: Release, values: Json) -> None:
    """Raise SettingsError for values that the chart itself refuses (docs/istio/profiles.md § 4.5)."""
    given = Values(values, below=Below.NOTHING)
    refused: dict[Place, Json] = {}
    if release.has("profiles.telemetry_overrides_refused"):
        prometheus, stackdriver = given.telemetry.v2.prometheus, given.telemetry.v2.stackdriver
        refused[prometheus.at(PrometheusTelemetryValues.config_override)] = prometheus.config_override
        refused[stackdriver.at(StackdriverTelemetryValues.disable_outbound)] = stackdriver.disable_outbound
    if release.has("profiles.stackdriver_options_refused"):
        tracer, path = given.global_.tracer, "defaultConfig.tracing.stackdriver"
        refused[tracer.at(TracerValues.stackdriver)] = tracer.stackdriver.document
        refused[(*given.at(Values.mesh_config), *path.split("."))] = get(given.mesh_config, path)
        if given.global_.pilot_cert_provider == "kubernetes":
            raise SettingsError(
                f"the certificate provider kubernetes is not supported by Istio {release}",
                path=given.global_.at(GlobalValues.pilot_cert_provider),
                value="kubernetes",
                hint="write istiod, or another provider",
            )
    for place, value in refused.items():
        if value:
            raise SettingsError(
                f"this value is no longer supported by Istio {release}",
                path=place,
                value=value,
                hint="use the Telemetry API",
            )


def _named(release: Release, kind: str, name: str) -> Overlay:
    tree = data.overlay(release, kind, name)
    if tree is None:
        known = data.overlays(release, kind)
        raise SettingsError(
            f"unknown {_WORDS[kind]} {name}",
            path=_PATHS[kind],
            value=name,
            hint=_advice(release, kind, name) or f"Istio {release} has {', '.join(known) or 'none'}",
        )
    return Overlay(kind, name, tree)


def _advice(release: Release, kind: str, name: str) -> str | None:
    guess = nearest(name, data.overlays(release, kind))
    if guess:
        return f"write {guess}"
    if kind == "profile" and name in data.overlays(release, "platform"):
        return f"it is a platform: global.platform={name}"
    if kind == "profile" and name in data.installs(release):
        return "the charts know only overlays; this profile switches istioctl's components"
    return None


def _descoped(values: Json) -> Json:
    if "defaults" in values:
        raise SettingsError(
            "the key defaults is the chart's own", path="defaults", hint="write its members at the top level"
        )
    own = values.get("pilot")
    return merge(values, own) if isinstance(own, dict) else values
