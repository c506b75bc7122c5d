"""Template data of `gateway`: each field of `templates/gateway.yaml.j2`, and the rule that decides it."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.gotext import printing
from meshc.injection.installation import Installation, unquoted
from meshc.injection.templating.agent_data import AgentData, agent_data, computed_image
from meshc.injection.templating.template_input import TemplateInput
from meshc.models.annotation_names import SIDECAR_PROXY_IMAGE
from meshc.yamlio import Json


class GatewayData(AgentData):
    """Fields of `templates/gateway.yaml.j2` besides the shared ones, in the template's order."""

    securityContext: Mapping[str, Json] | None
    interceptionMode: str
    readinessInitialDelaySeconds: Json
    readinessPeriodSeconds: Json
    readinessFailureThreshold: Json


def gateway_data(pod: TemplateInput, once: Installation) -> GatewayData:
    """The template's fields for one pod; `once` is what the settings decide for all pods.

    Raises InjectionError and `NotAMap` for settings or annotations that the template cannot use.
    """
    shared, values = agent_data(pod, once), once.proxy
    shared["image"] = _image(pod, once, shared["image"])
    return {
        **shared,
        "securityContext": once.values.gateways.security_context,
        "interceptionMode": pod.proxy_config.interception_mode,
        # the annotations for the readiness probe count for sidecars only
        "readinessInitialDelaySeconds": unquoted(printing.printed(values.readiness_initial_delay_seconds)),
        "readinessPeriodSeconds": unquoted(printing.printed(values.readiness_period_seconds)),
        "readinessFailureThreshold": unquoted(printing.printed(values.readiness_failure_threshold)),
    }


def _image(pod: TemplateInput, once: Installation, chosen: str) -> str:
    """The sidecar's image; in some releases the annotation counts only where the value names an image in full."""
    if once.release.has("templates.gateway_image_annotation"):
        return chosen
    named = printing.sprint(once.proxy.image)
    return pod.annotations.get(SIDECAR_PROXY_IMAGE, named) if "/" in named else computed_image(pod, once)
