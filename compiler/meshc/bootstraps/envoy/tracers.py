"""The tracer of a ProxyConfig: its cluster and its provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.errors import InputError
from meshc.gotext.strings import clean_path

Json = Any
LIGHTSTEP_TOKEN_FILE = "lightstep_access_token.txt"
_CONTEXTS = {
    "W3C_TRACE_CONTEXT": "TRACE_CONTEXT",
    "GRPC_BIN": "GRPC_TRACE_BIN",
    "CLOUD_TRACE_CONTEXT": "CLOUD_TRACE_CONTEXT",
    "B3": "B3",
}
_ALL_CONTEXTS = ["TRACE_CONTEXT", "GRPC_TRACE_BIN", "CLOUD_TRACE_CONTEXT", "B3"]


@dataclass(frozen=True)
class Tracer:
    """The chosen tracer: its kind as the ProxyConfig names it, and the values the template shows."""

    kind: str
    values: Mapping[str, Json]


def tracer(agent: Agent, *, cluster: str) -> Tracer | None:
    """The tracer the release renders, or None (docs/istio/bootstrap.md § 2.11); `cluster` is `/node/cluster`.

    Raises InputError for Stackdriver without a GCP project, in every release, as the agent stops on it.
    """
    tracing = agent.config.get("tracing") or {}
    kind = next((k for k in ("zipkin", "lightstep", "datadog", "openCensusAgent", "stackdriver") if k in tracing), None)
    if kind is None:
        return None
    settings = tracing[kind] or {}
    if kind == "stackdriver" and not agent.platform.metadata.get("gcp_project"):
        raise _no_project()
    if kind not in agent.release.fact("bootstrap.tracers"):
        return None
    match kind:
        case "lightstep":
            return Tracer(kind, {"token_file": lightstep_token_file(agent.config)})
        case "datadog":
            return Tracer(kind, {"service_name": cluster})
        case "openCensusAgent":
            return Tracer(kind, {"address": settings.get("address", ""), "contexts": _contexts(settings)})
        case "stackdriver":
            return Tracer(kind, _stackdriver(settings, agent))
    return Tracer(kind, {})


def lightstep_token_file(config: Mapping[str, Json]) -> str:
    """Where the agent writes the access token of Lightstep."""
    return clean_path(f"{config.get('configPath', '')}/{LIGHTSTEP_TOKEN_FILE}")


def _contexts(settings: Mapping[str, Json]) -> list[str] | None:
    chosen = settings.get("context") or []
    if not chosen:
        return _ALL_CONTEXTS
    return [_CONTEXTS[name] for name in chosen if name in _CONTEXTS] or None


def _stackdriver(settings: Mapping[str, Json], agent: Agent) -> Json:
    return {
        "project": agent.platform.metadata["gcp_project"],
        "sts_uri": f"http://localhost:{agent.flags.sts_port}/token" if agent.flags.sts_port > 0 else "",
        "debug": bool(settings.get("debug")),
        "annotations": _limit(settings, "maxNumberOfAnnotations"),
        "attributes": _limit(settings, "maxNumberOfAttributes"),
        "message_events": _limit(settings, "maxNumberOfMessageEvents"),
    }


def _limit(settings: Mapping[str, Json], name: str) -> int:
    value = settings.get(name)
    return 200 if value is None else int(value)


def _no_project() -> InputError:
    return InputError(
        "Stackdriver tracing needs to know the GCP project",
        path="proxyConfig.tracing.stackdriver",
        hint='give the platform metadata, for example platform={"metadata": {"gcp_project": "my-project"}}',
    )
