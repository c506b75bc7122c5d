"""The data object of an injection template (docs/istio/go-templates.md § 13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.gotemplate.types import pointer_to
from meshc.gotemplate.values import Pointer, Struct, Value
from meshc.injection.go_templates.loading import made
from meshc.injection.go_templates.type_table import TypeTable

ROOT = "inject.SidecarTemplateData"


def data_object(table: TypeTable, parts: Mapping[str, Any], values: Value = None) -> Pointer:
    """The pointer that templates run on.

    `parts` holds Kubernetes JSON, protobuf JSON and plain values under the names of the root; names that the release lacks
    are dropped, names that are not given are zero. `values` is `.Values` as Go values, in place of `parts["Values"]`.
    """
    root = table.parse(ROOT)
    members = {one.name: made(one.type, parts.get(one.name)) for one in root.fields if one.name != "Values"}
    if values is not None or parts.get("Values") is not None:
        members["Values"] = made(table.parse("map[string]interface {}"), parts["Values"]) if values is None else values
    return Pointer(pointer_to(root), Struct(root, members, addressable=True))
