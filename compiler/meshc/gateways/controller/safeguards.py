"""What the controller refuses: documents that are no Gateways, and objects that are not the Gateway's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.errors import InputError
from meshc.gateways.controller.gateway_classes import metadata
from meshc.settings import Settings
from meshc.yamlio import Json


def check_gateway(gateway: Json) -> None:
    """Raise InputError for a document that is no Gateway, or lacks name or spec."""
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


def check_object(document: Json, context: Mapping[str, Any], settings: Settings) -> None:
    """Refuse what a template of the user writes beyond its Gateway (since 1.27.6, 1.28.4)."""
    if not settings.release.has("gateways.object_safeguards"):
        return
    gateway, meta = context["gateway"], metadata(document)
    name = str(meta.get("name") or "")
    allowed = (context["deployment"], context["service_account"])
    problem = (
        ("kind", document["kind"])
        if document["kind"] not in settings.release.fact("gateways.deployed_kinds")
        else ("metadata.namespace", meta.get("namespace"))
        if meta.get("namespace") != gateway["namespace"]
        else ("metadata.name", name)
        if name not in allowed and not name.startswith(gateway["name"])
        else None
    )
    if problem:
        raise InputError(
            "a Gateway's template may not write this object",
            path=problem[0],
            value=problem[1],
            hint="write only the Gateway's own",
        )
