"""Template data of proxyless gRPC: the fields of `templates/grpc-agent.yaml.j2` and `templates/grpc-simple.yaml.j2`."""

from __future__ import annotations

from typing import TypedDict

from meshc.gotext import printing
from meshc.injection.installation import Installation, unquoted
from meshc.injection.templating.agent_data import AgentData, agent_data, container_resources
from meshc.injection.templating.json_annotations import named_objects
from meshc.injection.templating.sidecar_data import readiness, status_port
from meshc.injection.templating.template_input import TemplateInput
from meshc.models import annotation_names as names
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
    shared = agent_data(pod, once)
    if not once.release.has("templates.grpc_agent_revision_quoted"):
        shared["revision"] = unquoted(shared["revision"])
    return {
        **shared,
        "localhostProbes": once.localhost_probes,
        "statusPort": status_port(pod, once),
        "readinessInitialDelaySeconds": readiness(pod, once, names.SIDECAR_STATUS_READINESS_INITIAL_DELAY_SECONDS),
        "readinessPeriodSeconds": readiness(pod, once, names.SIDECAR_STATUS_READINESS_PERIOD_SECONDS),
        "readinessFailureThreshold": readiness(pod, once, names.SIDECAR_STATUS_READINESS_FAILURE_THRESHOLD),
        "resources": container_resources(pod, once),
        "userVolumeMounts": named_objects(pod.annotations, names.SIDECAR_USER_VOLUME_MOUNT),
        "userVolumes": named_objects(pod.annotations, names.SIDECAR_USER_VOLUME),
    }


def grpc_simple_data(pod: TemplateInput, once: Installation) -> GrpcSimpleData:
    """The fields of `grpc-simple` for one pod."""
    return {
        "istioNamespace": printing.printed(once.general.istio_namespace),
        "containers": [c.get("name", "") for c in pod.containers],
    }
