"""Gateways, settings and look-ups the tests of this folder share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from meshc.gateways.gateway_objects import chart, gateway
from meshc.settings import Settings
from meshc.yamlio import Json

AMBIENT = {
    "PILOT_ENABLE_AMBIENT": "true",
    "PILOT_ENABLE_AMBIENT_CONTROLLERS": "true",
    "AMBIENT_ENABLE_MULTI_NETWORK": "true",
    "PILOT_ENABLE_AGENTGATEWAY": "true",
}
GLOBAL = {"hub": "hub", "tag": "tag"}


def a_gateway(class_name: str = "istio", *, name: str = "gw", metadata: Json = None, **spec: Json) -> Json:
    """A Gateway in namespace `ns` with one HTTP listener, unless `spec` says otherwise."""
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": name, "namespace": "ns"} | (metadata or {}),
        "spec": {"gatewayClassName": class_name, "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]}
        | spec,
    }


def settings(
    release: str,
    *,
    values: Json = None,
    feature: Mapping[str, str] | None = None,
    resources: Sequence[Json] = (),
    kube_version: str = "1.28",
) -> Settings:
    """Settings of an istiod with few values and every ambient switch on."""
    return Settings.load(
        release=release,
        resolved_values={"global": GLOBAL} if values is None else values,
        resolved_mesh_config={},
        feature=AMBIENT if feature is None else feature,
        resources=resources,
        kube_version=kube_version,
    )


def deployed(release: str, document: Json, **given: Json) -> dict[str, Json]:
    """What the controller writes, by kind (the version patch is `Gateway`)."""
    return {d["kind"]: d for d in gateway(document, settings(release, **given))}


def installed(chart_name: str, release: str, values: Json = None, **given: Json) -> dict[str, Json]:
    """A chart's objects by kind."""
    known = Settings.load(release=release, installer="helm", resolved_values={}, kube_version=given.pop("kube", "1.28"))
    documents = chart(chart_name, values or {}, known, **{"name": "istio", "namespace": "istio-system"} | given)
    return {d["kind"]: d for d in documents}


def pod(objects: Mapping[str, Json]) -> Json:
    """The pod template of the Deployment."""
    return objects["Deployment"]["spec"]["template"]


def proxy(objects: Mapping[str, Json]) -> Json:
    """The first container of the Deployment's pod."""
    return pod(objects)["spec"]["containers"][0]


def environment(objects: Mapping[str, Json]) -> dict[str, Json]:
    """The proxy's environment: name to value, None for references."""
    return {entry["name"]: entry.get("value") for entry in proxy(objects)["env"]}
