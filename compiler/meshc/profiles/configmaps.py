"""What the istiod chart writes from its values: the injector's values, the mesh document, networks (docs/istio/profiles.md § 1)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from meshc.catalog import Release
from meshc.istio_names import XDS_PORT
from meshc.models.values import StackdriverTracerValues, TelemetryV2Values, Values
from meshc.models.values_workloads import PilotValues
from meshc.trees import get, merge, section
from meshc.yamlio import Json, scalars

_SCOPES = ("all", "namespace")
_STACKDRIVER = {
    "debug": False,
    "maxNumberOfAttributes": 200,
    "maxNumberOfAnnotations": 200,
    "maxNumberOfMessageEvents": 200,
}


def writes_injector(release: Release, values: Values) -> bool:
    """Whether the chart writes the ConfigMap istio-sidecar-injector."""
    return not values.global_.omit_sidecar_injector_config_map and _in_scope(release, values)


def writes_mesh(release: Release, values: Values) -> bool:
    """Whether the chart writes the ConfigMap istio."""
    return bool(pilot(release, values).config_map) and _in_scope(release, values)


def writes_istiod(release: Release, values: Values) -> bool:
    """Whether the chart writes the Deployment istiod: a remote installation has none without a local injector."""
    if not release.has("profiles.remote_without_istiod") or not values.istiod_remote.enabled:
        return True
    local = release.has("profiles.remote_istiod_with_local_injector")
    return local and bool(values.istiod_remote.enabled_local_injector_istiod)


def pilot(release: Release, values: Values) -> PilotValues:
    """istiod's own values: under `pilot`, or at the top level since charts are descoped."""
    return PilotValues(values.document, below=values.rule) if release.has("profiles.descoped_charts") else values.pilot


def injector_values(release: Release, values: Values) -> Json:
    """The part of the chart's values that the injector sees."""
    tree = values.document
    seen: dict[str, Any] = {}
    for key, picked in release.fact("profiles.visible_values").items():
        if picked is True:
            if key in tree:
                seen[key] = copy.deepcopy(tree[key])
        else:
            source = pilot(release, values).document if key == "pilot" else section(tree, key)
            seen[key] = {name: copy.deepcopy(source[name]) for name in picked if name in source}
    return seen


def mesh_networks(values: Values) -> Json:
    """The meshNetworks document."""
    return {"networks": copy.deepcopy(values.global_.mesh_networks or {})}


def mesh_document(release: Release, values: Values, *, namespace: str) -> Json:
    """The mesh document: what the chart works out under what `meshConfig` says."""
    own = values.mesh_config or {}
    root = own.get("rootNamespace") or values.global_.istio_namespace
    # The older chart writes the namespace without quotes, so YAML makes a number of `123`.
    if isinstance(root, str) and not release.has("profiles.quoted_root_namespace"):
        root = scalars.resolve(root)
    computed: dict[str, Any] = {"trustDomain": "cluster.local", "rootNamespace": root}
    if release.has("profiles.default_providers") and not own.get("defaultProviders"):
        providers = _default_providers(release, values)
        if providers:
            computed["defaultProviders"] = providers
    computed["defaultConfig"] = _default_config(release, values, namespace=namespace)
    return merge(computed, own)


def _in_scope(release: Release, values: Values) -> bool:
    return not release.has("profiles.resource_scope") or values.global_.resource_scope in _SCOPES


def _default_providers(release: Release, values: Values) -> dict[str, Any]:
    if not (values.telemetry.enabled and values.telemetry.v2.enabled):
        return {}
    stackdriver = _stackdriver_metrics(release, values.telemetry.v2)
    metrics = ["prometheus"] * _prometheus_metrics(release, values.telemetry.v2) + ["stackdriver"] * stackdriver
    found: dict[str, Any] = {"metrics": metrics} if metrics else {}
    if stackdriver:
        found["accessLogging"] = ["stackdriver"]
    return found


def _prometheus_metrics(release: Release, telemetry: TelemetryV2Values) -> bool:
    override = telemetry.prometheus.config_override
    refined = any(get(override, side) for side in ("gateway", "inboundSidecar", "outboundSidecar"))
    return bool(telemetry.prometheus.enabled) and not (refined and _overrides_count(release))


def _stackdriver_metrics(release: Release, telemetry: TelemetryV2Values) -> bool:
    options = telemetry.stackdriver
    refined = bool(options.config_override or options.disable_outbound)
    return bool(options.enabled) and not (refined and _overrides_count(release))


def _overrides_count(release: Release) -> bool:
    """Whether overridden telemetry takes its default provider out of the mesh document."""
    return release.has("profiles.override_turns_default_provider_off")


def _default_config(release: Release, values: Values, *, namespace: str) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if values.global_.mesh_id:
        config["meshId"] = values.global_.mesh_id
    if variant := values.global_.proxy.variant or values.global_.variant:
        config["image"] = {"imageType": variant}
    config |= _tracing(release, values)
    config["discoveryAddress"] = f"{_discovery_host(release, values)}.{namespace}.svc:{XDS_PORT}"
    return config


def _tracing(release: Release, values: Values) -> dict[str, Any]:
    options = values.global_.tracer
    found: Json = None
    match values.global_.proxy.tracer:
        case "zipkin":
            default = f"zipkin.{values.global_.istio_namespace}:9411"
            found = {"zipkin": {"address": options.zipkin.address or default}}
        case "datadog":
            found = {"datadog": {"address": options.datadog.address or "$(HOST_IP):8126"}}
        case "lightstep":
            lightstep = options.lightstep
            found = {"lightstep": {"address": lightstep.address, "accessToken": lightstep.access_token}}
        case "stackdriver":
            found = {"stackdriver": _stackdriver(release, options.stackdriver)}
        case "openCensusAgent":
            found = copy.deepcopy(get(values.mesh_config, "defaultConfig.tracing"))
        case _ if release.has("profiles.empty_tracing_without_tracer"):
            found = {}
        case "none":
            return {}
    return {"tracing": found}


def _stackdriver(release: Release, options: StackdriverTracerValues) -> Json:
    given: Mapping[str, Json] = options.document
    if release.has("profiles.stackdriver_tracer_complete"):
        return {key: given.get(key) or default for key, default in _STACKDRIVER.items()}
    return {key: given[key] for key in _STACKDRIVER if given.get(key)} or None


def _discovery_host(release: Release, values: Values) -> str:
    if not values.global_.remote_pilot_address:
        return f"istiod-{values.revision}" if values.revision else "istiod"
    with_pilot = release.has("profiles.remote_istiod_with_pilot") and values.pilot.enabled
    remote = values.istiod_remote
    has_injector = release.has("profiles.remote_istiod_with_local_injector") and remote.enabled_local_injector_istiod
    return "istiod-remote" if with_pilot or (has_injector and remote.enabled) else "istiod"
