"""`webhook/cases.json`: helper functions of the injection templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meshc import catalog
from meshc.injection.functions.container_ports import container_ports
from meshc.injection.functions.container_resources import cpu_count, omit_nil
from meshc.injection.functions.multus import append_multus_network
from meshc.injection.functions.otel import otel_resource_attributes
from meshc.injection.functions.proxy_images import proxy_image
from meshc.models import proxy
from meshc.models.proxy_config import ProxyConfig, ProxyImage
from meshc.models.values import GlobalValues


def _container_ports(given: Any, row: Any) -> object:
    return container_ports(given["container"] or {})


def _without_defaults(given: Any, row: Any) -> object:
    return proxy.to_json_text(ProxyConfig(given["proxy_config"] or {}), catalog.release(row["tag"]))


def _multus(given: Any, row: Any) -> object:
    namespaced = catalog.release(row["tag"]).has("sidecar.multus_namespace")
    once = append_multus_network(given["annotation"] or "", given["network"], namespaced=namespaced)
    twice = append_multus_network(once, given["network"], namespaced=namespaced)
    return {"annotation": once, "idempotent": once == twice}


def _image(given: Any, row: Any) -> object:
    values = (given["values"] or {}).get("global") or {}
    has = catalog.release(row["tag"]).has
    variant = values.get("variant") if has("templates.image_variant") else None
    message = given["proxy_image"]
    return proxy_image(
        GlobalValues(values),
        GlobalValues(values).proxy.image,
        image=ProxyImage() if message is None else ProxyImage(message),
        annotations=given["annotations"] or {},
        variant=variant or "",
        inherits=has("templates.empty_image_type_inherits"),
    )


def _concurrency(given: Any, row: Any) -> object:
    cpus = cpu_count(given["cpu"])
    return {"error": True} if cpus is None else {"concurrency": cpus}


def _omit_nulls(given: Any, row: Any) -> object:
    return omit_nil(given["value"])


def _otel(given: Any, row: Any) -> object:
    return otel_resource_attributes(
        given["mesh_config"] or {}, given["annotations"], given["labels"], given["namespace"], given["containers"]
    )


DECISIONS: dict[str, Callable[[Any, Any], object]] = {
    "container-ports": _container_ports,
    "proxy-config-without-defaults": _without_defaults,
    "append-multus-network": _multus,
    "proxy-image": _image,
    "cpu-to-concurrency": _concurrency,
    "omit-nulls": _omit_nulls,
    "otel-resource-attributes": _otel,
}
