"""The deployment controller of 1.17: a pod to be injected, and the Gateway's status (docs/istio/other-templates.md § 7.9)."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.engine import Engine
from meshc.gateways.controller.gateway_classes import GATEWAY, managed_label, metadata
from meshc.settings import Settings
from meshc.yamlio import Json

_MESSAGE = "Deployed gateway to the cluster"


def objects(
    gateway: Json, context: Mapping[str, Json], settings: Settings, transition_time: str | None = None
) -> list[Json]:
    """Service, Deployment and the Gateway's status patch."""
    labels = context["labels"]
    managed = labels["infrastructure"] | {"gateway.istio.io/managed": managed_label(GATEWAY)}
    filled = dict(context, labels=labels | {"object": managed})
    return [
        *Engine.of(settings.release).template("kube-gateway-injected").render_all(filled),
        _status(gateway, transition_time),
    ]


def _status(gateway: Json, time: str | None) -> Json:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1beta1",
        "kind": "Gateway",
        "metadata": {
            "creationTimestamp": None,
            "name": metadata(gateway).get("name"),
            "namespace": metadata(gateway)["namespace"],
        },
        "spec": {"gatewayClassName": "", "listeners": None},
        "status": {
            "conditions": [
                _condition("Accepted", "Accepted", time),
                _condition("Scheduled", "ResourcesAvailable", time),
            ]
        },
    }


def _condition(kind: str, reason: str, time: str | None) -> Json:
    # the controller writes its clock's time, which nobody knows here: null is Kubernetes' zero time
    return {"lastTransitionTime": time, "message": _MESSAGE, "reason": reason, "status": "True", "type": kind}
