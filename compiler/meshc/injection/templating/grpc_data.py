"""Template data of proxyless gRPC: the fields of `templates/grpc-agent.yaml.j2` and `templates/grpc-simple.yaml.j2`."""

from __future__ import annotations

from typing import TypedDict

from meshc.gotext import printing
from meshc.injection.templating.agent_data import AgentData, agent_data, container_resources
from meshc.injection.templating.installation import Installation, unquoted
from meshc.injection.templating.json_annotations import USER_VOLUME, USER_VOLUME_MOUNT, named_objects
from meshc.injection.templating.sidecar_data import readiness, status_port
from meshc.injection.templating.template_input import TemplateInput
from meshc.yamlio import Json


class GrpcAgentData(AgentData):
    """Fields of `templates/grpc-agent.yaml.j2` besides the shared ones, in the template's order."""

    localhostProbes: bool
    statusPort: str
    readinessInitialDelaySeconds: Json
    readinessPeriodSeconds: Json
    readinessFailureThreshold: Json
    resources: Json
    userVolumeMounts: list[dict[str, Json]]
    userVolumes: list[dict[str, Json]]


class GrpcSimpleData(TypedDict):
    """Fields of `templates/grpc-simple.yaml.j2`, in the template's order."""

    istioNamespace: str
    containers: list[str]


def grpc_agent_data(pod: TemplateInput, once: Installation) -> GrpcAgentData:
    """The fields of `grpc-agent` for one pod; `once` is what the settings decide for all pods.

    Raises InjectionError and `NotAMap` for settings or annotations that the template cannot use.
    """
    shared, values = agent_data(pod, once), once.proxy
    if not once.release.has("templates.grpc_agent_revision_quoted"):
        shared["revision"] = unquoted(shared["revision"])
    return {
        **shared,
        "localhostProbes": once.localhost_probes,
        "statusPort": status_port(pod, once),
        "readinessInitialDelaySeconds": readiness(pod, "initialDelaySeconds", values.readiness_initial_delay_seconds),
        "readinessPeriodSeconds": readiness(pod, "periodSeconds", values.readiness_period_seconds),
        "readinessFailureThreshold": readiness(pod, "failureThreshold", values.readiness_failure_threshold),
        "resources": container_resources(pod, once),
        "userVolumeMounts": named_objects(pod.annotations, USER_VOLUME_MOUNT),
        "userVolumes": named_objects(pod.annotations, USER_VOLUME),
    }


def grpc_simple_data(pod: TemplateInput, once: Installation) -> GrpcSimpleData:
    """The fields of `grpc-simple` for one pod."""
    return {
        "istioNamespace": printing.printed(once.general.istio_namespace),
        "containers": [c.get("name", "") for c in pod.containers],
    }
