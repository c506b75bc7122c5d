"""What the istiod chart writes from its values: the injector's values, the mesh document, networks (docs/istio/profiles.md § 1)."""

from __future__ import annotations

import copy
from typing import Any

from meshc.catalog import Release
from meshc.istio_names import XDS_PORT
from meshc.trees import get, merge, section
from meshc.yamlio import Json, scalars

_SCOPES = ("all", "namespace")
_STACKDRIVER = {
    "debug": False,
    "maxNumberOfAttributes": 200,
    "maxNumberOfAnnotations": 200,
    "maxNumberOfMessageEvents": 200,
}


def writes_injector(release: Release, values: Json) -> bool:
    """Whether the chart writes the ConfigMap istio-sidecar-injector."""
    return not get(values, "global.omitSidecarInjectorConfigMap") and _in_scope(release, values)


def writes_mesh(release: Release, values: Json) -> bool:
    """Whether the chart writes the ConfigMap istio."""
    return bool(pilot(release, values).get("configMap")) and _in_scope(release, values)


def writes_istiod(release: Release, values: Json) -> bool:
    """Whether the chart writes the Deployment istiod: a remote installation has none without a local injector."""
    if not release.has("profiles.remote_without_istiod") or not get(values, "istiodRemote.enabled"):
        return True
    local = release.has("profiles.remote_istiod_with_local_injector")
    return local and bool(get(values, "istiodRemote.enabledLocalInjectorIstiod"))


def pilot(release: Release, values: Json) -> dict[str, Any]:
    """Where istiod's own values stand: under `pilot`, or at the top level since charts are descoped."""
    return values if release.has("profiles.descoped_charts") else section(values, "pilot")


def injector_values(release: Release, values: Json) -> Json:
    """The part of the chart's values that the injector sees."""
    seen: dict[str, Any] = {}
    for key, picked in release.fact("profiles.visible_values").items():
        if picked is True:
            if key in values:
                seen[key] = copy.deepcopy(values[key])
        else:
            source = pilot(release, values) if key == "pilot" else section(values, key)
            seen[key] = {name: copy.deepcopy(source[name]) for name in picked if name in source}
    return seen


def mesh_networks(values: Json) -> Json:
    """The meshNetworks document."""
    return {"networks": copy.deepcopy(get(values, "global.meshNetworks") or {})}


def mesh_document(release: Release, values: Json, *, namespace: str) -> Json:
    """The mesh document: what the chart works out under what `meshConfig` says."""
    own = section(values, "meshConfig")
    root = own.get("rootNamespace") or get(values, "global.istioNamespace")
    if isinstance(root, str) and not release.has("profiles.quoted_root_namespace"):
        root = scalars.resolve(root)
    computed: dict[str, Any] = {"trustDomain": "cluster.local", "rootNamespace": root}
    if release.has("profiles.default_providers") and not own.get("defaultProviders"):
        providers = _default_providers(release, values)
        if providers:
            computed["defaultProviders"] = providers
    computed["defaultConfig"] = _default_config(release, values, namespace=namespace)
    return merge(computed, own)


def _in_scope(release: Release, values: Json) -> bool:
    return not release.has("profiles.resource_scope") or get(values, "global.resourceScope") in _SCOPES


def _default_providers(release: Release, values: Json) -> dict[str, Any]:
    metrics = [name for name in ("prometheus", "stackdriver") if _telemetry(release, values, name)]
    found: dict[str, Any] = {"metrics": metrics} if metrics else {}
    if "stackdriver" in metrics:
        found["accessLogging"] = ["stackdriver"]
    return found


def _telemetry(release: Release, values: Json, name: str) -> bool:
    if not all(
        get(values, path) for path in ("telemetry.enabled", "telemetry.v2.enabled", f"telemetry.v2.{name}.enabled")
    ):
        return False
    if not release.has("profiles.override_turns_default_provider_off"):
        return True
    options = section(values, f"telemetry.v2.{name}")
    override = options.get("configOverride")
    if name == "stackdriver":
        return not override and not options.get("disableOutbound")
    return not any(get(override, side) for side in ("gateway", "inboundSidecar", "outboundSidecar"))


def _default_config(release: Release, values: Json, *, namespace: str) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if get(values, "global.meshID"):
        config["meshId"] = get(values, "global.meshID")
    variant = get(values, "global.proxy.variant") or get(values, "global.variant")
    if variant:
        config["image"] = {"imageType": variant}
    config |= _tracing(release, values)
    config["discoveryAddress"] = f"{_discovery_host(release, values)}.{namespace}.svc:{XDS_PORT}"
    return config


def _tracing(release: Release, values: Json) -> dict[str, Any]:
    tracer = get(values, "global.proxy.tracer")
    options = section(values, "global.tracer")
    match tracer:
        case "zipkin":
            default = f"zipkin.{get(values, 'global.istioNamespace')}:9411"
            found: Json = {"zipkin": {"address": get(options, "zipkin.address") or default}}
        case "datadog":
            found = {"datadog": {"address": get(options, "datadog.address") or "$(HOST_IP):8126"}}
        case "lightstep":
            found = {"lightstep": {key: get(options, f"lightstep.{key}") for key in ("address", "accessToken")}}
        case "stackdriver":
            found = {"stackdriver": _stackdriver(release, section(options, "stackdriver"))}
        case "openCensusAgent":
            found = copy.deepcopy(get(values, "meshConfig.defaultConfig.tracing"))
        case _ if release.has("profiles.empty_tracing_without_tracer"):
            found = {}
        case "none":
            return {}
        case _:
            found = None
    return {"tracing": found}


def _stackdriver(release: Release, options: dict[str, Any]) -> Json:
    if release.has("profiles.stackdriver_tracer_complete"):
        return {key: options.get(key) or default for key, default in _STACKDRIVER.items()}
    return {key: options[key] for key in _STACKDRIVER if options.get(key)} or None


def _discovery_host(release: Release, values: Json) -> str:
    if not get(values, "global.remotePilotAddress"):
        revision = get(values, "revision")
        return f"istiod-{revision}" if revision else "istiod"
    with_pilot = release.has("profiles.remote_istiod_with_pilot") and get(values, "pilot.enabled")
    local = ("istiodRemote.enabled", "istiodRemote.enabledLocalInjectorIstiod")
    with_injector = release.has("profiles.remote_istiod_with_local_injector") and all(
        get(values, path) for path in local
    )
    return "istiod-remote" if with_pilot or with_injector else "istiod"
