"""`OTEL_RESOURCE_ATTRIBUTES` (docs/istio/sidecar-template.md § 10.14, since 1.30)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from meshc.models.mesh_config import MeshConfig
from meshc.yamlio import Json

_PREFIX = "resource.opentelemetry.io/"


def otel_resource_attributes(
    mesh_config: Mapping[str, Json],
    annotations: Mapping[str, str] | None,
    labels: Mapping[str, str] | None,
    namespace: str,
    containers: Sequence[Mapping[str, Json]],
) -> str:
    """`service.namespace=…,service.version=…,service.instance.id=…`, as far as known.

    Empty unless an extension provider of the mesh asks for OpenTelemetry's semantic conventions.
    """
    if not wanted(MeshConfig(mesh_config)):
        return ""
    found = annotations or {}
    version = found.get(f"{_PREFIX}service.version") or (labels or {}).get("app.kubernetes.io/version")
    instance = f"{namespace}.$(POD_NAME).{containers[0].get('name', '')}" if containers else ""
    parts = {
        "service.namespace": found.get(f"{_PREFIX}service.namespace") or namespace,
        "service.version": version
        or (_image_version(containers[0].get("image") or "") if len(containers) == 1 else ""),
        "service.instance.id": found.get(f"{_PREFIX}service.instance.id") or instance,
    }
    return ",".join(f"{name}={value}" for name, value in parts.items() if value)


def wanted(mesh_config: MeshConfig) -> bool:
    """Whether some OpenTelemetry provider has `serviceAttributeEnrichment: OTEL_SEMANTIC_CONVENTIONS`."""
    providers = mesh_config.extension_providers
    return any(p.opentelemetry.service_attribute_enrichment == "OTEL_SEMANTIC_CONVENTIONS" for p in providers)


def _image_version(image: str) -> str:
    """`tag@digest` of an image, or the one of them it has."""
    name, _, digest = image.partition("@")
    last = name.rpartition("/")[2]
    tag = last.rpartition(":")[2] if ":" in last else ""
    return "@".join(part for part in (tag, digest) if part)
