"""What the controller refuses: documents of another kind than Gateway, and objects that do not belong to the Gateway."""

from __future__ import annotations

from meshc.errors import InputError
from meshc.gateways.controller.gateway_classes import metadata
from meshc.gateways.controller.infrastructure import Names
from meshc.settings import Settings
from meshc.yamlio import Json


def check_gateway(gateway: Json) -> None:
    """Raise InputError for a document of another kind, and for a Gateway without name or spec."""
    if not isinstance(gateway, dict) or gateway.get("kind") != "Gateway":
        raise InputError("not a Gateway of the Gateway API", path=("kind",), value=gateway, hint="kind: Gateway")
    if not str(gateway.get("apiVersion") or "").startswith("gateway.networking.k8s.io/"):
        raise InputError(
            "not a Gateway of the Gateway API",
            path=("apiVersion",),
            value=gateway.get("apiVersion"),
            hint="apiVersion: gateway.networking.k8s.io/v1",
        )
    if not isinstance(gateway.get("spec"), dict):
        raise InputError(
            "a Gateway needs a spec", path=("spec",), value=gateway.get("spec"), hint="gatewayClassName: istio"
        )
    if not metadata(gateway).get("name"):
        raise InputError(
            "a Gateway needs a name",
            path=("metadata", "name"),
            value=metadata(gateway).get("name"),
            hint="name: gateway",
        )


def check_object(document: Json, names: Names, settings: Settings) -> None:
    """Raise InputError for an object that a user's template writes outside its Gateway (since 1.27.6, 1.28.4)."""
    if not settings.release.has("gateways.object_safeguards"):
        return
    meta = metadata(document)
    name = str(meta.get("name") or "")
    allowed = (names.deployment, names.service_account)
    problem = (
        ("kind", document["kind"])
        if document["kind"] not in settings.release.fact("gateways.deployed_kinds")
        else ("metadata.namespace", meta.get("namespace"))
        if meta.get("namespace") != names.namespace
        else ("metadata.name", name)
        if name not in allowed and not name.startswith(names.gateway)
        else None
    )
    if problem:
        raise InputError(
            "a Gateway's template may not write this object",
            path=problem[0],
            value=problem[1],
            hint="write only objects of the Gateway: in its namespace, named after it",
        )
