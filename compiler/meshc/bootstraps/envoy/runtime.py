"""The static runtime layer."""

from __future__ import annotations

from typing import Any

from meshc.bootstraps.agent.agent_inputs import Agent

Json = Any
_STRIP_FRAGMENT = "HTTP_STRIP_FRAGMENT_FROM_PATH_UNSAFE_IF_DISABLED"
_STRIP_FRAGMENT_KEY = "envoy.reloadable_features.http_strip_fragment_from_path_unsafe_if_disabled"
_WORDS = {"true": True, "false": False}


def static_layer(agent: Agent) -> dict[str, Json]:
    """Defaults of the release, what the environment adds, then the ProxyConfig's `runtimeValues` (docs/istio/bootstrap.md § 2.4).

    An empty runtime value removes the key.  Since 1.19 `true` and `false` become booleans; all else stays text.
    """
    release = agent.release
    layer: dict[str, Json] = dict(release.fact("bootstrap.runtime_layer"))
    if agent.env.get("COMPLIANCE_POLICY") == "fips-140-2" and release.has("bootstrap.fips_runtime"):
        layer.update(release.fact("bootstrap.fips_runtime"))
    if not agent.flag(_STRIP_FRAGMENT):
        layer[_STRIP_FRAGMENT_KEY] = "false"
    booleans = release.has("bootstrap.runtime_booleans")
    for key, text in (agent.config.get("runtimeValues") or {}).items():
        if text == "":
            layer.pop(key, None)
        else:
            layer[key] = _WORDS.get(text, text) if booleans else text
    return {key: layer[key] for key in sorted(layer)}
