"""Decisions about MeshConfig, ProxyConfig and annotations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meshc import catalog
from meshc.models import annotations as pod_annotations
from meshc.models import mesh, proxy
from meshc.models.annotation_checks import quantity_problem
from meshc.models.mesh_config import MeshConfig
from meshc.models.proxy_config import ProxyConfig
from tests.conformance.data import Row


def _agent_proxy_config(given: Any, row: Row) -> object:
    release = catalog.release(row["tag"])
    config = mesh.apply(mesh.defaults(release), mesh.parse_text(given["mesh_config_file"] or ""), release).value
    result = config.default_config
    for name in ("proxy_config_env", "proxy_config_annotation"):
        result = proxy.merge(result, proxy.parse_text(given[name] or ""), release)
    return result.document


def _proxy_config_merge(given: Any, row: Row) -> object:
    return proxy.merge(ProxyConfig(given["base"] or {}), given["overlay"] or {}, catalog.release(row["tag"])).document


def _mesh_config_merge(given: Any, row: Row) -> object:
    return mesh.merge(
        MeshConfig(given["base"] or {}), given["overlay"] or {}, catalog.release(row["tag"])
    ).value.document


def _validate_quantity(given: Any, row: Row) -> object:
    return {"valid": quantity_problem(given["value"] or "") is None}


def _validate_annotations(given: Any, row: Row) -> object:
    return {"valid": not pod_annotations.validate(given["annotations"] or {}, catalog.release(row["tag"]))}


def _validate_proxy_config(given: Any, row: Row) -> object:
    release = catalog.release(row["tag"])
    base = mesh.defaults(release).default_config
    config = proxy.merge(base, given["proxy_config"] or {}, release)
    return {"valid": not proxy.validate(config, release).errors}


def _validate_mesh_config(given: Any, row: Row) -> object:
    release = catalog.release(row["tag"])
    config = mesh.merge(mesh.defaults(release), given["mesh_config"] or {}, release).value
    return {"valid": not mesh.validate(config, release).errors}


def _proxy_config_without_defaults(given: Any, row: Row) -> object:
    return proxy.to_json_text(ProxyConfig(given["proxy_config"] or {}), catalog.release(row["tag"]))


DECISIONS: dict[str, Callable[[Any, Any], object]] = {
    "agent-proxy-config": _agent_proxy_config,
    "proxy-config-merge": _proxy_config_merge,
    "mesh-config-merge": _mesh_config_merge,
    "validate-quantity": _validate_quantity,
    "validate-annotations": _validate_annotations,
    "validate-proxy-config": _validate_proxy_config,
    "validate-mesh-config": _validate_mesh_config,
    "proxy-config-without-defaults": _proxy_config_without_defaults,
}
