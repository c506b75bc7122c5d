"""Istio's functions and data for rows that name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.catalog import Release
from meshc.gotemplate.calls import Function
from meshc.gotemplate.functions.table import Facts
from meshc.gotemplate.types import pointer_to
from meshc.gotemplate.values import Pointer, Value, zero
from meshc.injection.go_templates.data_object import data_object
from meshc.injection.go_templates.istio_functions import istio_functions
from meshc.injection.go_templates.loading import made
from meshc.injection.go_templates.type_table import type_table
from meshc.models import mesh, proxy
from meshc.models.mesh_config import MeshConfig
from tests.conformance.go_values.tags import Special

_MESSAGES = {
    "ProxyConfig": "v1alpha1.ProxyConfig",
    "MeshConfig": "v1alpha1.MeshConfig",
    "Duration": "durationpb.Duration",
    "Int32Value": "wrapperspb.Int32Value",
}


def _read(name: str, document: Any, release: Release) -> Any:
    """A message as meshc reads it, other parts as they are."""
    if name == "ProxyConfig":
        return proxy.read(document, release).value.document
    if name == "MeshConfig":
        return mesh.merge(MeshConfig({}), document, release).value.document
    return document


def functions(release: Release, facts: Facts) -> Mapping[str, Function]:
    """Go's, Sprig's and Istio's functions."""
    return istio_functions(release, facts)


def special(release: Release) -> Special:
    """Reads the tags of Istio's data."""
    table = type_table(release)

    def read(tag: str, data: Any) -> Value:
        inner = data[tag]
        if tag == "$sidecar":
            return data_object(table, {name: _read(name, one, release) for name, one in inner.items()})
        if tag == "$k8s":
            value = made(table.parse(inner), data["json"])
            return value.copied() if hasattr(value, "copied") else value
        if tag == "$proto":
            message = table.parse(_MESSAGES[inner])
            return Pointer(pointer_to(message), made(message, _read(inner, data["json"], release)))
        if tag == "$nilproto":
            return zero(pointer_to(table.parse(_MESSAGES[inner])))
        raise ValueError(tag)

    return read
