"""The Gateway API deployment controller: a Gateway in, the objects it writes out (docs/istio/other-templates.md § 7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import NamedTuple

from meshc.engine import Engine, Template
from meshc.errors import InputError, MeshcError
from meshc.gateways.charts.helm import kubernetes_minor
from meshc.gateways.controller import (
    built_in_deployment,
    customization,
    gateway_pod,
    gateway_ports,
    infrastructure,
    object_shapes,
)
from meshc.gateways.controller.customization import IllegalChange
from meshc.gateways.controller.existing_objects import Existing
from meshc.gateways.controller.gateway_classes import (
    AGENT,
    AGENT_WAYPOINT,
    GatewayClass,
    managed_label,
    metadata,
    resolve,
)
from meshc.gateways.controller.infrastructure import Names
from meshc.gateways.controller.ownership import VERSION, mine
from meshc.gateways.controller.safeguards import check_gateway, check_object
from meshc.settings import Settings
from meshc.yamlio import Json

MANAGED = "gateway.istio.io/managed"
_CLUSTER_WIDE = ("GatewayClass", "Namespace", "Node")
_PROMETHEUS = {
    "prometheus.io/path": "/stats/prometheus",
    "prometheus.io/port": "15020",
    "prometheus.io/scrape": "true",
}


class Written(NamedTuple):
    """What the controller writes, in order, and why it stops after its version where it refuses the rest."""

    documents: list[Json]
    refusal: MeshcError | None = None


def deploy(
    gateway: Json,
    settings: Settings,
    watched_namespaces: Collection[str] | None = None,
    *,
    transition_time: str | None = None,
) -> Written:
    """Everything the controller writes for a Gateway; nothing when it is not its to run.

    Raises InputError for a document of another kind, SettingsError for values and references its templates fail on.
    """
    check_gateway(gateway)
    object_shapes.check([gateway, *settings.resources])
    gateway, settings = _placed(gateway, settings), _with_places(settings)
    chosen = resolve(str(gateway["spec"].get("gatewayClassName") or ""), settings)
    if chosen is None or not mine(gateway, settings, watched_namespaces):
        return Written([])
    documents = _version_patch(gateway, settings)
    if settings.release.has("gateways.built_in_deployment"):
        names = Names.of(gateway, chosen)
        context = _context(gateway, chosen, names, settings)
        return Written(documents + built_in_deployment.objects(gateway, context, settings, transition_time))
    try:
        return Written(documents + _objects(gateway, chosen, settings))
    except IllegalChange as refusal:
        return Written(documents, refusal)


def _objects(gateway: Json, chosen: GatewayClass, settings: Settings) -> list[Json]:
    patches = customization.patches(gateway, chosen, settings)
    names = Names.of(gateway, chosen)
    context = _context(gateway, chosen, names, settings)
    existing = Existing.among(settings.resources, names.namespace)
    found = []
    for document in _template(chosen, settings).render_all(context):
        changes = patches.get(document["kind"], [])
        if document["kind"] in customization.OPTIONAL and not changes:
            continue
        document = existing.upgrade(customization.customize(document, changes), settings.release)
        document["metadata"]["labels"] = (metadata(document).get("labels") or {}) | {
            MANAGED: managed_label(chosen.controller)
        }
        check_object(document, names, settings)
        if existing.may_write(document, settings.release):
            found.append(document)
    return found


def _template(chosen: GatewayClass, settings: Settings) -> Template:
    """The release's template, or the user's of that name."""
    engine = Engine.of(settings.release)
    text = settings.injection_config.templates.get(chosen.template)
    return engine.template(chosen.template) if text is None else engine.user(chosen.template, text)


def _context(gateway: Json, chosen: GatewayClass, names: Names, settings: Settings) -> dict[str, object]:
    found = metadata(gateway)
    annotations: Mapping[str, str] = found.get("annotations") or {}
    labels, passed = infrastructure.passed_on(gateway, chosen, settings)
    naming = infrastructure.name_labels(gateway, chosen, settings)
    existing = Existing.among(settings.resources, names.namespace)
    network = labels.get(infrastructure.NETWORK)
    addresses = gateway["spec"].get("addresses") or [{}]
    return gateway_pod.context(found, settings, chosen) | {
        "gateway": {"name": names.gateway, "namespace": names.namespace, "uid": names.uid},
        "deployment": names.deployment,
        "service_account": names.service_account,
        "annotations": {"object": passed, "prometheus": _PROMETHEUS},
        "labels": {
            "object": labels | (naming if settings.release.has("gateways.gateway_name_label") else {}),
            "infrastructure": labels,
            "names": naming,
            "canonical": {
                "service.istio.io/canonical-name": names.deployment,
                "service.istio.io/canonical-revision": "latest",
            },
        },
        "name_label": existing.name_label(names.deployment, settings.release),
        "controller_label": chosen.label,
        "agent_waypoint": chosen.controller == AGENT_WAYPOINT,
        "owner_version": settings.release.fact("gateways.gateway_version"),
        "owns_service_account": _owns_account(chosen, settings),
        "ports": gateway_ports.ports(gateway, chosen, settings),
        "address": addresses[0].get("value"),
        "service_type": _service_type(annotations, chosen, settings),
        "labelled_network": network,
        "network": _network(network, settings),
        "torn_lifecycle": _torn_lifecycle(settings),
    }


def _network(labelled: str | None, settings: Settings) -> str:
    if labelled and settings.release.has("gateways.kube_gateway_network_label"):
        return labelled
    return str(settings.values.global_.network or "")


def _service_type(annotations: Mapping[str, str], chosen: GatewayClass, settings: Settings) -> str:
    given = annotations.get("networking.istio.io/service-type")
    if not settings.release.has("gateways.service_type_by_controller"):
        return given or chosen.service_type
    return chosen.service_type if given is None else given


def _owns_account(chosen: GatewayClass, settings: Settings) -> bool:
    if chosen.controller in (AGENT, AGENT_WAYPOINT):
        return True
    return settings.release.has("gateways.service_account_owner") and kubernetes_minor(settings.kube_version) >= 28


def _torn_lifecycle(settings: Settings) -> Json:
    """A lifecycle as the wrong indentation of older releases leaves it: hooks without content, actions beside them."""
    hooks = settings.values.global_.proxy.lifecycle or {}
    if settings.release.has("gateways.kube_gateway_lifecycle") or not isinstance(hooks, dict):
        return None
    if len(hooks) > 1:
        raise InputError(
            f"Istio {settings.release} cannot render a lifecycle with more than one hook for Gateways",
            path="global.proxy.lifecycle",
            value=hooks,
            hint="keep one of preStop and postStart",
        )
    return {
        "hooks": dict.fromkeys(hooks),
        "actions": [item for hook in hooks.values() for item in (hook or {}).items()],
    }


def _version_patch(gateway: Json, settings: Settings) -> list[Json]:
    version = str(settings.release.fact("gateways.controller_version"))
    if not settings.release.has("gateways.controller_version"):
        return []
    # The Gateway has this version already: nothing to write.
    if (metadata(gateway).get("annotations") or {}).get(VERSION) == version:
        return []
    return [
        {
            "apiVersion": settings.release.fact("gateways.gateway_version"),
            "kind": "Gateway",
            "metadata": {"annotations": {VERSION: version}},
        }
    ]


def _with_places(settings: Settings) -> Settings:
    return replace(settings, resources=tuple(_placed(document, settings) for document in settings.resources))


def _placed(document: Json, settings: Settings) -> Json:
    """A document with the namespace it is in where it names none."""
    own = metadata(document)
    if own.get("namespace") or document.get("kind") in _CLUSTER_WIDE:
        return document
    return document | {"metadata": {**own, "namespace": settings.namespace or "default"}}
