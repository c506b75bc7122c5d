"""The tracer of a ProxyConfig: its cluster and its provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.errors import InputError
from meshc.gotext.strings import clean_path
from meshc.models.proxy_config import OpenCensusAgent, ProxyConfig, Stackdriver, Tracing

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
    """The chosen tracer: its kind as the ProxyConfig names it, its address, and the values the template needs."""

    kind: str
    address: str
    values: Mapping[str, object]


def tracer(agent: Agent, *, cluster: str) -> Tracer | None:
    """The tracer the release writes, or None (docs/istio/bootstrap.md § 2.11); `cluster` is `/node/cluster`.

    Raises InputError for Stackdriver without a GCP project, in every release, as the agent stops on it.
    """
    tracing = agent.config.tracing
    chosen = _chosen(agent, tracing, cluster) if tracing else None
    return chosen if chosen and chosen.kind in agent.release.fact("bootstrap.tracers") else None


def lightstep_token_file(config: ProxyConfig) -> str:
    """The file to which the agent writes Lightstep's access token."""
    return clean_path(f"{config.config_path}/{LIGHTSTEP_TOKEN_FILE}")


def _chosen(agent: Agent, tracing: Tracing, cluster: str) -> Tracer | None:
    if zipkin := tracing.zipkin:
        return Tracer("zipkin", zipkin.address, {})
    if lightstep := tracing.lightstep:
        return Tracer("lightstep", lightstep.address, {"token_file": lightstep_token_file(agent.config)})
    if datadog := tracing.datadog:
        return Tracer("datadog", datadog.address, {"service_name": cluster})
    if census := tracing.open_census_agent:
        return Tracer("openCensusAgent", "", {"address": census.address, "contexts": _contexts(census)})
    if stackdriver := tracing.stackdriver:
        return Tracer("stackdriver", "", _stackdriver(stackdriver, agent))
    return None


def _contexts(settings: OpenCensusAgent) -> list[str] | None:
    if not settings.context:
        return _ALL_CONTEXTS
    return [_CONTEXTS[name] for name in settings.context if name in _CONTEXTS] or None


def _stackdriver(settings: Stackdriver, agent: Agent) -> dict[str, object]:
    project = agent.platform.metadata.get("gcp_project")
    if not project:
        raise _no_project()
    return {
        "project": project,
        "sts_uri": f"http://localhost:{agent.flags.sts_port}/token" if agent.flags.sts_port > 0 else "",
        "debug": settings.debug,
        "annotations": _limit(settings.max_number_of_annotations),
        "attributes": _limit(settings.max_number_of_attributes),
        "message_events": _limit(settings.max_number_of_message_events),
    }


def _limit(number: int | str | None) -> int:
    # protobuf-JSON writes numbers of 64 bits as strings.
    return 200 if number is None else int(number)


def _no_project() -> InputError:
    return InputError(
        "Stackdriver tracing needs to know the GCP project",
        path="proxyConfig.tracing.stackdriver",
        hint='give the platform metadata, for example platform={"metadata": {"gcp_project": "my-project"}}',
    )
