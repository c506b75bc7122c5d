"""Whether this istiod deploys a Gateway (docs/istio/other-templates.md § 7.1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from meshc.gateways.controller.gateway_classes import flag, metadata
from meshc.settings import Settings
from meshc.yamlio import Json

VERSION = "gateway.istio.io/controller-version"
_REVISION = "istio.io/rev"


def mine(gateway: Json, settings: Settings, watched: Collection[str] | None) -> bool:
    """Whether the Gateway is istiod's to run: watched, left to it, of its revision, of a version it knows."""
    namespace = str(metadata(gateway)["namespace"])
    return (
        flag(settings, "PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER")
        and (watched is None or namespace in watched)
        and _managed(gateway["spec"], settings)
        and _version_allows(gateway, settings)
        and _of_revision(gateway, namespace, settings)
    )


def _managed(spec: Mapping[str, Json], settings: Settings) -> bool:
    """Whether the addresses leave the deployment to istiod."""
    if settings.release.has("gateways.manual_deployment_flag") and not flag(
        settings, "ENABLE_GATEWAY_API_MANUAL_DEPLOYMENT"
    ):
        return True
    addresses = spec.get("addresses") or []
    return not addresses or (len(addresses) == 1 and addresses[0].get("type") in (None, "IPAddress"))


def _version_allows(gateway: Json, settings: Settings) -> bool:
    if not settings.release.has("gateways.controller_version"):
        return True
    text = (metadata(gateway).get("annotations") or {}).get(VERSION)
    if text is None:
        return True
    try:
        # A Gateway that a newer controller has written is left to it.
        return int(text) <= int(settings.release.fact("gateways.controller_version"))
    except ValueError:
        return False


def _of_revision(gateway: Json, namespace: str, settings: Settings) -> bool:
    """Whether the label of the Gateway, else of its namespace, names this istiod; an unknown namespace does."""
    if not settings.release.has("gateways.revision_owner"):
        return True
    revision = settings.revision or "default"
    label = (metadata(gateway).get("labels") or {}).get(_REVISION)
    if label is not None:
        return bool(label == revision)
    known = [n for n in settings.of_kind("Namespace") if metadata(n).get("name") == namespace]
    return not known or (metadata(known[0]).get("labels") or {}).get(_REVISION, "default") == revision
